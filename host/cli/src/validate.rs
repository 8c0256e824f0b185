//! `wasmock validate`: everything that is wrong with files, at once.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use wasmock_environment::{LoadOptions, Loaded, Problem, SourceFile, load, locate, validate_file};
use wasmock_sandbox::Grants;

use crate::arguments::Validate;
use crate::logging::fatal;
use crate::templates::Checker;

/// Prints all problems; the exit code is 0, 1 (problems) or 2 (a file cannot be read).
pub(crate) fn run(arguments: &Validate) -> ExitCode {
    let mut code = 0;
    let mut out = std::io::stdout().lock();
    for file in &arguments.files {
        let mut problems = match validate_file(file, &LoadOptions::default()) {
            Ok(problems) => problems,
            Err(error) => {
                fatal(&error);
                code = 2;
                continue;
            }
        };
        match in_texts(file) {
            Ok(more) => {
                // An error says more about its place than a warning.
                let said = |known: &Problem| more.iter().any(|new| new.pointer == known.pointer);
                problems.retain(|known| known.is_error() || !said(known));
                problems.extend(more);
            }
            Err(error) => problems.push(Problem::warning(
                "",
                format!("the templates were not checked: {error}"),
            )),
        }
        problems.sort_by_key(|problem| {
            (
                problem.file != SourceFile::Main,
                problem.line,
                problem.column,
            )
        });
        if problems.iter().any(Problem::is_error) {
            code = code.max(1);
        }
        // Standard output may be closed by `| head`; the exit code still counts.
        let _ = if arguments.json {
            let problems: Vec<_> = problems.iter().map(as_json).collect();
            writeln!(out, "{}", json!({ "file": file, "problems": problems }))
        } else if problems.is_empty() {
            writeln!(out, "{}: no problems", file.display())
        } else {
            problems
                .iter()
                .try_for_each(|problem| writeln!(out, "{}: {problem}", file.display()))
        };
    }
    ExitCode::from(code)
}

/// What is wrong with the grants, templates and regular expressions of a file that can be loaded.
fn in_texts(file: &Path) -> Result<Vec<Problem>, Box<dyn Error>> {
    let Ok(loaded) = load(file, &LoadOptions::default()) else {
        return Ok(Vec::new());
    };
    let mut problems = in_grants(&loaded);
    if !problems.is_empty() {
        // The plugins would not load, and templates are checked with their helpers.
        locate(file, &mut problems);
        return Ok(problems);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    problems = runtime.block_on(async {
        let checker = Checker::new(&loaded.environment, &loaded.directory).await?;
        Ok::<_, Box<dyn Error>>(checker.problems(&loaded.environment).await)
    })?;
    locate(file, &mut problems);
    Ok(problems)
}

/// What is wrong with what plugins are allowed.
fn in_grants(loaded: &Loaded) -> Vec<Problem> {
    let plugins = loaded.environment.wasmock.plugins.iter().enumerate();
    let problems = plugins.flat_map(|(index, plugin)| {
        let grants = Grants::new(plugin.grants.clone(), &loaded.directory);
        let at = move |pointer| format!("/wasmock/plugins/{index}/grants{pointer}");
        let problems = grants.problems().into_iter();
        problems.map(move |(pointer, message)| Problem::error(at(pointer), message))
    });
    problems.collect()
}

fn as_json(problem: &Problem) -> serde_json::Value {
    json!({
        "severity": if problem.is_error() { "error" } else { "warning" },
        "sidecar": problem.file == SourceFile::Sidecar,
        "pointer": problem.pointer,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "expected": problem.expected,
        "remedy": problem.remedy,
    })
}
