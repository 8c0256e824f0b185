//! Runs a program.
//!
//! Blocks write straight into the answer; only what a helper needs as a value becomes one.
//! Every limit that keeps a template from harming the server is here or in `MAX_NESTING`.

use std::rc::Rc;

use smallvec::SmallVec;
use wasmock_javascript::{Object, Text, Value, number};

use super::frames::{Context, Frame, NONE, Options, Scope, same_level};
use super::partials::Closure;
use super::program::{Block, Body, CallSite, Callee, Constants, Expr, Name, Op, Program, Subject};
use super::{MAX_NESTING, escape_html};
use crate::helpers::{BlockCall, Call};
use crate::{Host, MAX_OUTPUT};

/// Why a template could not be rendered: the text that Mockoon's users see in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError(Box<str>);

impl RenderError {
    /// An error with this text.
    pub fn new(message: impl Into<Box<str>>) -> Self {
        Self(message.into())
    }

    /// The text.
    pub fn message(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

/// The scope and the frame a body runs in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) scope: u32,
    pub(crate) frame: u32,
}

pub(crate) struct Evaluator<'r> {
    pub(crate) program: &'r Program,
    pub(crate) host: &'r mut dyn Host,
    pub(crate) frames: Vec<Frame>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) partials: Vec<(Text, u32)>,
    pub(crate) closures: Vec<Closure<'r>>,
    /// Names of `@variables` that only running the template brought up.
    pub(super) names: Vec<Text>,
    depth: usize,
    has_request: Option<bool>,
}

type Args = SmallVec<[Value; 4]>;
pub(crate) type Hash = SmallVec<[(Text, Value); 2]>;

/// What a call is given.
enum Arguments<'r> {
    Constant(&'r Constants),
    Evaluated(Args, Hash),
}

impl Arguments<'_> {
    fn args(&self) -> &[Value] {
        match self {
            Self::Constant(constants) => &constants.args,
            Self::Evaluated(args, _) => args,
        }
    }

    fn hash(&self) -> &[(Text, Value)] {
        match self {
            Self::Constant(constants) => &constants.hash,
            Self::Evaluated(_, hash) => hash,
        }
    }
}

impl<'r> Evaluator<'r> {
    pub(crate) fn new(program: &'r Program, host: &'r mut dyn Host) -> Self {
        Self {
            program,
            host,
            frames: Vec::with_capacity(1),
            scopes: Vec::with_capacity(2),
            partials: Vec::new(),
            closures: Vec::new(),
            names: Vec::new(),
            depth: 0,
            has_request: None,
        }
    }

    /// Whether there is a request; asked once.
    pub(crate) fn has_request(&mut self) -> bool {
        let host = &mut self.host;
        *self.has_request.get_or_insert_with(|| host.has_request())
    }

    /// Renders the whole template.
    pub(crate) fn run(&mut self, out: &mut String) -> Result<(), RenderError> {
        let root = self.program.root.clone();
        let mut frame = Frame {
            vars: SmallVec::new(),
            parent: NONE,
            partial_block: NONE,
        };
        frame.set(Name::ROOT, root.clone());
        self.frames.push(frame);
        let program = self.program;
        self.enter(&program.main, Context::Value(root), NONE, 0, None, out)
    }

    /// The value of a call outside any template.
    pub(super) fn apart(mut self, site: &'r CallSite) -> Result<Value, RenderError> {
        self.frames.push(Frame {
            vars: SmallVec::new(),
            parent: NONE,
            partial_block: NONE,
        });
        self.call(site, None, At { scope: 0, frame: 0 })
    }

    /// Runs a body with a context of its own.
    pub(crate) fn enter(
        &mut self,
        body: &'r Body,
        context: Context,
        outer: u32,
        frame: u32,
        params: Option<[Value; 2]>,
        out: &mut String,
    ) -> Result<(), RenderError> {
        if self.depth >= MAX_NESTING * 2 {
            return Err(RenderError::new("Maximum call stack size exceeded"));
        }
        self.depth += 1;
        let scope = index(self.scopes.len());
        let (level, up) = match self.scopes.get(outer as usize) {
            None => (scope, NONE),
            Some(around) => {
                let level = around.level;
                let same = self.scopes.get(level as usize).is_some_and(|around| {
                    same_level(&around.context, &context)
                        || self.is_nothing(&around.context, &context)
                });
                if same { (level, NONE) } else { (scope, level) }
            }
        };
        self.scopes.push(Scope {
            context,
            level,
            up,
            outer,
            params,
        });
        let partials = self.partials.len();
        let closures = self.closures.len();
        let result = match body.inline.is_empty() {
            true => self.ops(body, At { scope, frame }, out),
            false => self
                .define(
                    body,
                    At {
                        scope: outer,
                        frame,
                    },
                )
                .and_then(|()| self.ops(body, At { scope, frame }, out)),
        };
        self.partials.truncate(partials);
        self.closures.truncate(closures);
        self.scopes.truncate(scope as usize);
        self.depth -= 1;
        result
    }

