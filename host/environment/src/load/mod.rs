//! Loading: text → JSON → migration → sidecar → checks → model.
//!
//! A file is repaired as Mockoon repairs it, and every repair is reported. What cannot be
//! repaired is one error that lists all problems. Nothing is written back.

mod error;
mod layout;
mod sidecar;
mod tree;

use std::path::{Path, PathBuf};

use serde_json::Value;

pub use error::LoadError;
#[cfg(test)]
pub(crate) use sidecar::merge as merge_sidecar;
pub(crate) use tree::is_uuid;

use crate::check::check;
use crate::identity;
use crate::inspect::inspect;
use crate::locate::Places;
use crate::migrate;
use crate::model::Environment;
use crate::openapi;
use crate::problem::{OrProblem, Problem, SourceFile};
use crate::source::{self, Format};

/// How to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// Load a file of unknown layout as if it were current (`--repair`).
    pub repair: bool,
    /// Names of plugins that the command line adds (`--plugin NAME=PATH`).
    pub plugins: Vec<String>,
    /// Read the sidecar beside the file.
    pub sidecar: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            repair: false,
            plugins: Vec::new(),
            sidecar: true,
        }
    }
}

/// What a file was before it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Mockoon's format, saved in this layout (33 is current).
    Mockoon {
        /// The file's `lastMigration`.
        layout: u32,
    },
    /// Mockoon's format without `lastMigration`: written by hand or by a program.
    HandWritten,
    /// An OpenAPI or Swagger document.
    OpenApi,
}

/// An environment, ready to be compiled into a mock.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The environment: in the current layout, complete, its tree in order.
    pub environment: Environment,
    /// What was wrong with the file and how it was read nevertheless. Those of severity
    /// `Error` were replaced by defaults.
    pub warnings: Vec<Problem>,
    /// Where relative paths of the environment lead from. Empty after [`parse`].
    pub directory: PathBuf,
    /// The sidecar that was merged.
    pub sidecar: Option<PathBuf>,
    /// What the file was.
    pub origin: Origin,
}

/// Loads an environment file and its sidecar.
///
/// # Errors
/// When the file cannot be read, is not JSON or YAML, is of a layout that is too new or not
/// recognisable, or is no environment at all.
pub fn load(path: &Path, options: &LoadOptions) -> Result<Loaded, LoadError> {
    let text = read(path)?;
    let format = Format::of_path(path).unwrap_or_else(|| Format::of_text(&text));
    let sidecar_path = if options.sidecar {
        sidecar::path_for(path)
    } else {
        None
    };
    let sidecar = match &sidecar_path {
        Some(path) => Some(Text {
            text: read(path)?,
            format: Format::of_path(path).unwrap_or(Format::Yaml),
        }),
        None => None,
    };
    let main = Text { text, format };
    let mut loaded =
        digest(&main, sidecar.as_ref(), options).map_err(|error| error.in_file(path))?;
    loaded.directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
    loaded.sidecar = sidecar_path;
    Ok(loaded)
}

/// Loads an environment from its text; without a format it is guessed.
///
/// # Errors
/// As [`load`].
pub fn parse(
    text: &str,
    format: Option<Format>,
    options: &LoadOptions,
) -> Result<Loaded, LoadError> {
    let main = Text {
        text: text.to_owned(),
        format: format.unwrap_or_else(|| Format::of_text(text)),
    };
    digest(&main, None, options)
}

/// Every problem of an environment's text, those that prevent loading included.
pub fn validate(text: &str, format: Option<Format>, options: &LoadOptions) -> Vec<Problem> {
    match parse(text, format, options) {
        Ok(loaded) => loaded.warnings,
        Err(error) => error.into_problems(),
    }
}

/// Every problem of an environment file and its sidecar, those that prevent loading included.
///
/// # Errors
/// When a file cannot be read.
pub fn validate_file(path: &Path, options: &LoadOptions) -> Result<Vec<Problem>, LoadError> {
    match load(path, options) {
        Ok(loaded) => Ok(loaded.warnings),
        Err(error) if error.is_unreadable() => Err(error),
        Err(error) => Ok(error.into_problems()),
    }
}

/// Finds line and column of problems in an environment file, by their pointers.
pub fn locate(path: &Path, problems: &mut [Problem]) {
    let Ok(text) = read(path) else { return };
    let format = Format::of_path(path).unwrap_or_else(|| Format::of_text(&text));
    Text { text, format }.locate(problems, SourceFile::Main);
}

/// A document and its notation.
struct Text {
    text: String,
    format: Format,
}

impl Text {
    fn locate(&self, problems: &mut [Problem], file: SourceFile) {
        let mut places = None;
        for problem in problems {
            if problem.file == file && problem.line.is_none() {
                let places = places.get_or_insert_with(|| Places::of(&self.text, self.format));
                if let Some((line, column)) = places.find(&problem.pointer) {
                    problem.line = Some(line);
                    problem.column = Some(column);
                }
            }
        }
    }
}

