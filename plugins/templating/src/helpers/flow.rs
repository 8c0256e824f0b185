//! Blocks: `if`, `unless`, `each`, `with` as handlebars.js has them; `repeat`, `switch`, `case`
//! and `default` as Mockoon adds them.
//!
//! They write straight into the answer and share or copy the frame of `@variables` exactly as
//! Mockoon's do: `switch` keeps its state in the frame around it, so a matched inner switch
//! makes the later cases of the outer one fail; `repeat` copies the frame without a link.

use wasmock_javascript::{Text, Value, number};

use super::{Family, Helper, Rows};
use crate::Effects;
use crate::language::evaluate::{At, Evaluator, RenderError};
use crate::language::frames::{Context, NONE};
use crate::language::program::{Block, CallSite, Control, Name};

const ROWS: Rows = Rows(Family::Flow, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    block("if", "value [includeZero=true]", "Renders its block when the value is true; `0`, `''`, `null`, `false` and `[]` are not.", "{{#if true}}yes{{else}}no{{/if}}"),
    block("unless", "value", "Renders its block when the value is not true.", "{{#unless false}}yes{{/unless}}"),
    block("each", "list", "Renders its block for each item or member; `this`, `@index`, `@key`, `@first`, `@last`.", "{{#each (array 'a' 'b')}}{{@index}}{{this}} {{else}}none{{/each}}"),
    block("with", "value", "Renders its block with the value as `this`.", "{{#with (object name='Ann')}}{{name}}{{/with}}"),
    ROWS.row("lookup", "value key", "A member or an item by its name.", "{{lookup (array 'a' 'b') 1}}", super::objects::lookup),
    Rows(Family::Flow, Effects::WRITES_STATE).row("log", "value…", "Writes its arguments into the server's log and prints nothing.", "{{log 'seen' (header 'x')}}", super::objects::log),
    Helper { effects: Effects::DRAWS_RANDOM, ..block("repeat", "count [max] [comma=false]", "Renders its block several times, with commas between; `@index`, `@total`, `@first`, `@last`. Two numbers: a random count between them.", "[{{#repeat 2}}{{@index}}{{/repeat}}]") },
    block("switch", "value", "Chooses among the `case` blocks inside it.", "{{#switch 'b'}}{{#case 'a'}}A{{/case}}{{#default}}other{{/default}}{{/switch}}"),
    block("case", "value", "Rendered by `switch` when this is its value; only the first match counts.", "{{#switch 1}}{{#case 1}}one{{/case}}{{/switch}}"),
    block("default", "", "Rendered by `switch` when no case before it matched.", "{{#switch 1}}{{#default}}none{{/default}}{{/switch}}"),
];

/// A block with what its helper was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockCall<'a, 'r> {
    pub(crate) site: &'r CallSite,
    pub(crate) block: &'r Block,
    pub(crate) args: &'a [Value],
    pub(crate) hash: &'a [(Text, Value)],
    pub(crate) at: At,
}

const fn block(
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    example: &'static str,
) -> Helper {
    // The evaluator runs these itself; the function is never reached.
    Helper {
        block: true,
        ..ROWS.row(name, usage, about, example, unreached)
    }
}

fn unreached(_: &mut super::Call<'_, '_>) -> super::Answer {
    Ok(Value::Undefined)
}

fn fail<T>(message: &str) -> Result<T, RenderError> {
    Err(RenderError::new(message))
}

impl<'r> Evaluator<'r> {
    /// A block helper of the language in its own place.
    pub(crate) fn control(
        &mut self,
        control: Control,
        call: &BlockCall<'_, 'r>,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let BlockCall {
            site,
            block,
            args,
            hash,
            at,
        } = *call;
        let program = block.program.as_ref();
        let inverse = block.inverse.as_ref();
        match control {
            Control::If | Control::Unless => {
                let [condition] = args else {
                    return fail(arity(control));
                };
                let zero = hash
                    .iter()
                    .any(|(key, value)| &**key == "includeZero" && value.is_truthy());
                let holds = !is_empty(condition) && (zero || condition.is_truthy());
                let part = if holds == (control == Control::If) {
                    program
                } else {
                    inverse
                };
                self.part(part, self.this(at), at, out)
            }
            Control::With => match args {
                [value] if is_empty(value) => self.part(inverse, self.this(at), at, out),
                [value] => {
                    let Some(body) = program else { return Ok(()) };
                    let params = Some([value.clone(), Value::Undefined]);
                    let context = Context::Value(value.clone());
                    self.enter(body, context, at.scope, at.frame, params, out)
                }
                _ => fail(arity(control)),
            },
            Control::Each => {
                if args.len() > 1 {
                    // The second argument stands where the options should.
                    return self.control_value(control, site, args, hash, at).map(drop);
                }
                let Some(list) = args.first() else {
                    return fail(arity(control));
                };
                self.each(list, block, at, out)
            }
            Control::Repeat => self.repeat(block, args, hash, at, out),
            Control::Switch => {
                let Some(value) = args.first() else {
                    return fail(arity(control));
                };
                if let Some(second) = args.get(1) {
                    return Err(wrong_options(second));
                }
                self.set(at, Name::FOUND, Value::Bool(false));
                self.set(at, Name::SWITCH_VALUE, value.clone().unwrap_safe());
                self.part(program, self.options(site, hash, at), at, out)
            }
            Control::Case => {
                if !self.matches(args, at)? {
                    return Ok(());
                }
                self.set(at, Name::FOUND, Value::Bool(true));
                self.part(program, self.options(site, hash, at), at, out)
            }
            Control::Default => {
                if !self.nothing_found(args, at)? {
                    return Ok(());
                }
                self.part(program, self.options(site, hash, at), at, out)
            }
        }
    }

