//! JSONPath as the library `jsonpath-plus` understands it and Mockoon calls it.
//!
//! A path with a wildcard, a filter, a slice, a union or `..` answers an array, even for one
//! hit; any other path the value itself; no hit is `undefined`, never `[]`. A filter that
//! Mockoon's white list refuses selects nothing. A filter that does not parse, or fails for
//! one item, is an error of the whole query.
//!
//! The trade-offs: a query may take five million steps and nest 600 deep, then it is an
//! error where JavaScript would go on for minutes; and filters inside filters, which the
//! white list refuses anyway, are not evaluated.

mod evaluate;
mod expression;
mod query;
mod steps;
mod white_list;

use std::sync::Arc;

use self::steps::{Kind, Step};
use super::PathError;
use crate::Value;

/// A compiled JSONPath.
#[derive(Clone, Debug)]
pub struct JsonPath(Arc<Plan>);

#[derive(Debug)]
struct Plan {
    steps: Vec<Step>,
    allowed: bool,
    /// Some expression needs to know where it stands.
    keeps_place: bool,
}

impl JsonPath {
    /// Compiles a path. This cannot fail: mistakes show when the step is reached.
    pub fn parse(text: &str) -> Self {
        let allowed = white_list::allows(text);
        let mut steps = if allowed {
            steps::parse(text)
        } else {
            Vec::new()
        };
        if steps.len() > 1 && matches!(steps[0].kind, Kind::Root) {
            steps.remove(0);
        }
        Self(Arc::new(Plan {
            steps,
            allowed,
            keeps_place: text.contains('(') || text.contains("@path"),
        }))
    }

    /// What the path selects: a value, an array, or `undefined`.
    ///
    /// # Errors
    /// A filter that does not parse or fails, a step that makes no sense where it stands, or
    /// too much work.
    pub fn query(&self, data: &Value) -> Result<Value, PathError> {
        let plan = &*self.0;
        let Some((first, rest)) = plan
            .steps
            .split_first()
            .filter(|_| plan.allowed && data.is_truthy())
        else {
            return Ok(Value::Undefined);
        };
        let mut hits = query::run(first, rest, data, plan.keeps_place)?;
        Ok(match hits.len() {
            0 => Value::Undefined,
            1 if !hits[0].1 => hits.remove(0).0,
            _ => hits.into_iter().map(|(value, _)| value).collect(),
        })
    }

    /// What `validate` should say about the path.
    pub fn problem(&self) -> Option<String> {
        if !self.0.allowed {
            return Some(
                "this filter is not one that Mockoon evaluates; the path selects nothing".into(),
            );
        }
        self.0.steps.iter().find_map(|step| match &step.kind {
            Kind::Filter(script) | Kind::Dynamic(script) => script
                .expression
                .as_ref()
                .err()
                .map(|message| format!("{message}: {}", script.code)),
            _ => None,
        })
    }
}
