//! What a path means where it stands: contexts, `@variables`, block parameters, and the options
//! that some helpers pass on as a context.

use wasmock_javascript::{Object, Text, Value};

use super::evaluate::{At, Evaluator, RenderError, index};
use super::frames::{Context, NONE, Options};
use super::program::{Base, Name, Path, Unknown};

impl Evaluator<'_> {
    pub(super) fn path(&mut self, path: &Path, at: At) -> Result<Value, RenderError> {
        let (value, rest) = match path.base {
            Base::Context(up) => {
                let Some(context) = self.context(at.scope, up) else {
                    return Ok(Value::Undefined);
                };
                match (context, path.parts.split_first()) {
                    (Context::Options(options), Some((first, rest))) => {
                        let options = options.clone();
                        (self.option(&options, first), rest)
                    }
                    (Context::Options(options), None) => {
                        let options = options.clone();
                        return Ok(self.options_object(&options));
                    }
                    (Context::Value(value), _) => return Ok(descend(value, &path.parts)),
                }
            }
            Base::Data(up, name) => {
                let mut frame = at.frame;
                for _ in 0..up {
                    frame = self
                        .frames
                        .get(frame as usize)
                        .map_or(NONE, |frame| frame.parent);
                }
                let mut rest = &path.parts[..];
                let mut name = name;
                while name == Name::PARENT {
                    frame = self
                        .frames
                        .get(frame as usize)
                        .map_or(NONE, |frame| frame.parent);
                    let Some((next, tail)) = rest.split_first() else {
                        return Ok(match self.frames.get(frame as usize) {
                            Some(_) => self.frame_object(frame),
                            None => Value::Undefined,
                        });
                    };
                    name = self.name(next);
                    rest = tail;
                }
                match self
                    .frames
                    .get(frame as usize)
                    .and_then(|frame| frame.get(name))
                {
                    Some(value) => return Ok(descend(value, rest)),
                    None => return Ok(Value::Undefined),
                }
            }
            Base::BlockParam(level, param) => {
                let mut scope = at.scope;
                for _ in 0..level {
                    scope = self
                        .scopes
                        .get(scope as usize)
                        .map_or(NONE, |scope| scope.outer);
                }
                let params = self
                    .scopes
                    .get(scope as usize)
                    .and_then(|s| s.params.as_ref());
                let Some(params) = params else {
                    return Err(RenderError::new(format!(
                        "Cannot read properties of undefined (reading '{param}')"
                    )));
                };
                match params.get(param as usize) {
                    Some(value) => return Ok(descend(value, &path.parts)),
                    None => return Ok(Value::Undefined),
                }
            }
        };
        Ok(descend(&value, rest))
    }

    pub(super) fn not_callable(&self, unknown: &Unknown) -> RenderError {
        let missing = match self.program.crowded.get(unknown.body) {
            Some(true) => "alias2",
            _ => "container.hooks.helperMissing",
        };
        RenderError::new(format!(
            "({} || {missing}).call is not a function",
            unknown.place
        ))
    }

    fn context(&self, scope: u32, up: u32) -> Option<&Context> {
        let scope = self.scopes.get(scope as usize)?;
        if up == 0 {
            return Some(&scope.context);
        }
        let mut level = scope.level;
        for _ in 0..up {
            level = self.scopes.get(level as usize)?.up;
        }
        self.scopes.get(level as usize).map(|scope| &scope.context)
    }

    fn option(&mut self, options: &Options, name: &str) -> Value {
        match name {
            "name" => Value::String(options.name.clone()),
            "hash" => Value::object(options.hash.clone()),
            "data" => self.frame_object(options.frame),
            "loc" => {
                let line = Value::Number(f64::from(options.line));
                let start: Object = [("line", line)].into_iter().collect();
                Value::object([("start", Value::object(start))].into_iter().collect())
            }
            _ => Value::Undefined,
        }
    }

    /// The options as an object, for a helper that is given them.
    pub(crate) fn options_object(&mut self, options: &Options) -> Value {
        // Functions show as members without a value.
        let names = [
            "lookupProperty",
            "name",
            "hash",
            "fn",
            "inverse",
            "data",
            "loc",
        ];
        let object: Object = names
            .iter()
            .map(|name| (*name, self.option(options, name)))
            .collect();
        Value::object(object)
    }

    fn frame_object(&self, frame: u32) -> Value {
        let Some(frame) = self.frames.get(frame as usize) else {
            return Value::Undefined;
        };
        let members = frame
            .vars
            .iter()
            .map(|(name, value)| (self.name_text(*name), value.clone()));
        Value::object(members.collect())
    }

    fn name_text(&self, name: Name) -> Text {
        let at = name.0 as usize;
        let known = self.program.names.len();
        let text = match at < known {
            true => self.program.names.get(at),
            false => self.names.get(at - known),
        };
        text.cloned().unwrap_or_default()
    }

    /// The number of a name of an `@variable`.
    pub(crate) fn name(&mut self, name: &str) -> Name {
        let known = self.program.names.len();
        if let Some(at) = self.program.names.iter().position(|known| &**known == name) {
            return Name(index(at));
        }
        let at = self
            .names
            .iter()
            .position(|known| &**known == name)
            .unwrap_or_else(|| {
                self.names.push(name.into());
                self.names.len() - 1
            });
        Name(index(known + at))
    }
}

/// The value at a path of own properties; `null` and `undefined` end it.
fn descend(value: &Value, parts: &[Text]) -> Value {
    let Some((first, rest)) = parts.split_first() else {
        return value.clone();
    };
    if value.is_nullish() {
        return value.clone();
    }
    let member = match value {
        Value::Object(object) => match object.get(first) {
            Some(member) => return descend(member, rest),
            None => None,
        },
        other => other.get(first),
    };
    member.map_or(Value::Undefined, |member| descend(&member, rest))
}
