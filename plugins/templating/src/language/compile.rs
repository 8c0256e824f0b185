//! From the tree to the program: what every name means.
//!
//! Handlebars decides while it compiles: a name with arguments is a helper, a plain name may be
//! one, a path never is; a block parameter beats both. Unknown names are remembered for
//! `validate`; rendering them prints nothing.

use std::cell::Cell;

use wasmock_javascript::{Object, Text, Value};

use super::dialect::{self, Atom, Core, Tag};
use super::fold;
use super::program::{
    Base, Block, Body, CallSite, Callee, Control, Expr, Inline, Name, Op, Partial, PartialName,
    Path, Program, Subject, Unknown,
};
use super::tree::{self, Argument, Call, Node};
use super::{CompileError, position};
use crate::{Effects, Lookup, helpers};

/// Compiles a template.
pub(crate) fn compile(source: &str, lookup: &dyn Lookup) -> Result<Program, CompileError> {
    let core = dialect::rewrite(source)?;
    let nodes = tree::parse(&core, source)?;
    let mut compiler = Compiler {
        source,
        core: &core,
        lookup,
        names: Name::KNOWN.iter().map(|name| Text::from(*name)).collect(),
        effects: Effects::PLAIN,
        unknown: Vec::new(),
        block_params: Vec::new(),
        mentions: Vec::new(),
        body: 0,
        contexts: 0,
    };
    let main = compiler.body(&nodes, &[])?;
    Ok(Program {
        main,
        names: compiler.names,
        effects: compiler.effects,
        unknown: compiler.unknown,
        crowded: compiler.mentions.iter().map(|count| *count > 1).collect(),
        root: Value::object(Object::new()),
        nothing: Value::object(Object::new()),
    })
}

struct Compiler<'c> {
    source: &'c str,
    core: &'c Core<'c>,
    lookup: &'c dyn Lookup,
    names: Vec<Text>,
    effects: Effects,
    unknown: Vec<(Text, u32, u32)>,
    /// The parameters of the bodies around, the innermost last.
    block_params: Vec<Vec<Text>>,
    /// How often each body names a helper, and the number of the body at hand.
    mentions: Vec<u32>,
    body: usize,
    /// How many blocks around give a context of their own, in which plain names are values.
    contexts: usize,
}

/// What a tag with a name is.
enum Class {
    Helper,
    /// A helper if there is one of that name, else a value of the context.
    Ambiguous,
    Value,
}

/// Helpers that handlebars.js compiles into direct calls.
const KNOWN: [&str; 8] = [
    "helperMissing",
    "blockHelperMissing",
    "each",
    "if",
    "unless",
    "with",
    "log",
    "lookup",
];

