//! From handlebars.js's dialect to the common core that the `handlebars` crate parses alike.
//!
//! Every tag, argument, text and hash key is replaced by a numbered name; what it said is kept
//! in tables. What remains (`{{#t1 a2 (t3 a4) h0=a5}}6;{{/t1}}`) has no quotes, escapes, spaces
//! or literals left, so nothing in which the two grammars differ reaches the crate, and hash
//! arguments keep their order and their duplicates. On the way the order of the tokens is
//! checked, because Mockoon answers with the line of the first wrong one.

use std::fmt::Write as _;

use wasmock_javascript::{Text, Value, number};

use super::lexer::{self, Kind, Token};
use super::{CompileError, MAX_NESTING, position};

/// What a path in a template says.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) parts: Vec<Text>,
    /// How many `../` stand in front.
    pub(crate) depth: u32,
    /// `@name`.
    pub(crate) data: bool,
    /// As Handlebars writes it back.
    pub(crate) original: Text,
}

impl Path {
    /// Begins with a dot or mentions `this`: never a helper, never a block parameter.
    pub(crate) fn is_scoped(&self) -> bool {
        self.original.starts_with('.')
            || self.original.match_indices("this").any(|(at, _)| {
                let next = self.original[at + 4..].chars().next();
                !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
            })
    }

    /// One plain name: what can be a helper.
    pub(crate) fn is_simple(&self) -> bool {
        self.parts.len() == 1 && self.depth == 0 && !self.is_scoped()
    }
}

/// An argument that is not a subexpression.
#[derive(Clone, Debug)]
pub(crate) enum Atom {
    Path(Path),
    Literal(Value),
}

/// The `~` of one tag.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strip {
    pub(crate) open: bool,
    pub(crate) close: bool,
}

/// What stood in a tag besides its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) path: Path,
    pub(crate) at: usize,
    pub(crate) line: u32,
    pub(crate) strip: Strip,
    pub(crate) inverse_strip: Strip,
    pub(crate) close_strip: Strip,
    pub(crate) block_params: Vec<Text>,
    pub(crate) escaped: bool,
    /// `{{^name}}`: the block is the else part.
    pub(crate) inverted: bool,
    /// `{{else name}}`
    pub(crate) chained: bool,
    /// A partial whose name is a subexpression, the first argument.
    pub(crate) dynamic: bool,
}

/// The rewritten template and what its names mean.
#[derive(Debug, Default)]
pub(crate) struct Core<'s> {
    pub(crate) text: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) atoms: Vec<Atom>,
    pub(crate) keys: Vec<Text>,
    pub(crate) contents: Vec<std::borrow::Cow<'s, str>>,
}

/// Rewrites a template; the error is the first token that does not fit.
pub(crate) fn rewrite(source: &str) -> Result<Core<'_>, CompileError> {
    let mut reader = Reader::new(source, lexer::tokens(source));
    reader.program()?;
    Ok(reader.core)
}

struct Reader<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    next: usize,
    core: Core<'s>,
    open: Vec<OpenBlock>,
}

