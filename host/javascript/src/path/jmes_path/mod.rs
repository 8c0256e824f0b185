//! JMESPath in the dialect of `@jmespath-community/jmespath`: the specification with `let`,
//! arithmetic, the ternary operator, the root `$` and the community's functions.
//!
//! The crate `jmespath` knows none of these extensions, so the evaluator is ours. What is not
//! there is `null`; a wrong expression is an error, which Mockoon's helper answers with its
//! default. The trade-offs: an expression may have a thousand tokens, a search may take five
//! million steps, and text functions may make a mebibyte.

mod functions;
mod interpreter;
mod lexer;
mod parser;

use std::sync::Arc;

use self::parser::Node;
use super::PathError;
use crate::Value;

/// A compiled JMESPath.
#[derive(Clone, Debug)]
pub struct JmesPath(Arc<Result<Node, PathError>>);

impl JmesPath {
    /// Compiles an expression. A mistake shows when it is used.
    pub fn parse(text: &str) -> Self {
        Self(Arc::new(parser::parse(text)))
    }

    /// What the expression makes of the data; `null` where it finds nothing.
    ///
    /// # Errors
    /// A mistake in the expression, a function called with the wrong types, too much work.
    pub fn search(&self, data: &Value) -> Result<Value, PathError> {
        match &*self.0 {
            Ok(node) => interpreter::search(node, data),
            Err(error) => Err(error.clone()),
        }
    }

    /// [`JmesPath::search`] as Mockoon's helper does it: the default for `null` and for every
    /// error; data that are neither array nor object are the answer themselves.
    pub fn get_or(&self, data: &Value, default: &Value) -> Value {
        match data.kind() {
            crate::Kind::Array | crate::Kind::Object | crate::Kind::Null => match self.search(data)
            {
                Ok(found) if !found.is_nullish() => found,
                _ => default.clone(),
            },
            _ => data.clone(),
        }
    }

    /// The mistake in the expression, for `validate`.
    pub fn problem(&self) -> Option<String> {
        self.0.as_ref().as_ref().err().map(ToString::to_string)
    }
}
