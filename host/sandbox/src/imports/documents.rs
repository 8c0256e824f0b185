//! `documents`: reading what stays in the host.

use wasmock_javascript::Value;
use wasmock_javascript::path::Path;

use crate::bindings::wasmock::host::documents::{DocumentKind as Kind, Host};
use crate::bindings::wasmock::host::types::Value as Wire;
use crate::guest::Guest;

impl Host for Guest {
    fn kind(&mut self, document: u64) -> wasmtime::Result<Kind> {
        Ok(
            match self.document(document).map(|document| document.value()) {
                Some(Value::Array(_)) => Kind::List,
                Some(_) => Kind::Object,
                None => Kind::None,
            },
        )
    }

    fn length(&mut self, document: u64) -> wasmtime::Result<u32> {
        let length = match self.document(document).map(|document| document.value()) {
            Some(Value::Array(items)) => items.len(),
            Some(Value::Object(object)) => object.len(),
            _ => 0,
        };
        Ok(u32::try_from(length).unwrap_or(u32::MAX))
    }

    fn keys(&mut self, document: u64) -> wasmtime::Result<Vec<String>> {
        Ok(
            match self.document(document).map(|document| document.value()) {
                Some(Value::Object(object)) => {
                    object.keys().map(|key| String::from(&**key)).collect()
                }
                Some(Value::Array(items)) => {
                    (0..items.len()).map(|index| index.to_string()).collect()
                }
                _ => Vec::new(),
            },
        )
    }

    fn item(&mut self, document: u64, index: u32) -> wasmtime::Result<Wire> {
        let item = match self.document(document).map(|document| document.value()) {
            Some(Value::Array(items)) => items.get(index as usize).cloned().unwrap_or_default(),
            _ => Value::Undefined,
        };
        self.references.lower(item)
    }

    fn member(&mut self, document: u64, name: String) -> wasmtime::Result<Wire> {
        let member = self
            .document(document)
            .and_then(|document| document.value().get(&name))
            .unwrap_or_default();
        self.references.lower(member)
    }

    fn at(&mut self, document: u64, path: String) -> wasmtime::Result<Result<Wire, String>> {
        let Some(document) = self.document(document) else {
            return Ok(Ok(Wire::Undefined));
        };
        match Path::parse(&path).get(document.value()) {
            Ok(value) => self.references.lower(value).map(Ok),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn to_text(&mut self, document: u64) -> wasmtime::Result<String> {
        Ok(self
            .document(document)
            .map(|document| document.text().to_string())
            .unwrap_or_default())
    }
}