    /// `this` was `null`, so the helper saw an empty object: still the same level.
    fn is_nothing(&self, around: &Context, context: &Context) -> bool {
        let (Context::Value(Value::Null), Context::Value(context)) = (around, context) else {
            return false;
        };
        context.strict_eq(&self.program.nothing)
    }

    fn ops(&mut self, body: &'r Body, at: At, out: &mut String) -> Result<(), RenderError> {
        for op in &body.ops {
            match op {
                Op::Text(text) => out.push_str(text),
                Op::Print(expr) => self.print(expr, at, true, out)?,
                Op::PrintRaw(expr) => self.print(expr, at, false, out)?,
                Op::Block(block) => self.block(block, at, out)?,
                Op::Partial(partial) => self.partial(partial, at, out)?,
                Op::Fail(message) => return Err(RenderError::new(message.clone())),
            }
            if out.len() > MAX_OUTPUT {
                return Err(RenderError::new("Invalid string length"));
            }
        }
        Ok(())
    }

    fn print(
        &mut self,
        expr: &'r Expr,
        at: At,
        escape: bool,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let value = self.value(expr, at)?;
        if let Value::Object(object) = &value
            && (object.contains_key("toString") || is_bare(expr))
        {
            return Err(RenderError::new("Cannot convert object to primitive value"));
        }
        match &value {
            Value::Undefined | Value::Null => {}
            Value::Safe(text) => out.push_str(text),
            Value::String(text) if escape => escape_html(out, text),
            Value::String(text) => out.push_str(text),
            Value::Number(n) => number::write(out, *n),
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            other => {
                let text = self.text(other);
                if escape {
                    escape_html(out, &text);
                } else {
                    out.push_str(&text);
                }
            }
        }
        Ok(())
    }

