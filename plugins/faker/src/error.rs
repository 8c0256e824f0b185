//! What a call can end in, and the refusal of a locale.

use std::fmt;

/// Why a call gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No such method.
    NotAMethod,
    /// faker.js's own complaint about its arguments; Mockoon prints nothing then.
    Faker(String),
    /// Any other JavaScript error, whose text Mockoon shows to the client.
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAMethod => f.write_str("not a faker method"),
            Self::Faker(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

/// The name of a locale that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLocale(String);

impl UnknownLocale {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for UnknownLocale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown locale {:?}", self.0)
    }
}

impl std::error::Error for UnknownLocale {}

pub(crate) fn faker<T>(text: impl Into<String>) -> Result<T, Error> {
    Err(Error::Faker(text.into()))
}

pub(crate) fn other<T>(text: impl Into<String>) -> Result<T, Error> {
    Err(Error::Other(text.into()))
}