impl Compiler<'_> {
    fn body(&mut self, nodes: &[Node<'_>], params: &[Text]) -> Result<Body, CompileError> {
        self.block_params.push(params.to_vec());
        let around = std::mem::replace(&mut self.body, self.mentions.len());
        self.mentions.push(0);
        let body = self.ops(nodes);
        self.body = around;
        self.block_params.pop();
        let has_params = !params.is_empty();
        body.map(|body| Body { has_params, ..body })
    }

    fn ops(&mut self, nodes: &[Node<'_>]) -> Result<Body, CompileError> {
        let mut ops: Vec<Op> = Vec::with_capacity(nodes.len());
        let mut inline = Vec::new();
        for node in nodes {
            match node {
                Node::Comment(_) => {}
                Node::LoneDecorator(call) | Node::Decorator(tree::Block { call, .. })
                    if &*call.tag.path.original != "inline" =>
                {
                    let message = format!("Missing decorator: \"{}\"", call.tag.path.original);
                    ops.push(Op::Fail(message.into()));
                }
                Node::LoneDecorator(_) => {}
                Node::Content(content) => {
                    if let Some(Op::Text(text)) = ops.last_mut() {
                        *text = format!("{text}{}", content.text).into();
                    } else if !content.text.is_empty() {
                        ops.push(Op::Text(content.text.into()));
                    }
                }
                Node::Mustache(call) => {
                    let value = self.mustache(call)?;
                    ops.push(match call.tag.escaped {
                        true => Op::Print(value),
                        false => Op::PrintRaw(value),
                    });
                }
                Node::Block(block) => ops.push(Op::Block(Box::new(self.block(block)?))),
                Node::Decorator(block) => {
                    let name = match block.call.params.first() {
                        Some(argument) => self.argument(argument)?,
                        None => Expr::Constant(Value::Undefined),
                    };
                    let body = block.program.as_deref().unwrap_or_default();
                    let body = self.body(body, &[])?;
                    inline.push(Inline { name, body });
                }
                Node::Partial { call, indent } => {
                    let partial = self.partial(call, None, indent)?;
                    ops.push(Op::Partial(Box::new(partial)));
                }
                Node::PartialBlock(block) => {
                    let body = block.program.as_deref().unwrap_or_default();
                    let body = self.body(body, &[])?;
                    let partial = self.partial(&block.call, Some(body), "")?;
                    ops.push(Op::Partial(Box::new(partial)));
                }
            }
        }
        Ok(Body {
            ops: ops.into(),
            inline: inline.into(),
            has_params: false,
        })
    }

    fn mustache(&mut self, call: &Call<'_>) -> Result<Expr, CompileError> {
        Ok(match self.class(call, false) {
            Class::Helper => fold::expression(self.call(call)?),
            Class::Ambiguous => match self.resolve_plain(&call.tag.path.parts[0]) {
                Some(callee) => fold::expression(self.site(call, callee)?),
                None => {
                    if self.contexts == 0 {
                        self.note_unknown(call.tag);
                    }
                    Expr::Path(self.path(&call.tag.path))
                }
            },
            Class::Value => Expr::Path(self.path(&call.tag.path)),
        })
    }

    fn class(&self, call: &Call<'_>, subexpression: bool) -> Class {
        let path = &call.tag.path;
        let simple = path.is_simple();
        if simple && self.block_param(&path.parts[0]).is_some() {
            return Class::Value;
        }
        if subexpression || !call.params.is_empty() || !call.hash.is_empty() {
            return Class::Helper;
        }
        match simple {
            true if KNOWN.contains(&&*path.parts[0]) => Class::Helper,
            true => Class::Ambiguous,
            false => Class::Value,
        }
    }

    /// A call whose name must be a helper.
    fn call(&mut self, call: &Call<'_>) -> Result<CallSite, CompileError> {
        let path = &call.tag.path;
        self.mentions[self.body] += 1;
        let first = path.parts.first().cloned().unwrap_or_default();
        let callee = if KNOWN.contains(&&*first) {
            self.mentions[self.body] -= 1;
            self.known(&first)
        } else if path.is_simple()
            && let Some(callee) = self.resolve(&first)
        {
            callee
        } else {
            self.note_unknown(call.tag);
            let place = place(path).into();
            Callee::Unknown(Box::new(Unknown {
                path: self.path(path),
                place,
                body: self.body,
            }))
        };
        self.site(call, callee)
    }

    fn site(&mut self, call: &Call<'_>, callee: Callee) -> Result<CallSite, CompileError> {
        let params = call.params.iter().map(|argument| self.argument(argument));
        let params: Box<[Expr]> = params.collect::<Result<_, _>>()?;
        let hash = self.hash(call)?;
        Ok(CallSite {
            callee,
            name: call.tag.path.original.clone(),
            constants: fold::constants(&params, &hash),
            params,
            hash,
            method: Cell::new(None),
            line: call.tag.line,
        })
    }

    fn hash(&mut self, call: &Call<'_>) -> Result<Box<[(Text, Expr)]>, CompileError> {
        let mut hash = Vec::with_capacity(call.hash.len());
        for (key, argument) in call.hash.iter().rev() {
            let value = self.argument(argument)?;
            // handlebars.js leaves out what is written as `undefined`, not what turns out so.
            if !matches!(value, Expr::Constant(Value::Undefined)) {
                hash.push((self.core.keys[*key].clone(), value));
            }
        }
        Ok(hash.into())
    }

    fn argument(&mut self, argument: &Argument<'_>) -> Result<Expr, CompileError> {
        Ok(match argument {
            Argument::Atom(number) => match &self.core.atoms[*number] {
                Atom::Literal(value) => Expr::Constant(value.clone()),
                Atom::Path(path) => Expr::Path(self.path(path)),
            },
            Argument::Call(call) => match self.class(call, true) {
                Class::Value => Expr::Path(self.path(&call.tag.path)),
                _ => fold::expression(self.call(call)?),
            },
        })
    }

    fn known(&mut self, name: &str) -> Callee {
        match name {
            "each" => Callee::Control(Control::Each),
            "if" => Callee::Control(Control::If),
            "unless" => Callee::Control(Control::Unless),
            "with" => Callee::Control(Control::With),
            "helperMissing" | "blockHelperMissing" => Callee::Hook,
            _ => match helpers::find(name) {
                Some(helper) => Callee::Helper(helper),
                None => Callee::Hook,
            },
        }
    }

    /// The helper of that name: another plugin's before ours.
    fn resolve(&mut self, name: &str) -> Option<Callee> {
        if let Some(external) = self.lookup.helper(name) {
            self.effects |= external.effects | Effects::READS_STATE;
            return Some(Callee::External(external));
        }
        let helper = helpers::find(name)?;
        self.effects |= helper.effects;
        Some(match name {
            "repeat" => Callee::Control(Control::Repeat),
            "switch" => Callee::Control(Control::Switch),
            "case" => Callee::Control(Control::Case),
            "default" => Callee::Control(Control::Default),
            _ => Callee::Helper(helper),
        })
    }

    fn resolve_plain(&mut self, name: &str) -> Option<Callee> {
        self.mentions[self.body] += 1;
        self.resolve(name)
    }

    fn note_unknown(&mut self, tag: &Tag) {
        let path = &tag.path;
        if path.is_simple() && !path.data {
            let (line, column) = position(self.source, tag.at);
            self.unknown.push((path.parts[0].clone(), line, column));
        }
    }

    fn block(&mut self, block: &tree::Block<'_>) -> Result<Block, CompileError> {
        // The parameters belong to the part that is written first.
        let params = &block.call.tag.block_params[..];
        let (first, second) = if block.call.tag.inverted {
            (&[][..], params)
        } else {
            (params, &[][..])
        };
        let keeps = matches!(&*block.call.tag.path.original, "if" | "unless" | "repeat");
        self.contexts += usize::from(!keeps);
        let program = block
            .program
            .as_deref()
            .map(|nodes| self.body(nodes, first))
            .transpose();
        self.contexts -= usize::from(!keeps);
        let program = program?;
        let inverse = block
            .inverse
            .as_deref()
            .map(|nodes| self.body(nodes, second))
            .transpose()?;
        let call = &block.call;
        let value = |path, missing_is_text| Subject::Value {
            path,
            missing_is_text,
        };
        let subject = match self.class(call, false) {
            Class::Helper => Subject::Call(self.call(call)?),
            Class::Ambiguous => match self.resolve_plain(&call.tag.path.parts[0]) {
                Some(callee) => Subject::Call(self.site(call, callee)?),
                None => {
                    if self.contexts == 0 {
                        self.note_unknown(call.tag);
                    }
                    value(self.path(&call.tag.path), true)
                }
            },
            Class::Value => value(self.path(&call.tag.path), false),
        };
        Ok(Block {
            subject,
            program,
            inverse,
        })
    }

    fn partial(
        &mut self,
        call: &Call<'_>,
        block: Option<Body>,
        indent: &str,
    ) -> Result<Partial, CompileError> {
        let mut params = call.params.iter();
        let name = match params.next().filter(|_| call.tag.dynamic) {
            Some(computed) => PartialName::Computed(self.argument(computed)?),
            None => PartialName::Fixed(call.tag.path.original.clone()),
        };
        let given = &call.params[usize::from(call.tag.dynamic)..];
        if given.len() > 1 {
            let (line, column) = position(self.source, call.tag.at);
            let message = format!(
                "Unsupported number of partial arguments: {} - {line}:{}",
                given.len(),
                column - 1
            );
            return Err(CompileError {
                message,
                line,
                column,
            });
        }
        let context = given
            .first()
            .map(|argument| self.argument(argument))
            .transpose()?;
        let hash = self.hash(call)?;
        Ok(Partial {
            name,
            context,
            hash,
            block,
            indent: indent.into(),
        })
    }

    fn path(&mut self, path: &dialect::Path) -> Path {
        // handlebars.js takes a path whose first part is empty, `[]`, for none.
        let Some(first) = path.parts.first().filter(|first| !first.is_empty()) else {
            return Path {
                base: Base::Context(path.depth),
                parts: Box::default(),
            };
        };
        if path.depth == 0
            && !path.is_scoped()
            && let Some((level, index)) = self.block_param(first)
        {
            return Path {
                base: Base::BlockParam(level, index),
                parts: path.parts[1..].into(),
            };
        }
        if path.data {
            let base = Base::Data(path.depth, self.name(first));
            return Path {
                base,
                parts: path.parts[1..].into(),
            };
        }
        Path {
            base: Base::Context(path.depth),
            parts: path.parts[..].into(),
        }
    }

    fn block_param(&self, name: &str) -> Option<(u32, u32)> {
        for (level, params) in self.block_params.iter().rev().enumerate() {
            if let Some(index) = params.iter().position(|param| &**param == name) {
                return Some((u32::try_from(level).ok()?, u32::try_from(index).ok()?));
            }
        }
        None
    }

    fn name(&mut self, name: &Text) -> Name {
        let at = self
            .names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.names.push(name.clone());
                self.names.len() - 1
            });
        Name(u32::try_from(at).unwrap_or(u32::MAX))
    }
}

/// How V8 words where it looked for a helper of that name.
fn place(path: &dialect::Path) -> String {
    let context = match path.depth {
        0 => "depth0".to_owned(),
        up => format!("depths[{up}]"),
    };
    match path.parts.len() {
        1 if path.is_simple() && path.parts[0].is_empty() => {
            format!("lookupProperty(...) || {context}")
        }
        1 if path.is_simple() => {
            let holder = if path.data { "data" } else { "depth0" };
            format!("lookupProperty(...) || ({holder} && lookupProperty(...))")
        }
        0 => context,
        1 => format!("({context} && lookupProperty(...))"),
        _ => "(stack1 && lookupProperty(...))".to_owned(),
    }
}
