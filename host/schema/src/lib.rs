//! JSON Schema as Ajv 8 in strict mode with its formats checks it, for the operator
//! `valid_json_schema` and for the configurations of plugins: draft-07, where an unknown keyword or format, a keyword without effect and any
//! other `$schema` make the whole schema wrong.
//!
//! The evaluator is ours and not a library's: what Mockoon's users see are Ajv's own choices
//! (`nullable`, `$ref` beside other keywords, `formatMinimum`, `multipleOf` by division,
//! patterns in JavaScript's syntax), each of which a library for the standard would have to
//! be talked out of, and it works on our values without a copy.
//!
//! The trade-offs: references reach the schema itself and its `$id`s, never the network;
//! patterns run on the linear engine, and one that needs backtracking makes the schema wrong.

mod check;
mod compile;
mod explain;
mod format;

use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;
use wasmock_javascript::{Text, Value};

use self::format::Format;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    nodes: Vec<Node>,
    root: Id,
}

impl Schema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// The schema is wrong: a sentence for the log.
    pub fn compile(schema: &Value) -> Result<Self, String> {
        compile::compile(schema)
    }

    /// Whether a value passes. A check that takes more than a million steps fails it.
    pub fn is_valid(&self, value: &Value) -> bool {
        check::is_valid(self, value)
    }

    /// What keeps a value from passing: where (a JSON pointer) and why. Empty when it passes.
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        explain::problems(self, value)
    }
}

/// A part of a value that a schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer; empty for the whole value.
    pub pointer: String,
    /// What was expected there.
    pub message: String,
}

/// The schema compiled last. A bucket keeps its value until somebody writes to it, so a rule
/// compiles its schema once for each version.
#[derive(Debug, Default)]
pub struct Compiled(Mutex<Option<(Value, Outcome)>>);

/// A schema, or what is wrong with it.
pub type Outcome = Arc<Result<Schema, String>>;

impl Compiled {
    /// The compiled form of this very schema.
    pub fn of(&self, source: &Value) -> Outcome {
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match known {
            Some((known, compiled)) if known.strict_eq(source) => compiled,
            _ => {
                let compiled = Arc::new(Schema::compile(source));
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some((source.clone(), compiled.clone()));
                compiled
            }
        }
    }
}

/// The place of a schema in [`Schema::nodes`].
type Id = usize;

#[derive(Debug)]
enum Node {
    /// `true` and `false` are schemas.
    Always(bool),
    /// All must pass.
    All(Vec<Check>),
}

#[derive(Debug)]
enum Check {
    Type(Types),
    Number(Bound, f64),
    MultipleOf(f64),
    /// Lengths count characters, items and members.
    Length(Counted, Bound, usize),
    Pattern(Regex),
    Format(Format),
    FormatBound(Format, Bound, Text),
    Const(Value),
    Enum(Vec<Value>),
    Required(Vec<Text>),
    Members {
        named: Vec<(Text, Id)>,
        patterns: Vec<(Regex, Id)>,
        others: Option<Id>,
    },
    MemberNames(Id),
    NeedsMembers(Text, Vec<Text>),
    NeedsSchema(Text, Id),
    Items(Id),
    Tuple(Vec<Id>, Option<Id>),
    Contains(Id),
    Unique,
    AllOf(Vec<Id>),
    AnyOf(Vec<Id>),
    OneOf(Vec<Id>),
    Not(Id),
    If(Id, Option<Id>, Option<Id>),
    Ref(Id),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Minimum,
    Maximum,
    Above,
    Below,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Characters,
    Items,
    Members,
}

/// A set of types.
#[derive(Clone, Copy, Debug, Default)]
struct Types {
    null: bool,
    boolean: bool,
    string: bool,
    number: bool,
    integer: bool,
    array: bool,
    object: bool,
}

#[cfg(test)]
mod tests;
