//! Values across the boundary. Arrays and objects stay in the host: the guest gets a number and
//! reads what it needs.

use std::sync::Arc;

use wasmock_exchange::{Document, limits};
use wasmock_javascript::{Value, json};

use crate::bindings::wasmock::host::types::Value as Wire;

/// The documents a guest may refer to during one call.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Grows with every call, so a number kept over a call's end means nothing in the next.
    generation: u64,
    documents: Vec<Arc<Document>>,
}

const INDEX_BITS: u32 = 24;

impl References {
    pub(crate) fn get(&self, reference: u64) -> Option<&Arc<Document>> {
        let (generation, index) = (reference >> INDEX_BITS, reference & ((1 << INDEX_BITS) - 1));
        (generation == self.generation).then(|| self.documents.get(index as usize))?
    }

    /// Ends the life of all references.
    pub(crate) fn clear(&mut self) {
        if !self.documents.is_empty() {
            self.generation += 1;
            self.documents.clear();
        }
    }

    /// A document for the guest to read.
    ///
    /// # Errors
    /// Too many references in one call.
    pub(crate) fn lend(&mut self, document: Arc<Document>) -> wasmtime::Result<Wire> {
        if self.documents.len() >= limits::REFERENCES {
            return Err(wasmtime::Error::msg(format!(
                "more than {} references to documents in one call",
                limits::REFERENCES
            )));
        }
        self.documents.push(document);
        Ok(Wire::Reference(
            self.generation << INDEX_BITS | (self.documents.len() as u64 - 1),
        ))
    }

    /// A value for the guest.
    pub(crate) fn lower(&mut self, value: Value) -> wasmtime::Result<Wire> {
        Ok(match value {
            Value::Undefined => Wire::Undefined,
            Value::Null => Wire::Null,
            Value::Bool(b) => Wire::Boolean(b),
            Value::Number(n) => Wire::Number(n),
            Value::String(s) => Wire::Text(String::from(&*s)),
            Value::Safe(s) => Wire::SafeText(String::from(&*s)),
            Value::Date(_) => Wire::Text(value.to_text().into_owned()),
            Value::Array(_) | Value::Object(_) => {
                return self.lend(Arc::new(Document::new(value)));
            }
        })
    }

    /// A whole document for the guest: a scalar as itself, anything else as a reference that
    /// shares the document's text.
    pub(crate) fn lower_document(&mut self, document: &Arc<Document>) -> wasmtime::Result<Wire> {
        match document.value() {
            Value::Array(_) | Value::Object(_) => self.lend(document.clone()),
            scalar => self.lower(scalar.clone()),
        }
    }

    /// A value from the guest; JSON that does not parse and dead references are `undefined`.
    pub(crate) fn lift(&self, wire: Wire) -> Value {
        match wire {
            Wire::Undefined => Value::Undefined,
            Wire::Null => Value::Null,
            Wire::Boolean(b) => Value::Bool(b),
            Wire::Number(n) => Value::Number(n),
            Wire::Text(text) => Value::text(text),
            Wire::SafeText(text) => Value::safe(text),
            Wire::Json(text) => json::parse(&text).unwrap_or_default(),
            Wire::Reference(reference) => self
                .get(reference)
                .map(|document| document.value().clone())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_dies_with_its_call() {
        let mut references = References::default();
        let Wire::Reference(first) = references.lower(Value::array(vec![])).unwrap() else {
            panic!("an array crosses as a reference");
        };
        assert!(references.get(first).is_some());
        references.clear();
        let Wire::Reference(second) = references.lower(Value::array(vec![])).unwrap() else {
            panic!("an array crosses as a reference");
        };
        assert!(references.get(first).is_none());
        assert!(references.get(second).is_some());
        assert!(references.get(u64::MAX).is_none());
    }
}
