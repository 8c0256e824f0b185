//! Errors as the host takes them: a text for people.

use std::fmt;

use crate::Failure;

/// The result of whatever a plugin does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a plugin could not do its work. The host shows the text: in the answer for a responder
/// and a helper, in the log for a predicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error with the words of another: `.map_err(Error::new)?`.
    pub fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        error.0
    }
}

/// A failed write or lookup, in words. What the plugin can handle itself it matches on
/// [`Failure`] instead.
impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self(match failure {
            Failure::Denied(grant) => format!("not granted: {grant}"),
            Failure::NotFound => "there is no such entry".to_owned(),
            Failure::Conflict(version) => format!("it was changed meanwhile (version {version})"),
            Failure::Invalid(reason) => reason,
            Failure::Limit(limit) => format!("limit reached: {limit}"),
            Failure::Unavailable(reason) => reason,
        })
    }
}

#[cfg(feature = "json")]
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}
