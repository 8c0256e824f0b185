//! What a responder may return besides writing to the answer itself.

use crate::{Value, answer};

/// Something that becomes the body.
pub trait IntoAnswer {
    /// Writes it to the answer in progress.
    fn write(self);
}

/// The plugin wrote the answer itself.
impl IntoAnswer for () {
    fn write(self) {}
}

impl IntoAnswer for String {
    fn write(self) {
        answer::write_text(&self);
    }
}

impl IntoAnswer for &str {
    fn write(self) {
        answer::write_text(self);
    }
}

impl IntoAnswer for Vec<u8> {
    fn write(self) {
        answer::write_bytes(&self);
    }
}

impl IntoAnswer for Value {
    fn write(self) {
        answer::write_value(&self);
    }
}

/// A value that is answered as JSON, with the header that says so.
#[cfg(feature = "json")]
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

#[cfg(feature = "json")]
impl<T: serde::Serialize> IntoAnswer for Json<T> {
    fn write(self) {
        answer::set_header("Content-Type", "application/json; charset=utf-8");
        // Only a map whose keys are no texts fails: the author sees it in the answer.
        let text = serde_json::to_string(&self.0).unwrap_or_else(|error| error.to_string());
        answer::write_text(&text);
    }
}
