//! The compiled template: what `evaluate` walks.
//!
//! Everything that can be decided once is decided here: which helper a name means, which
//! enclosing block a block parameter belongs to, numbers instead of names for `@variables`.

use std::cell::{Cell, OnceCell};

use wasmock_faker::Method;
use wasmock_javascript::{Text, Value};

use crate::helpers::Helper;
use crate::{Effects, External};

/// A compiled template.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) main: Body,
    /// The names of `@variables`, by number.
    pub(crate) names: Vec<Text>,
    pub(crate) effects: Effects,
    /// Names in the place of a helper that nobody knows, with line and column.
    pub(crate) unknown: Vec<(Text, u32, u32)>,
    /// The context a template starts with: an empty object.
    pub(crate) root: Value,
    /// By the number of a body: whether it names helpers more than once, which changes V8's
    /// wording of an error.
    pub(crate) crowded: Vec<bool>,
    /// What stands in for `this` where the context is `null` or `undefined`.
    pub(crate) nothing: Value,
}

/// The content of a template or of one part of a block.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) ops: Box<[Op]>,
    /// Whether it declares block parameters.
    pub(crate) has_params: bool,
    /// `{{#*inline}}` partials, known in the whole body.
    pub(crate) inline: Box<[Inline]>,
}

#[derive(Debug)]
pub(crate) enum Op {
    Text(Box<str>),
    /// `{{ }}`
    Print(Expr),
    /// `{{{ }}}`
    PrintRaw(Expr),
    Block(Box<Block>),
    Partial(Box<Partial>),
    /// Fails when it is reached.
    Fail(Box<str>),
}

#[derive(Debug)]
pub(crate) struct Inline {
    pub(crate) name: Expr,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) subject: Subject,
    pub(crate) program: Option<Body>,
    pub(crate) inverse: Option<Body>,
}

/// What a block asks.
#[derive(Debug)]
pub(crate) enum Subject {
    Call(CallSite),
    /// A value that decides; a missing one counts as `''` (unknown name) or as false (path).
    Value {
        path: Path,
        missing_is_text: bool,
    },
}

#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) name: PartialName,
    pub(crate) context: Option<Expr>,
    pub(crate) hash: Box<[(Text, Expr)]>,
    pub(crate) block: Option<Body>,
    pub(crate) indent: Box<str>,
}

#[derive(Debug)]
pub(crate) enum PartialName {
    Fixed(Text),
    Computed(Expr),
}

#[derive(Debug)]
pub(crate) enum Expr {
    Constant(Value),
    Path(Path),
    Call(Box<CallSite>),
}

#[derive(Debug)]
pub(crate) struct CallSite {
    pub(crate) callee: Callee,
    pub(crate) name: Text,
    pub(crate) params: Box<[Expr]>,
    /// In the order of evaluation: the last written first.
    pub(crate) hash: Box<[(Text, Expr)]>,
    /// The values of both, where all are constants.
    pub(crate) constants: Option<Constants>,
    /// The method of fake data that was called here last.
    pub(crate) method: Cell<Option<&'static Method>>,
    pub(crate) line: u32,
}

/// What a call is given, when that is the same every time.
#[derive(Debug)]
pub(crate) struct Constants {
    pub(crate) args: Box<[Value]>,
    pub(crate) hash: Box<[(Text, Value)]>,
    /// The hash as an object, made when a helper first asks for it.
    pub(crate) object: OnceCell<Value>,
}

#[derive(Debug)]
pub(crate) enum Callee {
    Helper(&'static Helper),
    /// A built-in of the language, or a block helper of Mockoon's that touches frames.
    Control(Control),
    /// Another plugin's.
    External(External),
    /// Nobody's: prints nothing, but fails where the context has a value of that name.
    Unknown(Box<Unknown>),
    /// `helperMissing` and `blockHelperMissing` called by name.
    Hook,
}

#[derive(Debug)]
pub(crate) struct Unknown {
    pub(crate) path: Path,
    /// How V8 words the place it looked at.
    pub(crate) place: Box<str>,
    /// The number of the body it stands in.
    pub(crate) body: usize,
}

/// Helpers that decide whether and how often a block is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    If,
    Unless,
    Each,
    With,
    Repeat,
    Switch,
    Case,
    Default,
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) base: Base,
    pub(crate) parts: Box<[Text]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    /// The context that many levels up.
    Context(u32),
    /// An `@variable` of the frame that many levels up, by the number of its name.
    Data(u32, Name),
    /// A parameter of the block that many bodies up.
    BlockParam(u32, u32),
}

/// The number of the name of an `@variable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name(pub(crate) u32);

impl Name {
    pub(crate) const ROOT: Self = Self(0);
    pub(crate) const INDEX: Self = Self(1);
    pub(crate) const KEY: Self = Self(2);
    pub(crate) const FIRST: Self = Self(3);
    pub(crate) const LAST: Self = Self(4);
    pub(crate) const TOTAL: Self = Self(5);
    pub(crate) const FOUND: Self = Self(6);
    pub(crate) const SWITCH_VALUE: Self = Self(7);
    pub(crate) const PARENT: Self = Self(8);

    /// The names every template knows, in the order of the constants above.
    pub(crate) const KNOWN: [&'static str; 9] = [
        "root",
        "index",
        "key",
        "first",
        "last",
        "total",
        "found",
        "switchValue",
        "_parent",
    ];
}
