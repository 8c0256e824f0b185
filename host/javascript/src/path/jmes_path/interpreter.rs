//! Walks the tree of an expression over a value.

use super::functions;
use super::lexer::Token;
use super::parser::Node;
use crate::path::PathError;
use crate::{Object, Text, Value, number};

/// A `map` inside a `map` over the whole document multiplies; this ends it.
const MAX_STEPS: u32 = 5_000_000;

pub(super) fn search(node: &Node, data: &Value) -> Result<Value, PathError> {
    let mut search = Search {
        root: data,
        scopes: Vec::new(),
        steps: 0,
    };
    search.value(node, data)
}

pub(super) struct Search<'s> {
    root: &'s Value,
    scopes: Vec<Vec<(Text, Value)>>,
    steps: u32,
}

/// An argument of a function: a value, or an expression to apply.
pub(super) enum Argument<'s> {
    Value(Value),
    Reference(&'s Node),
}

impl<'s> Search<'s> {
    pub(super) fn value(&mut self, node: &'s Node, here: &Value) -> Result<Value, PathError> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(PathError::new("the search takes too many steps"));
        }
        Ok(match node {
            Node::Current => here.clone(),
            Node::Root => self.root.clone(),
            Node::Literal(literal) => literal.clone(),
            Node::Field(name) => match here {
                Value::Object(object) => or_null(object.get(name).cloned()),
                Value::Safe(_) => or_null(here.get(name)),
                _ => Value::Null,
            },
            Node::Variable(name) => self.variable(name)?,
            Node::Index(index) => match here {
                Value::Array(items) => {
                    let at = if *index < 0.0 {
                        items.len() as f64 + index
                    } else {
                        *index
                    };
                    let item = (at >= 0.0).then(|| items.get(at as usize)).flatten();
                    or_null(item.cloned())
                }
                _ => Value::Null,
            },
            Node::Slice(start, stop, step) => slice(here, *start, *stop, *step)?,
            Node::Sub(left, right) => match self.value(left, here)? {
                Value::Null | Value::Undefined => Value::Null,
                found => or_null(Some(self.value(right, &found)?)),
            },
            Node::At(left, right) | Node::Pipe(left, right) => {
                let found = self.value(left, here)?;
                self.value(right, &found)?
            }
            Node::Project(left, right) => match self.value(left, here)? {
                Value::Array(items) => self.project(right, items.iter())?,
                text @ Value::String(_) if is_slice(left) => self.value(right, &text)?,
                _ => Value::Null,
            },
            Node::ProjectValues(left, right) => match self.value(left, here)? {
                Value::Object(object) => self.project(right, object.values())?,
                _ => Value::Null,
            },
            Node::Filter(parts) => {
                let [left, condition, right] = &**parts;
                let Value::Array(items) = self.value(left, here)? else {
                    return Ok(Value::Null);
                };
                let mut kept = Vec::new();
                for item in items.iter() {
                    if !is_false(&self.value(condition, item)?) {
                        kept.push(item);
                    }
                }
                self.project(right, kept.into_iter())?
            }
            Node::Flatten(child) => match self.value(child, here)? {
                Value::Array(items) => {
                    let mut flat = Vec::with_capacity(items.len());
                    for item in items.iter() {
                        match item {
                            Value::Array(inner) => flat.extend_from_slice(inner),
                            other => flat.push(other.clone()),
                        }
                    }
                    Value::array(flat)
                }
                _ => Value::Null,
            },
            Node::List(items) => {
                let items = items.iter().map(|item| self.value(item, here));
                Value::array(items.collect::<Result<_, _>>()?)
            }
            Node::Hash(pairs) => {
                let mut object = Object::with_capacity(pairs.len());
                for (name, node) in pairs {
                    object.insert(name.clone(), self.value(node, here)?);
                }
                Value::object(object)
            }
            Node::Or(left, right) => match self.value(left, here)? {
                found if is_false(&found) => self.value(right, here)?,
                found => found,
            },
            Node::And(left, right) => match self.value(left, here)? {
                found if is_false(&found) => found,
                _ => self.value(right, here)?,
            },
            Node::Not(child) => is_false(&self.value(child, here)?).into(),
            Node::Ternary(parts) => {
                let [test, then, or] = &**parts;
                let no = is_false(&self.value(test, here)?);
                self.value(if no { or } else { then }, here)?
            }
            Node::Compare(operator, left, right) => compare(
                operator,
                &self.value(left, here)?,
                &self.value(right, here)?,
            ),
            Node::Arithmetic(operator, left, right) => {
                let (left, right) = (self.value(left, here)?, self.value(right, here)?);
                arithmetic(operator, as_number(&left)?, as_number(&right)?)?.into()
            }
            Node::Sign(negative, child) => {
                let number = as_number(&self.value(child, here)?)?;
                (if *negative { -number } else { number }).into()
            }
            Node::Call(name, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(match argument {
                        Node::Reference(node) => Argument::Reference(node),
                        node => Argument::Value(self.value(node, here)?),
                    });
                }
                functions::call(self, name, &values)?
            }
            Node::Reference(_) | Node::Binding(..) => {
                return Err(PathError::new(
                    "Syntax error: only functions take an expression",
                ));
            }
            Node::Let(bindings, body) => {
                let mut scope = Vec::with_capacity(bindings.len());
                for binding in bindings {
                    if let Node::Binding(name, node) = binding {
                        scope.push((name.clone(), self.value(node, here)?));
                    }
                }
                self.scopes.push(scope);
                let found = self.value(body, here);
                self.scopes.pop();
                found?
            }
        })
    }

    fn project<'v>(
        &mut self,
        node: &'s Node,
        items: impl Iterator<Item = &'v Value>,
    ) -> Result<Value, PathError> {
        let mut found = Vec::new();
        for item in items {
            match self.value(node, item)? {
                Value::Null | Value::Undefined => {}
                value => found.push(value),
            }
        }
        Ok(Value::array(found))
    }

    fn variable(&self, name: &str) -> Result<Value, PathError> {
        let mut scopes = self.scopes.iter().rev();
        scopes
            .find_map(|scope| scope.iter().rev().find(|(known, _)| &**known == name))
            .map(|(_, value)| value.clone())
            .ok_or_else(|| PathError::new(format!("Error referencing undefined variable {name}")))
    }
}

