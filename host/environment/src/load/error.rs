//! Why a file could not be loaded.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// A file that could not be loaded. Its display names the file and every problem, one a line.
#[derive(Debug)]
pub struct LoadError {
    path: Option<PathBuf>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Unreadable(io::Error),
    Invalid(Vec<Problem>),
}

impl LoadError {
    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self {
            path: Some(path.to_path_buf()),
            kind: Kind::Unreadable(error),
        }
    }

    pub(crate) fn invalid(problems: Vec<Problem>) -> Self {
        Self {
            path: None,
            kind: Kind::Invalid(problems),
        }
    }

    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.path.get_or_insert_with(|| path.to_path_buf());
        self
    }

    /// The file; none when the text did not come from one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the file could not even be read (it is missing, or may not be read).
    pub fn is_unreadable(&self) -> bool {
        matches!(self.kind, Kind::Unreadable(_))
    }

    /// The problems; none for a file that could not be read.
    pub fn problems(&self) -> &[Problem] {
        match &self.kind {
            Kind::Unreadable(_) => &[],
            Kind::Invalid(problems) => problems,
        }
    }

    /// The problems, taken out.
    pub fn into_problems(self) -> Vec<Problem> {
        match self.kind {
            Kind::Unreadable(error) => vec![Problem::error("", error.to_string())],
            Kind::Invalid(problems) => problems,
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.path {
            Some(path) => format!("`{}`", path.display()),
            None => "the environment".to_owned(),
        };
        match &self.kind {
            Kind::Unreadable(error) => write!(formatter, "{name} could not be read: {error}"),
            Kind::Invalid(problems) => {
                write!(formatter, "{name} could not be loaded")?;
                for problem in problems {
                    write!(formatter, "\n  {problem}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for LoadError {}
