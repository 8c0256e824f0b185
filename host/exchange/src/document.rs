//! An immutable JSON document with its text.

use std::sync::{Arc, OnceLock};

use wasmock_javascript::{Value, json};

/// A document: a bucket's content, a variable, a parsed body. Its JSON text is made at most
/// once.
#[derive(Clone, Debug, Default)]
pub struct Document {
    value: Value,
    text: OnceLock<Arc<str>>,
}

impl Document {
    /// A document with that value.
    pub fn new(value: Value) -> Self {
        Self {
            value,
            text: OnceLock::new(),
        }
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value, to change it; the text is forgotten.
    pub fn value_mut(&mut self) -> &mut Value {
        self.text = OnceLock::new();
        &mut self.value
    }

    /// Compact JSON text; empty for `undefined`.
    pub fn text(&self) -> &Arc<str> {
        self.text
            .get_or_init(|| json::to_text(&self.value).unwrap_or_default().into())
    }
}
