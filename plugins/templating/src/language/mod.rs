//! The language: from a template's text to a program, and from a program to text.
//!
//! `lexer` cuts the text as handlebars.js does; `dialect` checks the order of the words and
//! rewrites the template into the small common core of handlebars.js and the `handlebars`
//! crate; the crate parses that core; `tree` gives the names their meaning back and decides
//! about white space; `compile` resolves helpers, paths and block parameters; `evaluate` runs
//! the program with JavaScript's values.

mod compile;
mod dialect;
mod escape;
pub(crate) mod evaluate;
mod fold;
pub(crate) mod frames;
mod lexer;
mod lookup;
mod partials;
pub(crate) mod program;
mod tree;

use std::fmt;

pub(crate) use compile::compile;
pub use escape::escape_html;
pub(crate) use evaluate::{Evaluator, RenderError};
pub(crate) use program::Program;

/// How deeply blocks, subexpressions and partials may nest before rendering gives up: deep
/// enough for any template written by hand, shallow enough for a WebAssembly stack.
pub(crate) const MAX_NESTING: usize = 96;

/// Why a template does not compile, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// For people; begins as Mockoon's message does, because answers contain it.
    pub message: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl CompileError {
    fn new(message: impl Into<String>, source: &str, at: usize) -> Self {
        let (line, column) = position(source, at);
        Self {
            message: message.into(),
            line,
            column,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CompileError {}

/// Line and column, both from 1, of a byte offset.
fn position(source: &str, at: usize) -> (u32, u32) {
    let before = &source[..at.min(source.len())];
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    (
        lexer::lines(before) + 1,
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}