    /// A block helper used without a block.
    pub(crate) fn control_value(
        &mut self,
        control: Control,
        _site: &'r CallSite,
        args: &[Value],
        hash: &[(Text, Value)],
        at: At,
    ) -> Result<Value, RenderError> {
        match control {
            Control::If | Control::Unless => match args {
                [condition] => {
                    let zero = hash
                        .iter()
                        .any(|(key, value)| &**key == "includeZero" && value.is_truthy());
                    fail(
                        match !is_empty(condition) && (zero || condition.is_truthy()) {
                            true => "options.fn is not a function",
                            false => "options.inverse is not a function",
                        },
                    )
                }
                _ => fail(arity(control)),
            },
            Control::With => match args {
                [value] if is_empty(value) => fail("options.inverse is not a function"),
                [_] => fail("fn is not a function"),
                _ => fail(arity(control)),
            },
            Control::Each => match args.first() {
                None => fail(arity(control)),
                _ if args.get(1).is_some_and(|options| !options.is_truthy()) => {
                    fail(arity(control))
                }
                Some(Value::Array(items)) if !items.is_empty() => fail("fn is not a function"),
                Some(Value::Object(object)) if !object.is_empty() => fail("fn is not a function"),
                Some(Value::Safe(_)) => fail("fn is not a function"),
                Some(_) => fail("inverse is not a function"),
            },
            Control::Repeat => match self.count(args)?.to_number() > 0.0 {
                true => fail("options.fn is not a function"),
                false => Ok(Value::text("")),
            },
            Control::Switch => match args {
                [] => fail(arity(control)),
                [_] => fail("options.fn is not a function"),
                [_, second, ..] => Err(wrong_options(second)),
            },
            Control::Case => match self.matches(args, at)? {
                true => fail("options.fn is not a function"),
                false => Ok(Value::Undefined),
            },
            Control::Default => match self.nothing_found(args, at)? {
                true => fail("options.fn is not a function"),
                false => Ok(Value::text("")),
            },
        }
    }

