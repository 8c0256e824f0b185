//! Inline partials: `{{#*inline}}`, `{{> name}}`, `{{#> name}}`, `{{> @partial-block}}`.
//!
//! Mockoon registers no partials of its own, so these are all there are. A partial sees what
//! was around its definition through `../`, and the frame of its call as `@variables`.

use wasmock_javascript::{Object, Text, Value};

use super::evaluate::{At, Evaluator, RenderError, index};
use super::frames::{Context, NONE};
use super::program::{Body, Partial, PartialName};

/// A body together with the place it was written in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closure<'r> {
    body: &'r Body,
    scope: u32,
    /// For the block of a partial: what `@partial-block` means inside it.
    around: Option<u32>,
}

impl<'r> Evaluator<'r> {
    /// Makes the inline partials of a body known.
    pub(crate) fn define(&mut self, body: &'r Body, at: At) -> Result<(), RenderError> {
        for inline in &body.inline {
            let name = self.value(&inline.name, at)?;
            let name = self.text(&name);
            let closure = Closure {
                body: &inline.body,
                scope: at.scope,
                around: None,
            };
            self.partials
                .push((name.into(), index(self.closures.len())));
            self.closures.push(closure);
        }
        Ok(())
    }

    pub(crate) fn partial(
        &mut self,
        partial: &'r Partial,
        at: At,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let name = match &partial.name {
            PartialName::Fixed(name) => name.clone(),
            PartialName::Computed(expr) => {
                let value = self.value(expr, at)?;
                Text::from(self.text(&value))
            }
        };
        let mut context = match &partial.context {
            Some(expr) => Context::Value(self.value(expr, at)?),
            None => match self.scopes.get(at.scope as usize) {
                Some(scope) => scope.context.clone(),
                None => Context::Value(Value::Undefined),
            },
        };
        if !partial.hash.is_empty() {
            let hash = self.hash(&partial.hash, at)?;
            let mut object = match &context {
                Context::Value(Value::Object(object)) => Object::clone(object),
                Context::Value(Value::Array(items)) => items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| (i.to_string(), item.clone()))
                    .collect(),
                Context::Options(options) => {
                    let options = options.clone();
                    match self.options_object(&options) {
                        Value::Object(object) => Object::clone(&object),
                        _ => Object::new(),
                    }
                }
                Context::Value(_) => Object::new(),
            };
            for (key, value) in hash {
                object.insert(key, value);
            }
            context = Context::Value(Value::object(object));
        }
        let current = self
            .frames
            .get(at.frame as usize)
            .map_or(NONE, |f| f.partial_block);
        let mut frame = at.frame;
        let frames = self.frames.len();
        let mut block = None;
        if let Some(body) = &partial.block {
            frame = self.child_frame(at.frame);
            let number = index(self.closures.len());
            self.closures.push(Closure {
                body,
                scope: at.scope,
                around: Some(current),
            });
            if let Some(child) = self.frames.get_mut(frame as usize) {
                child.partial_block = number;
            }
            block = Some(number);
        }
        let found = if &*name == "@partial-block" {
            (current != NONE).then_some(current)
        } else {
            self.partials
                .iter()
                .rev()
                .find(|(known, _)| *known == name)
                .map(|(_, n)| *n)
        };
        let closure = found
            .or(block)
            .and_then(|n| self.closures.get(n as usize))
            .copied();
        let Some(closure) = closure else {
            return Err(RenderError::new(format!(
                "The partial {name} could not be found"
            )));
        };
        let result = match partial.indent.is_empty() {
            true => self.run_closure(closure, context, frame, out),
            false => {
                let mut text = String::new();
                let result = self.run_closure(closure, context, frame, &mut text);
                indent(out, &text, &partial.indent);
                result
            }
        };
        self.frames.truncate(frames);
        result
    }

    fn run_closure(
        &mut self,
        closure: Closure<'r>,
        context: Context,
        frame: u32,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let Some(around) = closure.around else {
            return self.enter(closure.body, context, closure.scope, frame, None, out);
        };
        let frames = self.frames.len();
        let child = self.child_frame(frame);
        if let Some(child) = self.frames.get_mut(child as usize) {
            child.partial_block = around;
        }
        let result = self.enter(closure.body, context, closure.scope, child, None, out);
        self.frames.truncate(frames);
        result
    }

    /// A frame made from another: a copy with a link.
    pub(crate) fn child_frame(&mut self, parent: u32) -> u32 {
        let mut frame = self.frames[parent as usize].clone();
        frame.parent = parent;
        self.frames.push(frame);
        index(self.frames.len() - 1)
    }
}

fn indent(out: &mut String, text: &str, indent: &str) {
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() && lines.peek().is_none() {
            break;
        }
        out.push_str(indent);
        out.push_str(line);
        if lines.peek().is_some() {
            out.push('\n');
        }
    }
}
