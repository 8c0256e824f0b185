//! Regular expressions of rules and filters: JavaScript's syntax on the linear engine where it has the
//! words for it; what needs backtracking goes to the `regex` plugin under its deadline.

use wasmock_javascript::regex::{Problem, compile};

/// A compiled regular expression.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// Runs here, in linear time.
    Linear(regex::Regex),
    /// Runs in the `regex` plugin, which is told `/pattern/flags`.
    Backtracking(String),
}

impl Pattern {
    /// # Errors
    /// What is wrong with the pattern, in JavaScript's words.
    pub(crate) fn compile(pattern: &str, ignore_case: bool) -> Result<Self, String> {
        let flags = if ignore_case { "i" } else { "" };
        match compile(pattern, flags) {
            Ok(regex) => Ok(Self::Linear(regex)),
            Err(Problem::NeedsBacktracking) => {
                Ok(Self::Backtracking(format!("/{pattern}/{flags}")))
            }
            Err(Problem::Syntax(message)) => Err(message),
        }
    }
}