fn or_null(value: Option<Value>) -> Value {
    value
        .filter(|value| !value.is_undefined())
        .unwrap_or(Value::Null)
}

fn is_slice(node: &Node) -> bool {
    matches!(node, Node::At(_, right) if matches!(**right, Node::Slice(..)))
}

/// Empty arrays, objects and texts count as false, the number 0 does not.
pub(super) fn is_false(value: &Value) -> bool {
    match value {
        Value::Undefined | Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

fn as_number(value: &Value) -> Result<f64, PathError> {
    value
        .as_number()
        .ok_or_else(|| PathError::new("not-a-number"))
}

fn arithmetic(operator: &Token, left: f64, right: f64) -> Result<f64, PathError> {
    let divides = matches!(operator, Token::Divide | Token::DivideWhole);
    if divides && (right == 0.0 || right.is_nan()) {
        return Err(PathError::new("not-a-number: divide by zero"));
    }
    Ok(match operator {
        Token::Plus => left + right,
        Token::Minus => left - right,
        Token::Divide => left / right,
        Token::DivideWhole => (left / right).floor(),
        Token::Modulo => left % right,
        _ => left * right,
    })
}

fn compare(operator: &Token, left: &Value, right: &Value) -> Value {
    let numbers = left.as_number().zip(right.as_number());
    match (operator, numbers) {
        (Token::Equal, _) => (left == right).into(),
        (Token::NotEqual, _) => (left != right).into(),
        (Token::Less, Some((left, right))) => (left < right).into(),
        (Token::LessOrEqual, Some((left, right))) => (left <= right).into(),
        (Token::Greater, Some((left, right))) => (left > right).into(),
        (Token::GreaterOrEqual, Some((left, right))) => (left >= right).into(),
        _ => Value::Null,
    }
}

fn slice(
    value: &Value,
    start: Option<f64>,
    stop: Option<f64>,
    step: Option<f64>,
) -> Result<Value, PathError> {
    let length = match value {
        Value::Array(items) => items.len(),
        Value::String(text) => crate::utf16_len(text),
        _ => return Ok(Value::Null),
    } as f64;
    let step = step.unwrap_or(1.0);
    if step == 0.0 || step.is_nan() {
        return Err(PathError::new("Invalid value: slice step cannot be 0"));
    }
    let backwards = step < 0.0;
    let cap = |at: f64| {
        let at = if at < 0.0 { at + length } else { at };
        let (lowest, highest) = if backwards {
            (-1.0, length - 1.0)
        } else {
            (0.0, length)
        };
        at.clamp(lowest, highest.max(lowest))
    };
    let mut at = start.map_or(if backwards { length - 1.0 } else { 0.0 }, cap);
    let stop = stop.map_or(if backwards { -1.0 } else { length }, cap);
    let mut places = Vec::new();
    while if backwards { at > stop } else { at < stop } {
        places.push(at as usize);
        at += step;
    }
    Ok(match value {
        Value::Array(items) => places
            .into_iter()
            .filter_map(|at| items.get(at).cloned())
            .collect(),
        other => {
            let chars: Vec<char> = other.to_text().chars().collect();
            places
                .into_iter()
                .filter_map(|at| chars.get(at))
                .collect::<String>()
                .into()
        }
    })
}

/// `a > b` for numbers and texts, by JavaScript's rules.
pub(super) fn is_greater(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.encode_utf16().gt(right.encode_utf16()),
        (Value::String(left), right) => number::from_text(left) > right.to_number(),
        (left, right) => left.to_number() > right.to_number(),
    }
}