fn read(path: &Path) -> Result<String, LoadError> {
    let bytes = std::fs::read(path).map_err(|error| LoadError::unreadable(path, error))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let mut problem = Problem::error("", "the file is not UTF-8").remedy("Save it as UTF-8.");
        problem.line = Some(1 + valid.iter().filter(|&&byte| byte == b'\n').count());
        LoadError::invalid(vec![problem]).in_file(path)
    })
}

fn digest(main: &Text, sidecar: Option<&Text>, options: &LoadOptions) -> Result<Loaded, LoadError> {
    let result = build(main, sidecar, options);
    match result {
        Ok((mut loaded, origins)) => {
            finish(&mut loaded.warnings, main, sidecar, &origins);
            Ok(loaded)
        }
        Err((mut problems, origins)) => {
            finish(&mut problems, main, sidecar, &origins);
            Err(LoadError::invalid(problems))
        }
    }
}

/// Gives problems their places. Those below a key that came from the sidecar move there.
fn finish(problems: &mut [Problem], main: &Text, sidecar: Option<&Text>, moved: &[sidecar::Moved]) {
    for problem in problems.iter_mut() {
        if problem.file == SourceFile::Main
            && let Some((file, pointer)) =
                moved.iter().find_map(|moved| moved.back(&problem.pointer))
        {
            problem.pointer = pointer;
            problem.file = file;
        }
    }
    main.locate(problems, SourceFile::Main);
    if let Some(sidecar) = sidecar {
        sidecar.locate(problems, SourceFile::Sidecar);
    }
}

type Built = Result<(Loaded, Vec<sidecar::Moved>), (Vec<Problem>, Vec<sidecar::Moved>)>;

fn build(main: &Text, sidecar: Option<&Text>, options: &LoadOptions) -> Built {
    let fail = |problem: Box<Problem>| (vec![*problem], Vec::new());
    let mut document = source::read(&main.text, main.format).map_err(fail)?;
    if let Some(dialect) = openapi::recognise(&document).map_err(fail)? {
        return Ok((from_api_document(&document, dialect), Vec::new()));
    }
    let mut problems = Vec::new();
    let mut moved = Vec::new();
    if !options.repair
        && let Some(from) = layout::unwrap_export(&mut document, &mut problems).map_err(fail)?
    {
        moved.push(sidecar::Moved::from_main(from));
    }
    let origin = layout::recognise(&document, options.repair, &mut problems)
        .map_err(|problem| (vec![*problem], moved.clone()))?;
    if options.repair && !document.is_object() {
        document = Value::Object(serde_json::Map::new());
    }
    if let Origin::Mockoon { layout } = origin {
        migrate::migrate(&mut document, layout, &mut problems);
    }
    if let Some(sidecar) = sidecar {
        match source::read(&sidecar.text, sidecar.format) {
            Ok(additions) => {
                // Before an export's, which would match every pointer.
                moved.splice(
                    0..0,
                    sidecar::merge(&mut document, &additions, &mut problems),
                );
            }
            Err(mut problem) => {
                problem.file = SourceFile::Sidecar;
                problems.push(*problem);
            }
        }
    }
    problems.extend(check(&mut document, origin));
    let mut environment = match deserialise(document) {
        Ok(environment) => environment,
        Err(problem) => {
            problems.push(*problem);
            return Err((problems, moved));
        }
    };
    problems.extend(inspect(&environment, origin, options));
    identity::complete(&mut environment);
    tree::repair(&mut environment, origin);
    Ok((
        Loaded {
            environment,
            warnings: problems,
            directory: PathBuf::new(),
            sidecar: None,
            origin,
        },
        moved,
    ))
}

fn from_api_document(document: &Value, dialect: openapi::Dialect) -> Loaded {
    let mut environment = openapi::import(document, dialect);
    identity::complete(&mut environment);
    tree::repair(&mut environment, Origin::OpenApi);
    let mut warnings = Vec::new();
    if environment.routes.is_empty() {
        warnings.push(
            Problem::warning("/paths", "this API document has no operations")
                .expected("paths with methods like `get`")
                .remedy("The mock has no routes."),
        );
    }
    Loaded {
        environment,
        warnings,
        directory: PathBuf::new(),
        sidecar: None,
        origin: Origin::OpenApi,
    }
}

/// Cannot fail after the checks; should it, the user is told why rather than the server dying.
fn deserialise(document: Value) -> OrProblem<Environment> {
    serde_json::from_value(document).map_err(|error| {
        Box::new(Problem::error(
            "",
            format!("this is not an environment: {error}"),
        ))
    })
}
