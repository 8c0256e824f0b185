//! Regular expressions of rules: JavaScript's syntax on the linear engine where it has the
//! words for it; what needs backtracking goes to the `regex` plugin under its deadline.

use wasmock_javascript::regex::{Problem, compile};

/// A compiled regular expression.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Runs here, in linear time.
    Linear(regex::Regex),
    /// Runs in the `regex` plugin, which is told `/pattern/flags`.
    Backtracking(String),
    /// Never matches; the reason was logged.
    Broken,
}

impl Pattern {
    pub(super) fn new(pattern: &str, ignore_case: bool) -> Self {
        let flags = if ignore_case { "i" } else { "" };
        match compile(pattern, flags) {
            Ok(regex) => Self::Linear(regex),
            Err(Problem::NeedsBacktracking) => Self::Backtracking(format!("/{pattern}/{flags}")),
            Err(Problem::Syntax(message)) => {
                tracing::warn!("a rule is false: {message}");
                Self::Broken
            }
        }
    }
}
