//! What a plugin may do beyond computing: both asked for by the plugin and allowed by the user.
//!
//! By default a plugin reads and writes variables and buckets, which are the mock's own data,
//! and gets nothing of the machine: no files, no network, no environment variables.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Reading or writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// What one plugin was granted.
#[derive(Debug, Default)]
pub struct Grants {
    /// Names of environment variables; a trailing `*` stands for any rest.
    pub variables: Vec<String>,
    /// What was refused so far, so that each refusal is logged once.
    refused: Mutex<HashSet<String>>,
}

impl Grants {
    /// Grants environment variables by name; a trailing `*` stands for any rest.
    pub fn with_variables(variables: Vec<String>) -> Self {
        Self {
            variables,
            ..Self::default()
        }
    }

    pub(crate) fn variable(&self, name: &str) -> bool {
        self.variables
            .iter()
            .any(|granted| match granted.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => granted == name,
            })
    }

    pub(crate) fn state(&self, _name: &str, _access: Access) -> bool {
        true
    }

    pub(crate) fn bucket(&self, _name: &str, _access: Access) -> bool {
        true
    }

    /// Logs a refusal, the first time.
    pub(crate) fn missing(&self, plugin: &str, grant: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < 1000 && refused.insert(grant.to_owned()) {
            tracing::warn!(plugin, "the plugin was refused {grant}: it is not granted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_granted_by_name_or_prefix() {
        let grants = Grants::with_variables(vec!["MOCKOON_*".into(), "HOME".into()]);
        assert!(grants.variable("MOCKOON_TOKEN") && grants.variable("HOME"));
        assert!(!grants.variable("HOMEPAGE") && !grants.variable("PATH"));
        assert!(!Grants::default().variable("HOME"));
    }
}