    /// `String(value)`, with dates as the server's time zone prints them.
    pub(crate) fn text(&mut self, value: &Value) -> String {
        match value {
            Value::Date(ms) => crate::helpers::dates::date_text(*ms, self.host),
            Value::Array(items) => {
                let mut out = String::new();
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    if !item.is_nullish() {
                        out.push_str(&self.text(item));
                    }
                }
                out
            }
            other => other.to_text().into_owned(),
        }
    }

    pub(crate) fn value(&mut self, expr: &'r Expr, at: At) -> Result<Value, RenderError> {
        match expr {
            Expr::Constant(value) => Ok(value.clone()),
            Expr::Path(path) => self.path(path, at),
            Expr::Call(site) => self.call(site, None, at),
        }
    }

    /// Calls a helper for its value; `block` is what it may render.
    fn call(
        &mut self,
        site: &'r CallSite,
        block: Option<&'r Block>,
        at: At,
    ) -> Result<Value, RenderError> {
        self.depth += 1;
        if self.depth >= MAX_NESTING * 2 {
            return Err(RenderError::new("Maximum call stack size exceeded"));
        }
        let arguments = self.arguments(site, at)?;
        let (args, hash) = (arguments.args(), arguments.hash());
        let value = match &site.callee {
            Callee::Helper(helper) => {
                let mut call = Call {
                    evaluator: self,
                    site,
                    args,
                    hash,
                    block,
                    at,
                };
                helper.run(&mut call)
            }
            Callee::External(external) => self
                .host
                .call_helper(external.id, args, hash)
                .map_err(RenderError::new),
            Callee::Control(control) => self.control_value(*control, site, args, hash, at),
            Callee::Unknown(unknown) => match self.path(&unknown.path, at)?.is_truthy() {
                false => Ok(Value::text("")),
                true => Err(self.not_callable(unknown)),
            },
            Callee::Hook => Err(RenderError::new(
                "Cannot read properties of undefined (reading 'call')",
            )),
        };
        self.depth -= 1;
        value
    }

    fn arguments(&mut self, site: &'r CallSite, at: At) -> Result<Arguments<'r>, RenderError> {
        if let Some(constants) = &site.constants {
            return Ok(Arguments::Constant(constants));
        }
        let mut args = Args::new();
        for param in &site.params {
            args.push(self.value(param, at)?);
        }
        Ok(Arguments::Evaluated(args, self.hash(&site.hash, at)?))
    }

    pub(crate) fn hash(&mut self, hash: &'r [(Text, Expr)], at: At) -> Result<Hash, RenderError> {
        let mut named = Hash::new();
        for (key, expr) in hash {
            let value = self.value(expr, at)?;
            name(&mut named, key, value);
        }
        Ok(named)
    }

    fn block(&mut self, block: &'r Block, at: At, out: &mut String) -> Result<(), RenderError> {
        match &block.subject {
            Subject::Call(site) => match &site.callee {
                Callee::Control(control) => {
                    let arguments = self.arguments(site, at)?;
                    let call = BlockCall {
                        site,
                        block,
                        args: arguments.args(),
                        hash: arguments.hash(),
                        at,
                    };
                    self.control(*control, &call, out)
                }
                Callee::External(external) if external.block => {
                    let list = self.call(site, None, at)?;
                    let empty = list.as_array().is_none_or(<[Value]>::is_empty);
                    match empty {
                        true => self.part(block.inverse.as_ref(), self.this(at), at, out),
                        false => self.each(&list, block, at, out),
                    }
                }
                _ => {
                    let value = self.call(site, Some(block), at)?;
                    if !value.is_nullish() {
                        let text = self.text(&value);
                        out.push_str(&text);
                    }
                    Ok(())
                }
            },
            Subject::Value {
                path,
                missing_is_text,
            } => {
                let mut value = self.path(path, at)?;
                if *missing_is_text && value.is_nullish() {
                    value = Value::text("");
                }
                match value {
                    Value::Bool(true) => self.part(block.program.as_ref(), self.this(at), at, out),
                    Value::Bool(false) | Value::Undefined | Value::Null => {
                        self.part(block.inverse.as_ref(), self.this(at), at, out)
                    }
                    Value::Array(items) if items.is_empty() => {
                        self.part(block.inverse.as_ref(), self.this(at), at, out)
                    }
                    Value::Array(_) => self.each(&value, block, at, out),
                    other => self.part(block.program.as_ref(), Context::Value(other), at, out),
                }
            }
        }
    }

    /// Renders one part of a block in the frame at hand; a part that is not there is empty.
    pub(crate) fn part(
        &mut self,
        body: Option<&'r Body>,
        context: Context,
        at: At,
        out: &mut String,
    ) -> Result<(), RenderError> {
        match body {
            Some(body) => self.enter(body, context, at.scope, at.frame, None, out),
            None => Ok(()),
        }
    }

    /// The context a helper sees as `this`.
    pub(crate) fn this(&self, at: At) -> Context {
        match self
            .scopes
            .get(at.scope as usize)
            .map(|scope| &scope.context)
        {
            Some(Context::Value(value)) if value.is_nullish() => {
                Context::Value(self.program.nothing.clone())
            }
            Some(context) => context.clone(),
            None => Context::Value(self.program.nothing.clone()),
        }
    }

    /// The options of a call, as a context.
    pub(crate) fn options(&self, site: &CallSite, hash: &[(Text, Value)], at: At) -> Context {
        let hash: Object = hash.iter().cloned().collect();
        let name = site.name.clone();
        Context::Options(Rc::new(Options {
            name,
            hash,
            line: site.line,
            frame: at.frame,
        }))
    }
}

/// Adds a named argument; the first of a name keeps its place.
pub(super) fn name(named: &mut Hash, key: &Text, value: Value) {
    match named.iter_mut().find(|(known, _)| known == key) {
        Some((_, slot)) => *slot = value,
        // It would set the prototype.
        None if &**key == "__proto__" => {}
        None => named.push((key.clone(), value)),
    }
}

/// Whether an expression gives an object that JavaScript cannot print at all: the parameters of
/// the path have no prototype.
fn is_bare(expr: &Expr) -> bool {
    let Expr::Call(site) = expr else { return false };
    matches!(site.callee, Callee::Helper(helper) if helper.name == "urlParams")
}

pub(crate) fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}
