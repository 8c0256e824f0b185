//! A template as the host knows it: a number and a source.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::{Effects, Print};

/// A number that no other template, rule or configuration of this process has or will have.
pub fn unique_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A text with something to render in it. Instances keep what they compiled under the number.
#[derive(Clone, Debug)]
pub struct Template {
    /// Unique in the process, new whenever the source or the helpers change.
    pub id: u64,
    /// The text as the file writes it.
    pub source: Arc<str>,
    /// What is known of it since it was compiled; none where it does not parse.
    pub compiled: Arc<OnceLock<Option<Compiled>>>,
}

/// What is known of a template that was compiled.
#[derive(Debug)]
pub struct Compiled {
    /// What rendering does besides making text.
    pub effects: Effects,
    /// The template in a form that prints without the plugin; none where only the plugin can
    /// render it.
    pub print: Option<Print>,
}

impl Template {
    /// A template with a number of its own.
    pub fn new(source: impl Into<Arc<str>>) -> Self {
        Self {
            id: unique_id(),
            source: source.into(),
            compiled: Arc::default(),
        }
    }

    /// Whether a text needs rendering at all: without `{{` it is its own result, except that
    /// Handlebars still reads `\{{`, which contains one.
    pub fn is_needed(text: &str) -> bool {
        text.contains("{{")
    }
}

/// Why a template did not render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The message as Mockoon's users know it.
    pub message: String,
    /// Counted from 1; 0 when unknown.
    pub line: u32,
    /// Counted from 1; 0 when unknown.
    pub column: u32,
}

impl TemplateError {
    /// An error that no place of the template is to blame for.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: 0,
            column: 0,
        }
    }
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TemplateError {}
