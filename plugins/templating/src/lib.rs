//! Mockoon's templates: Handlebars with JavaScript's values, and all of Mockoon's helpers.
//!
//! A [`Template`] is compiled once and rendered often. What a template needs from the outside
//! (the request, the clock, chance, other plugins' helpers) stands behind one trait,
//! [`Host`], so that the component and the tests run the same code. The language is in
//! `language/`, the helpers in `helpers/`, one row each.

#[cfg(target_family = "wasm")]
mod component;
mod fake;
mod helpers;
mod host;
mod language;
mod parts;

pub use fake::fake;
pub use helpers::{Family, Helper, all as helpers, find as helper, nearest};
pub use host::{Effects, External, FakeError, Host, Lookup, NoLookup, Nothing};
pub use language::evaluate::RenderError;
pub use language::{CompileError, escape_html};
pub use parts::{Part, Place};

use language::{Evaluator, Program};

/// The longest text a template may render.
pub const MAX_OUTPUT: usize = 32 << 20;

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    program: Program,
    size_hint: usize,
}

impl Template {
    /// Compiles a template; `lookup` knows the helpers of other plugins.
    ///
    /// # Errors
    /// What is wrong with the template and where; the message begins as Mockoon's.
    pub fn compile(source: &str, lookup: &dyn Lookup) -> Result<Self, CompileError> {
        let program = language::compile(source, lookup)?;
        Ok(Self {
            program,
            size_hint: source.len() + source.len() / 4,
        })
    }

    /// What rendering does besides giving a text.
    pub fn effects(&self) -> Effects {
        self.program.effects
    }

    /// The text, when it is the same every time.
    pub fn constant(&self) -> Option<String> {
        if !self.program.effects.is_plain() {
            return None;
        }
        self.render(&mut Nothing).ok()
    }

    /// The template as texts and look-ups, when it is nothing more.
    pub fn parts(&self) -> Option<Vec<Part>> {
        parts::parts(&self.program)
    }

    /// Names in the place of a helper that nobody knows, with line and column. Rendering them
    /// prints nothing; `validate` warns.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, u32, u32)> {
        self.program
            .unknown
            .iter()
            .map(|(name, line, column)| (&**name, *line, *column))
    }

    /// Renders the template.
    ///
    /// # Errors
    /// The text that Mockoon answers with.
    pub fn render(&self, host: &mut dyn Host) -> Result<String, RenderError> {
        let mut out = String::with_capacity(self.size_hint);
        Evaluator::new(&self.program, host).run(&mut out)?;
        Ok(out)
    }
}