    /// Renders a block once for each item of an array or member of an object.
    pub(crate) fn each(
        &mut self,
        list: &Value,
        block: &'r Block,
        at: At,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let frames = self.frames.len();
        let frame = self.child_frame(at.frame);
        let inner = At { frame, ..at };
        let mut rounds = 0;
        match list {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    let key = Value::Number(i as f64);
                    self.round(block, key, item, (i, i + 1 == items.len()), inner, out)?;
                    rounds += 1;
                }
            }
            Value::Object(object) => {
                for (i, (key, item)) in object.iter().enumerate() {
                    let key = Value::String(key.clone());
                    self.round(block, key, item, (i, i + 1 == object.len()), inner, out)?;
                    rounds += 1;
                }
            }
            Value::Safe(text) => {
                let item = Value::String(text.clone());
                self.round(block, Value::text("string"), &item, (0, true), inner, out)?;
                rounds += 1;
            }
            _ => {}
        }
        self.frames.truncate(frames);
        match rounds {
            0 => self.part(block.inverse.as_ref(), self.this(at), at, out),
            _ => Ok(()),
        }
    }

    fn round(
        &mut self,
        block: &'r Block,
        key: Value,
        item: &Value,
        (index, last): (usize, bool),
        at: At,
        out: &mut String,
    ) -> Result<(), RenderError> {
        if let Some(frame) = self.frames.get_mut(at.frame as usize) {
            frame.set(Name::KEY, key.clone());
            frame.set(Name::INDEX, Value::Number(index as f64));
            frame.set(Name::FIRST, Value::Bool(index == 0));
            frame.set(Name::LAST, Value::Bool(last));
        }
        let Some(body) = &block.program else {
            return Ok(());
        };
        let params = body.has_params.then(|| [item.clone(), key]);
        self.enter(
            body,
            Context::Value(item.clone()),
            at.scope,
            at.frame,
            params,
            out,
        )
    }

    fn repeat(
        &mut self,
        block: &'r Block,
        args: &[Value],
        hash: &[(Text, Value)],
        at: At,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let count = self.count(args)?;
        let rounds = count.to_number();
        let comma = !hash
            .iter()
            .any(|(key, value)| &**key == "comma" && *value == Value::Bool(false));
        let frames = self.frames.len();
        let copy = self.child_frame(at.frame);
        let parent = self
            .frames
            .get(at.frame as usize)
            .map_or(NONE, |frame| frame.parent);
        if let Some(frame) = self.frames.get_mut(copy as usize) {
            // A copy, not a child: `@../` goes past the frame around.
            frame.parent = parent;
        }
        let start = out.len();
        let mut i = 0.0;
        while i < rounds {
            let last = i == rounds - 1.0;
            if let Some(frame) = self.frames.get_mut(copy as usize) {
                frame.set(Name::INDEX, Value::Number(i));
                frame.set(Name::TOTAL, count.clone());
                frame.set(Name::FIRST, Value::Bool(i == 0.0));
                frame.set(Name::LAST, Value::Bool(last));
            }
            if let Some(body) = &block.program {
                self.enter(body, self.this(at), at.scope, copy, None, out)?;
            }
            if comma {
                let kept = out[start..].trim_end_matches(number::is_space).len();
                out.truncate(start + kept);
                let has_comma = out[start..].ends_with(',');
                if i < rounds - 1.0 && !has_comma {
                    out.push(',');
                } else if last && has_comma {
                    out.pop();
                }
                out.push('\n');
            }
            if out.len() > crate::MAX_OUTPUT {
                return fail("Invalid string length");
            }
            i += 1.0;
        }
        self.frames.truncate(frames);
        Ok(())
    }

    fn count(&mut self, args: &[Value]) -> Result<Value, RenderError> {
        match args {
            [count] => Ok(count.clone()),
            [a, b] => {
                let or = |value: &Value, default| match value {
                    Value::Undefined => default,
                    other => other.to_number(),
                };
                Ok(Value::Number(super::random::random_int(
                    self.host,
                    or(a, 1.0),
                    or(b, 0.0),
                )))
            }
            _ => fail("The repeat helper requires a numeric param"),
        }
    }

    fn matches(&self, args: &[Value], at: At) -> Result<bool, RenderError> {
        let Some(value) = args.first() else {
            return fail(arity(Control::Case));
        };
        let frame = self.frames.get(at.frame as usize);
        let get = |name| {
            frame
                .and_then(|frame| frame.get(name))
                .unwrap_or(&Value::Undefined)
        };
        Ok(value.strict_eq(get(Name::SWITCH_VALUE)) && !get(Name::FOUND).is_truthy())
    }

    fn nothing_found(&mut self, args: &[Value], at: At) -> Result<bool, RenderError> {
        if let Some(first) = args.first() {
            return Err(RenderError::new(match first {
                Value::Undefined => "Cannot read properties of undefined (reading 'data')",
                Value::Null => "Cannot read properties of null (reading 'data')",
                _ => "Cannot read properties of undefined (reading 'found')",
            }));
        }
        let Some(frame) = self.frames.get_mut(at.frame as usize) else {
            return Ok(false);
        };
        if frame.get(Name::FOUND).is_some_and(Value::is_truthy) {
            return Ok(false);
        }
        frame.remove(Name::SWITCH_VALUE);
        Ok(true)
    }

    fn set(&mut self, at: At, name: Name, value: Value) {
        if let Some(frame) = self.frames.get_mut(at.frame as usize) {
            frame.set(name, value);
        }
    }
}

/// What Handlebars' `if` and `with` count as nothing besides false values.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Number(n) => n.is_nan(),
        Value::Array(items) => items.is_empty(),
        other => !other.is_truthy(),
    }
}

/// `switch` with a second argument, which stands where the options should.
fn wrong_options(second: &Value) -> RenderError {
    match second.is_nullish() {
        true => super::no_property(second, "data"),
        false => RenderError::new("Cannot set properties of undefined (setting 'found')"),
    }
}

fn arity(control: Control) -> &'static str {
    match control {
        Control::If => "#if requires exactly one argument",
        Control::Unless => "#unless requires exactly one argument",
        Control::With => "#with requires exactly one argument",
        Control::Each => "Must pass iterator to #each",
        Control::Repeat => "The repeat helper requires a numeric param",
        Control::Switch | Control::Case | Control::Default => {
            "Cannot read properties of undefined (reading 'data')"
        }
    }
}
