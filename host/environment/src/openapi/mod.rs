//! API documents: OpenAPI 3 and Swagger 2 as data files, and back to OpenAPI 3.
//!
//! The import makes of a document what Mockoon makes of it: a route for each operation, a
//! response for each status and each example, bodies from schemas as templates with fake data.
//! The export is ours: where Mockoon's writes bodies as text and lets a second route of one
//! path overwrite the first, this one writes JSON and keeps all.

mod example;
mod export;
mod import;
mod reference;

use serde_json::Value;

pub use export::to_openapi;
pub(crate) use import::import;

use crate::problem::{OrProblem, Problem};

/// Dialects of API documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Swagger2,
    OpenApi3,
}

/// Whether a document is an API document, and which.
pub(crate) fn recognise(document: &Value) -> OrProblem<Option<Dialect>> {
    let Some(fields) = document.as_object() else {
        return Ok(None);
    };
    // An environment may have any unknown fields; one that has routes is an environment.
    if fields.contains_key("routes") || fields.contains_key("lastMigration") {
        return Ok(None);
    }
    let version = |field: &str| match fields.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    if version("swagger").is_some_and(|version| !version.is_empty()) {
        return Ok(Some(Dialect::Swagger2));
    }
    match version("openapi") {
        None => Ok(None),
        Some(version) if version == "3" || version.starts_with("3.") => Ok(Some(Dialect::OpenApi3)),
        Some(version) => Err(Box::new(
            Problem::error("/openapi", format!("OpenAPI {version} is not supported"))
                .expected("OpenAPI 3.0 or 3.1, or Swagger 2.0")
                .remedy("Convert the document to OpenAPI 3."),
        )),
    }
}