struct OpenBlock {
    tag: usize,
    /// The tag whose else part is being read: the block itself, or the last `{{else name}}`.
    last: usize,
    partial: bool,
    inverted: bool,
    decorator: bool,
    else_seen: bool,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str, tokens: Vec<Token<'s>>) -> Self {
        Self {
            source,
            tokens,
            next: 0,
            core: Core::default(),
            open: Vec::new(),
        }
    }

    fn kind(&self) -> Kind {
        self.tokens[self.next].kind
    }

    fn kind_after(&self) -> Kind {
        self.tokens
            .get(self.next + 1)
            .map_or(Kind::Eof, |token| token.kind)
    }

    fn take(&mut self) -> Token<'s> {
        let token = self.tokens[self.next].clone();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        token
    }

    fn expect(&mut self, kind: Kind, what: &str) -> Result<Token<'s>, CompileError> {
        match self.kind() == kind {
            true => Ok(self.take()),
            false => Err(self.unexpected(what)),
        }
    }

    /// The error for the token at hand: Mockoon's first line, then ours.
    fn unexpected(&self, expected: &str) -> CompileError {
        let token = &self.tokens[self.next];
        if token.kind == Kind::Unreadable {
            let message = format!("Lexical error on line {}. Unrecognized text.", token.line);
            return CompileError::new(message, self.source, token.at);
        }
        let reported = self
            .next
            .checked_sub(1)
            .map_or(1, |last| self.tokens[last].end_line);
        let (line, column) = position(self.source, token.at);
        let text = self
            .source
            .lines()
            .nth(line as usize - 1)
            .unwrap_or_default();
        let found = match token.kind {
            Kind::Eof => "the end of the template".to_owned(),
            _ => format!("'{}'", token.raw.lines().next().unwrap_or_default()),
        };
        let caret = "-".repeat(column as usize - 1);
        let message = format!(
            "Parse error on line {reported}:\n{text}\n{caret}^\nExpecting {expected}, got {found}"
        );
        CompileError {
            message,
            line,
            column,
        }
    }

    fn too_deep(&self) -> CompileError {
        let at = self.tokens[self.next].at;
        CompileError::new("Maximum call stack size exceeded", self.source, at)
    }

    fn program(&mut self) -> Result<(), CompileError> {
        loop {
            match self.kind() {
                Kind::Content => self.content(),
                Kind::Comment => self.comment(),
                Kind::OpenRawBlock => self.raw_block()?,
                Kind::OpenBlock | Kind::OpenInverse => self.block()?,
                Kind::OpenInverseChain => self.chain()?,
                Kind::Inverse => self.inverse()?,
                Kind::OpenEndBlock => self.end_block()?,
                Kind::Open | Kind::OpenUnescaped => self.mustache()?,
                Kind::OpenPartial => self.partial()?,
                Kind::OpenPartialBlock => self.partial_block()?,
                Kind::Eof if self.open.is_empty() => return Ok(()),
                Kind::Eof => {
                    let name = &self.core.tags[self.open[self.open.len() - 1].tag]
                        .path
                        .original;
                    return Err(self.unexpected(&format!("'{{{{/{name}}}}}'")));
                }
                _ => return Err(self.unexpected("text or an expression")),
            }
        }
    }

    fn content(&mut self) {
        let token = self.take();
        let _ = write!(self.core.text, "{};", self.core.contents.len());
        self.core.contents.push(token.text);
    }

    fn comment(&mut self) {
        let token = self.take();
        let tag = self.tag(&token, named("!"));
        self.core.tags[tag].strip = strips(token.raw, token.raw);
        let _ = write!(self.core.text, "{{{{!{tag}}}}}");
    }

    fn raw_block(&mut self) -> Result<(), CompileError> {
        let open = self.take();
        let (tag, arguments) = self.call(&open, false)?;
        self.expect(Kind::CloseRawBlock, "an argument or '}}}}'")?;
        let _ = write!(self.core.text, "{{{{#t{tag}{arguments}}}}}");
        while self.kind() == Kind::Content {
            self.content();
        }
        let close = self.expect(Kind::EndRawBlock, "the end of the raw block")?;
        self.same_name(tag, &close.text)?;
        let _ = write!(self.core.text, "{{{{/t{tag}}}}}");
        Ok(())
    }

    fn block(&mut self) -> Result<(), CompileError> {
        let open = self.take();
        let (tag, arguments) = self.call(&open, false)?;
        self.block_params(tag)?;
        let close = self.expect(Kind::Close, "an argument or '}}'")?;
        let inverted = open.kind == Kind::OpenInverse;
        let decorator = open.raw.contains('*');
        self.core.tags[tag].strip = strips(open.raw, close.raw);
        self.core.tags[tag].inverted = inverted;
        let star = if decorator { "*" } else { "" };
        let _ = write!(self.core.text, "{{{{#{star}t{tag}{arguments}}}}}");
        self.push_open(OpenBlock {
            tag,
            last: tag,
            partial: false,
            inverted,
            decorator,
            else_seen: false,
        })
    }

    fn push_open(&mut self, open: OpenBlock) -> Result<(), CompileError> {
        if self.open.len() >= MAX_NESTING {
            return Err(self.too_deep());
        }
        self.open.push(open);
        Ok(())
    }

    fn chain(&mut self) -> Result<(), CompileError> {
        let fits = self
            .open
            .last()
            .is_some_and(|b| !b.partial && !b.inverted && !b.else_seen);
        if !fits {
            return Err(self.unexpected("text or an expression"));
        }
        let open = self.take();
        let (tag, arguments) = self.call(&open, false)?;
        self.block_params(tag)?;
        let close = self.expect(Kind::Close, "an argument or '}}'")?;
        self.core.tags[tag].strip = strips(open.raw, close.raw);
        self.core.tags[tag].chained = true;
        let _ = write!(self.core.text, "{{{{else t{tag}{arguments}}}}}");
        if let Some(block) = self.open.last_mut() {
            block.last = tag;
        }
        Ok(())
    }

    fn inverse(&mut self) -> Result<(), CompileError> {
        let fits = self.open.last().is_some_and(|b| !b.partial && !b.else_seen);
        if !fits {
            return Err(self.unexpected("text or an expression"));
        }
        let token = self.take();
        if let Some(block) = self.open.last_mut() {
            block.else_seen = true;
            let last = block.last;
            self.core.tags[last].inverse_strip = strips(token.raw, token.raw);
        }
        self.core.text.push_str("{{else}}");
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), CompileError> {
        let Some(block) = self.open.last() else {
            return Err(self.unexpected("text or an expression"));
        };
        let (tag, decorator, has_else) = (
            block.tag,
            block.decorator,
            block.else_seen || block.last != block.tag,
        );
        let open = self.take();
        let path = self.name("a name")?;
        let close = self.expect(Kind::Close, "'}}'")?;
        self.same_name(tag, &path.original)?;
        if decorator && has_else {
            let at = self.core.tags[tag].at;
            return Err(CompileError::new(
                "Unexpected inverse block on decorator",
                self.source,
                at,
            ));
        }
        self.core.tags[tag].close_strip = strips(open.raw, close.raw);
        let _ = write!(self.core.text, "{{{{/t{tag}}}}}");
        self.open.pop();
        Ok(())
    }

    fn same_name(&self, tag: usize, close: &str) -> Result<(), CompileError> {
        let tag = &self.core.tags[tag];
        let open = &tag.path.original;
        if &**open == close {
            return Ok(());
        }
        let at = self.path_offset(tag.at);
        let (line, column) = position(self.source, at);
        let message = format!("{open} doesn't match {close} - {line}:{}", column - 1);
        Err(CompileError {
            message,
            line,
            column,
        })
    }

    /// Where the name of the tag that begins at this offset stands.
    fn path_offset(&self, tag_at: usize) -> usize {
        let after = self.tokens.iter().find(|token| token.at > tag_at);
        after.map_or(tag_at, |token| token.at)
    }

    fn mustache(&mut self) -> Result<(), CompileError> {
        let open = self.take();
        let (tag, arguments) = self.call(&open, false)?;
        let close = match open.kind {
            Kind::OpenUnescaped => self.expect(Kind::CloseUnescaped, "an argument or '}}}'")?,
            _ => self.expect(Kind::Close, "an argument or '}}'")?,
        };
        let flag = open.raw.trim_start_matches(['{', '~']);
        let unescaped = open.kind == Kind::OpenUnescaped || flag == "&";
        self.core.tags[tag].escaped = !unescaped;
        self.core.tags[tag].strip = strips(open.raw, close.raw);
        let star = if open.raw.contains('*') { "*" } else { "" };
        let _ = write!(self.core.text, "{{{{{star}t{tag}{arguments}}}}}");
        Ok(())
    }

    fn partial(&mut self) -> Result<(), CompileError> {
        let open = self.take();
        let (tag, arguments) = self.call(&open, true)?;
        let close = self.expect(Kind::Close, "an argument or '}}'")?;
        self.core.tags[tag].strip = strips(open.raw, close.raw);
        let _ = write!(self.core.text, "{{{{> t{tag}{arguments}}}}}");
        Ok(())
    }

    fn partial_block(&mut self) -> Result<(), CompileError> {
        let open = self.take();
        let (tag, arguments) = self.call(&open, true)?;
        let close = self.expect(Kind::Close, "an argument or '}}'")?;
        self.core.tags[tag].strip = strips(open.raw, close.raw);
        let _ = write!(self.core.text, "{{{{#> t{tag}{arguments}}}}}");
        self.push_open(OpenBlock {
            tag,
            last: tag,
            partial: true,
            inverted: false,
            decorator: false,
            else_seen: false,
        })
    }

    /// A name with its arguments; answers the tag and the rewritten arguments.
    fn call(&mut self, open: &Token<'_>, partial: bool) -> Result<(usize, String), CompileError> {
        let mut arguments = String::new();
        let dynamic = partial && self.kind() == Kind::OpenSexpr;
        let tag = if dynamic {
            let tag = self.tag(open, named(""));
            arguments.push(' ');
            self.subexpression(&mut arguments, 0)?;
            tag
        } else {
            let path = self.name("a name")?;
            self.tag(open, path)
        };
        self.core.tags[tag].dynamic = dynamic;
        self.arguments(&mut arguments, 0)?;
        Ok((tag, arguments))
    }

    fn tag(&mut self, token: &Token<'_>, path: Path) -> usize {
        self.core.tags.push(Tag {
            path,
            at: token.at,
            line: token.line,
            strip: Strip::default(),
            inverse_strip: Strip::default(),
            close_strip: Strip::default(),
            block_params: Vec::new(),
            escaped: true,
            inverted: false,
            chained: false,
            dynamic: false,
        });
        self.core.tags.len() - 1
    }

    fn arguments(&mut self, out: &mut String, depth: usize) -> Result<(), CompileError> {
        let mut named_part = false;
        loop {
            if self.kind() == Kind::Id && self.kind_after() == Kind::Equals {
                named_part = true;
                let key = self.take().text;
                self.take();
                let _ = write!(out, " h{}=", self.core.keys.len());
                self.core.keys.push(without_brackets(&key).into());
                if !self.argument(out, depth)? {
                    return Err(self.unexpected("a value"));
                }
                continue;
            }
            if named_part {
                if self.kind() == Kind::Id {
                    self.take();
                    return Err(self.unexpected("'='"));
                }
                return Ok(());
            }
            let before = out.len();
            out.push(' ');
            if !self.argument(out, depth)? {
                out.truncate(before);
                return Ok(());
            }
        }
    }

    fn argument(&mut self, out: &mut String, depth: usize) -> Result<bool, CompileError> {
        let atom = match self.kind() {
            Kind::OpenSexpr => {
                self.subexpression(out, depth)?;
                return Ok(true);
            }
            Kind::Id | Kind::Data => Atom::Path(self.path()?),
            Kind::String => Atom::Literal(Value::text(&*self.take().text)),
            Kind::Number => Atom::Literal(Value::Number(number::from_text(&self.take().text))),
            Kind::Boolean => Atom::Literal(Value::Bool(self.take().raw == "true")),
            Kind::Undefined | Kind::Null => {
                let undefined = self.take().kind == Kind::Undefined;
                Atom::Literal(if undefined {
                    Value::Undefined
                } else {
                    Value::Null
                })
            }
            _ => return Ok(false),
        };
        let _ = write!(out, "a{}", self.core.atoms.len());
        self.core.atoms.push(atom);
        Ok(true)
    }

    fn subexpression(&mut self, out: &mut String, depth: usize) -> Result<(), CompileError> {
        if depth >= MAX_NESTING {
            return Err(self.too_deep());
        }
        let open = self.take();
        let path = self.name("a helper's name")?;
        let tag = self.tag(&open, path);
        let _ = write!(out, "(t{tag}");
        self.arguments(out, depth + 1)?;
        self.expect(Kind::CloseSexpr, "an argument or ')'")?;
        out.push(')');
        Ok(())
    }

    /// A path, or a literal in the place of a name.
    fn name(&mut self, expected: &str) -> Result<Path, CompileError> {
        match self.kind() {
            Kind::Id | Kind::Data => self.path(),
            Kind::Number => {
                let number = number::from_text(&self.take().text);
                Ok(named(&number::to_text(number)))
            }
            Kind::String | Kind::Boolean | Kind::Undefined | Kind::Null => {
                Ok(named(&self.take().text))
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn path(&mut self) -> Result<Path, CompileError> {
        let start = self.tokens[self.next].at;
        let data = self.kind() == Kind::Data;
        let mut original = String::new();
        if data {
            self.take();
            original.push('@');
        }
        let mut path = Path {
            parts: Vec::new(),
            depth: 0,
            data,
            original: "".into(),
        };
        // The dots of `a/../b` are refused only when the whole path has been read.
        let mut invalid = None;
        loop {
            let token = self.expect(Kind::Id, "a name")?;
            let part = without_brackets(&token.text);
            let bracketed = part.len() != token.text.len();
            original.push_str(part);
            if !bracketed && matches!(part, ".." | "." | "this") {
                if !path.parts.is_empty() {
                    invalid.get_or_insert_with(|| original.clone());
                } else if part == ".." {
                    path.depth += 1;
                }
            } else {
                path.parts.push(part.into());
            }
            if self.kind() != Kind::Sep {
                break;
            }
            original.push_str(self.take().raw);
        }
        if let Some(original) = invalid {
            // A token that may not follow is reported before the path is looked at.
            if !self.may_follow_path() {
                return Err(self.unexpected("an argument or the end of the expression"));
            }
            let (line, column) = position(self.source, start);
            let message = format!("Invalid path: {original} - {line}:{}", column - 1);
            return Err(CompileError {
                message,
                line,
                column,
            });
        }
        path.original = original.into();
        Ok(path)
    }

    fn may_follow_path(&self) -> bool {
        matches!(
            self.kind(),
            Kind::CloseRawBlock
                | Kind::Close
                | Kind::CloseUnescaped
                | Kind::OpenSexpr
                | Kind::CloseSexpr
                | Kind::Id
                | Kind::OpenBlockParams
                | Kind::String
                | Kind::Number
                | Kind::Boolean
                | Kind::Undefined
                | Kind::Null
                | Kind::Data
        )
    }

    fn block_params(&mut self, tag: usize) -> Result<(), CompileError> {
        if self.kind() != Kind::OpenBlockParams {
            return Ok(());
        }
        self.take();
        let first = self.expect(Kind::Id, "a name")?;
        let mut names = vec![Text::from(without_brackets(&first.text))];
        while self.kind() == Kind::Id {
            names.push(without_brackets(&self.take().text).into());
        }
        self.expect(Kind::CloseBlockParams, "a name or '|'")?;
        self.core.tags[tag].block_params = names;
        Ok(())
    }
}

fn named(name: &str) -> Path {
    Path {
        parts: vec![name.into()],
        depth: 0,
        data: false,
        original: name.into(),
    }
}

fn without_brackets(text: &str) -> &str {
    // A line break inside keeps the brackets: handlebars.js looks with `.`.
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return text;
    }
    text.strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(text)
}

fn strips(open: &str, close: &str) -> Strip {
    Strip {
        open: open.as_bytes().get(2) == Some(&b'~'),
        close: close.len() >= 3 && close.as_bytes()[close.len() - 3] == b'~',
    }
}
