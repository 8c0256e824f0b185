//! Fake data: the library behind `{{faker …}}` in the words of [`Host::fake`](crate::Host::fake).

use wasmock_faker::{Error, Faker, Method};
use wasmock_javascript::Value;

use crate::FakeError;

/// A value of the sequence, with Mockoon's difference between errors that are hidden and
/// errors that are shown.
///
/// # Errors
/// See [`FakeError`].
pub fn fake(
    faker: &mut Faker,
    method: &Method,
    args: &[Value],
    now: fn() -> f64,
) -> Result<Value, FakeError> {
    faker.run(method, args, now).map_err(|error| match error {
        Error::NotAMethod => FakeError::Unknown,
        Error::Faker(text) => FakeError::Refused(text),
        Error::Other(text) => FakeError::Failed(text),
    })
}
