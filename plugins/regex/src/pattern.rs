//! Patterns: where the flags are, and the compiled ones an instance remembers.

use std::cell::RefCell;
use std::collections::HashMap;

use regress::Regex;
use wasmock_javascript::{Value, json};

/// More than a mock has; rendered patterns would otherwise fill the memory.
const REMEMBERED: usize = 256;

thread_local! {
    static COMPILED: RefCell<HashMap<Pattern, Regex>> = RefCell::default();
}

/// A regular expression as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pattern {
    source: String,
    flags: String,
}

impl Pattern {
    /// A rule's value with the configuration of its use.
    pub(crate) fn new(value: &str, usage: &str) -> Self {
        if let Some(Value::String(flags)) = json::parse(usage).ok().and_then(|u| u.get("flags")) {
            return Self {
                source: value.to_owned(),
                flags: flags.to_string(),
            };
        }
        let literal = value
            .strip_prefix('/')
            .and_then(|rest| rest.rsplit_once('/'));
        match literal {
            Some((source, flags)) if flags.chars().all(|flag| "dgimsuvy".contains(flag)) => Self {
                source: source.to_owned(),
                flags: flags.to_owned(),
            },
            _ => Self {
                source: value.to_owned(),
                flags: String::new(),
            },
        }
    }

    fn compile(&self) -> Result<Regex, String> {
        Regex::with_flags(&self.source, &*self.flags).map_err(|error| {
            format!(
                "Invalid regular expression: /{}/{}: {}",
                self.source, self.flags, error.text
            )
        })
    }
}

/// What a function says of the compiled pattern.
///
/// # Errors
/// The pattern does not compile.
pub(crate) fn compiled<T>(pattern: &Pattern, ask: impl FnOnce(&Regex) -> T) -> Result<T, String> {
    COMPILED.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return Ok(ask(regex));
        }
        let regex = pattern.compile()?;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        Ok(ask(known.entry(pattern.clone()).or_insert(regex)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(value: &str, usage: &str, text: &str) -> Result<bool, String> {
        compiled(&Pattern::new(value, usage), |regex| {
            regex.find(text).is_some()
        })
    }

    #[test]
    fn flags_come_from_the_configuration_or_the_notation() {
        for (value, usage, text, expected) in [
            ("^a", "{}", "A", false),
            ("^a", r#"{"flags":"i"}"#, "A", true),
            ("/^a/i", "{}", "A", true),
            ("/^a/", "{}", "A", false),
            ("/a/b/", "{}", "a/b", true),
            // Not the notation: no such flags, or flags given elsewhere.
            ("/api/users", "{}", "/api/users", true),
            ("/a/i", r#"{"flags":""}"#, "x/a/i", true),
            ("(?<=\\$)\\d+(?!%)", "{}", "costs $5", true),
            ("^(.)\\1$", "{}", "ab", false),
            ("^(.)\\1$", "{}", "aa", true),
        ] {
            assert_eq!(matches(value, usage, text), Ok(expected), "{value} {usage}");
        }
    }

    #[test]
    fn a_broken_pattern_says_so() {
        let error = matches("/(a/", "{}", "a").unwrap_err();
        assert!(
            error.starts_with("Invalid regular expression: /(a/: "),
            "{error}"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        for n in 0..REMEMBERED * 2 {
            matches(&format!("a{n}"), "{}", "a").unwrap();
        }
        COMPILED.with_borrow(|known| assert!(known.len() <= REMEMBERED));
    }
}
