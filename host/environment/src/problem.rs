//! What is wrong with a file, in a form that people and programs can use.
//!
//! A problem names its place twice: as a JSON pointer, which survives reformatting, and as line
//! and column of the text it was read from. It says what was expected and what to do.

use std::cmp::Reverse;
use std::fmt;

/// Something wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Which of the two files it is in.
    pub file: SourceFile,
    /// JSON pointer into that file; empty for the document itself.
    pub pointer: String,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What was expected instead; may be empty.
    pub expected: String,
    /// What to do; may be empty.
    pub remedy: String,
}

/// A result whose error is one problem that ends the reading.
pub(crate) type OrProblem<T> = Result<T, Box<Problem>>;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file can be served as it is.
    Warning,
    /// Something does not mean what it says: it is replaced by a default, or refused.
    Error,
}

/// Which file a problem is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SourceFile {
    /// The environment file.
    #[default]
    Main,
    /// The sidecar with the `wasmock` keys.
    Sidecar,
}

impl Problem {
    /// An error at a place.
    pub fn error(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: SourceFile::Main,
            pointer: pointer.into(),
            line: None,
            column: None,
            message: message.into(),
            expected: String::new(),
            remedy: String::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(pointer, message)
        }
    }

    /// The same, saying what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// The same, saying what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        })?;
        if self.file == SourceFile::Sidecar {
            formatter.write_str(" in the sidecar file")?;
        }
        if let Some(line) = self.line {
            write!(formatter, " at line {line}")?;
            if let Some(column) = self.column {
                write!(formatter, ", column {column}")?;
            }
        }
        if !self.pointer.is_empty() {
            write!(formatter, " ({})", self.pointer)?;
        }
        write!(formatter, ": {}", self.message)?;
        if !self.expected.is_empty() {
            write!(formatter, "; expected {}", self.expected)?;
        }
        if !self.remedy.is_empty() {
            write!(formatter, ". {}", self.remedy)?;
        }
        Ok(())
    }
}

/// A pointer one step further.
pub(crate) fn join(pointer: &str, step: impl fmt::Display) -> String {
    let step = step.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{step}")
}

/// The candidate that a mistyped word most likely meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|&(distance, candidate)| (distance, Reverse(candidate.len())))
        .map(|(_, candidate)| candidate)
}

/// How many edits lie between two words: a character more, less or other, or two swapped.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(64).collect();
    let right: Vec<char> = right.chars().take(64).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut least = substituted.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        let names = ["equals", "regex", "regex_i", "null", "RANDOM"];
        for (word, expected) in [
            ("equal", Some("equals")),
            ("EQUALS", Some("equals")),
            ("regexi", Some("regex_i")),
            ("random", Some("RANDOM")),
            ("completely other", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }

    #[test]
    fn display_names_place_expectation_and_remedy() {
        let mut problem = Problem::error("/routes/0/method", "`gte` is not a method")
            .expected("one of `get`, `post`")
            .remedy("Did you mean `get`?");
        problem.line = Some(3);
        problem.column = Some(15);
        assert_eq!(
            problem.to_string(),
            "error at line 3, column 15 (/routes/0/method): `gte` is not a method; \
             expected one of `get`, `post`. Did you mean `get`?"
        );
        assert_eq!(join("/a", "x/y~z"), "/a/x~1y~0z");
    }
}
