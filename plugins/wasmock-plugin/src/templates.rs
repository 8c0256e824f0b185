//! The `templates` role, for a component that renders templates.

pub use crate::bindings::templates::exports::wasmock::plugin::templates::{
    LookUp, Part, Place, Summary, TemplateError,
};

/// A template language.
pub trait Templates {
    /// Compiles a template and says what is known about it. `rendering::source` has the text.
    ///
    /// # Errors
    /// What does not parse, and where.
    fn compile(template: u64) -> Result<Summary, TemplateError>;

    /// Renders a template in the exchange at hand.
    ///
    /// # Errors
    /// What failed, and where.
    fn render(template: u64) -> Result<String, TemplateError>;
}
