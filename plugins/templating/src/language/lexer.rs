//! The words of a template, as handlebars.js cuts them.
//!
//! The `handlebars` crate recognises a slightly different language, so the text is first cut
//! here, with handlebars.js's own precedence of rules: what a backslash before `{{` does, where
//! a comment or a raw block ends, that `}}}}` always closes a raw block, what may follow a
//! name. Everything later works on these tokens.

use wasmock_javascript::number::is_space;

/// What a token is. The names are those of Mockoon's parse errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Content,
    Comment,
    EndRawBlock,
    OpenSexpr,
    CloseSexpr,
    OpenRawBlock,
    CloseRawBlock,
    OpenPartial,
    OpenPartialBlock,
    OpenBlock,
    OpenEndBlock,
    Inverse,
    OpenInverse,
    OpenInverseChain,
    OpenUnescaped,
    Open,
    Equals,
    Id,
    Sep,
    CloseUnescaped,
    Close,
    String,
    Data,
    Boolean,
    Undefined,
    Null,
    Number,
    OpenBlockParams,
    CloseBlockParams,
    Invalid,
    /// From here on no rule fits.
    Unreadable,
    Eof,
}

/// One token: where it stands and what it says once quotes and escapes are gone.
#[derive(Clone, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    /// The text as written.
    pub(crate) raw: &'s str,
    /// Byte offset of the first character.
    pub(crate) at: usize,
    /// Line of the first character, from 1.
    pub(crate) line: u32,
    /// Line behind the last character.
    pub(crate) end_line: u32,
    /// The text without quotes, brackets' escapes and the backslash before `{{`.
    pub(crate) text: std::borrow::Cow<'s, str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Mustache,
    Escaped,
    Comment,
    Raw,
}

/// Cuts a template into tokens; the last is [`Kind::Eof`] or [`Kind::Unreadable`].
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        source,
        at: 0,
        line: 1,
        modes: Vec::new(),
        tokens: Vec::new(),
    };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    line: u32,
    modes: Vec<Mode>,
    tokens: Vec<Token<'s>>,
}

impl<'s> Lexer<'s> {
    /// Reads one token (or skips white space); false after the last.
    fn step(&mut self) -> bool {
        let rest = &self.source[self.at..];
        if rest.is_empty() {
            self.push(Kind::Eof, 0);
            return false;
        }
        let read = match self.modes.last() {
            None => self.content(rest),
            Some(Mode::Escaped) => self.escaped(rest),
            Some(Mode::Comment) => self.comment(rest),
            Some(Mode::Raw) => self.raw(rest),
            Some(Mode::Mustache) => {
                self.mustache(rest);
                true
            }
        };
        if !read {
            self.push(Kind::Unreadable, 0);
        }
        read
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.push_text(kind, length, None);
    }

    fn push_text(&mut self, kind: Kind, length: usize, text: Option<std::borrow::Cow<'s, str>>) {
        let raw = &self.source[self.at..self.at + length];
        let line = self.line;
        self.skip(length);
        let text = text.unwrap_or(std::borrow::Cow::Borrowed(raw));
        let at = self.at - length;
        self.tokens.push(Token {
            kind,
            raw,
            at,
            line,
            end_line: self.line,
            text,
        });
    }

    fn skip(&mut self, length: usize) {
        let text = &self.source[self.at..self.at + length];
        self.line += lines(text);
        self.at += length;
    }

    fn content(&mut self, rest: &'s str) -> bool {
        let nul = rest.find('\0').unwrap_or(rest.len());
        let Some(open) = rest[..nul].find("{{") else {
            if nul == 0 {
                return false;
            }
            self.push(Kind::Content, nul);
            return true;
        };
        let text = &rest[..open];
        let (kept, mode) = if text.ends_with("\\\\") {
            (open - 1, Mode::Mustache)
        } else if text.ends_with('\\') {
            (open - 1, Mode::Escaped)
        } else {
            (open, Mode::Mustache)
        };
        if kept > 0 {
            self.push_text(Kind::Content, open, Some(text[..kept].into()));
        } else {
            self.skip(open);
        }
        self.modes.push(mode);
        true
    }

    /// The text behind `\{{`, up to the next expression.
    fn escaped(&mut self, rest: &'s str) -> bool {
        let nul = rest.find('\0').unwrap_or(rest.len());
        let mut end = None;
        for (at, _) in rest.char_indices().skip(2) {
            let tail = &rest[at..];
            if at > nul {
                break;
            }
            if tail.starts_with("{{") || tail.starts_with("\\{{") || tail.starts_with("\\\\{{") {
                end = Some(at);
                break;
            }
        }
        let end = match end {
            Some(end) => end,
            None if nul == rest.len() => nul,
            None => return false,
        };
        self.modes.pop();
        self.push(Kind::Content, end);
        true
    }

    fn comment(&mut self, rest: &'s str) -> bool {
        let mut from = 0;
        while let Some(dashes) = rest[from..].find("--") {
            let after = from + dashes + 2;
            let tail = &rest[after..];
            let close = if tail.starts_with("~}}") {
                3
            } else if tail.starts_with("}}") {
                2
            } else {
                from += dashes + 1;
                continue;
            };
            self.modes.pop();
            self.push(Kind::Comment, after + close);
            return true;
        }
        false
    }

    fn raw(&mut self, rest: &'s str) -> bool {
        if let Some(inside) = rest.strip_prefix("{{{{") {
            if !inside.is_empty() && !inside.starts_with('/') {
                self.modes.push(Mode::Raw);
                self.push(Kind::Content, 4);
                return true;
            }
            if let Some(name) = inside.strip_prefix('/') {
                let length = id_length(name);
                if length > 0 && name[length..].starts_with("}}}}") {
                    self.modes.pop();
                    let whole = 5 + length + 4;
                    if self.modes.last() == Some(&Mode::Raw) {
                        self.push(Kind::Content, whole);
                    } else {
                        self.push_text(Kind::EndRawBlock, whole, Some(name[..length].into()));
                    }
                    return true;
                }
            }
        }
        let nul = rest.find('\0').unwrap_or(rest.len());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        match rest[first..].find("{{{{") {
            Some(next) if first + next <= nul => {
                self.push(Kind::Content, first + next);
                true
            }
            _ => false,
        }
    }

    fn mustache(&mut self, rest: &'s str) {
        let simple = |kind, length| (kind, length, None);
        let (kind, length, text) = if rest.starts_with('(') {
            simple(Kind::OpenSexpr, 1)
        } else if rest.starts_with(')') {
            simple(Kind::CloseSexpr, 1)
        } else if rest.starts_with("{{{{") {
            simple(Kind::OpenRawBlock, 4)
        } else if rest.starts_with("}}}}") {
            self.modes.pop();
            self.modes.push(Mode::Raw);
            simple(Kind::CloseRawBlock, 4)
        } else if let Some(inside) = rest.strip_prefix("{{") {
            match self.opening(rest, inside) {
                Some((kind, length)) => (kind, length, None),
                None => return,
            }
        } else if rest.starts_with('=') {
            simple(Kind::Equals, 1)
        } else if rest.starts_with("..") {
            simple(Kind::Id, 2)
        } else if rest.starts_with('.') && follows(&rest[1..], "=~}/.)|") {
            simple(Kind::Id, 1)
        } else if rest.starts_with(['/', '.']) {
            simple(Kind::Sep, 1)
        } else if rest.starts_with(is_space) {
            let length = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            return self.skip(length);
        } else if let Some(length) = closing(rest, "}") {
            self.modes.pop();
            simple(Kind::CloseUnescaped, length)
        } else if let Some(length) = closing(rest, "") {
            self.modes.pop();
            simple(Kind::Close, length)
        } else if let Some(length) = quoted(rest) {
            let quote = &rest[..1];
            let inner = &rest[1..length - 1];
            let text = match inner.contains('\\') {
                true => inner.replace(&format!("\\{quote}"), quote).into(),
                false => inner.into(),
            };
            (Kind::String, length, Some(text))
        } else if rest.starts_with('@') {
            simple(Kind::Data, 1)
        } else if let Some((kind, length)) = literal(rest) {
            simple(kind, length)
        } else if let Some(length) = block_params(rest) {
            simple(Kind::OpenBlockParams, length)
        } else if rest.starts_with('|') {
            simple(Kind::CloseBlockParams, 1)
        } else if id_length(rest) > 0 && follows(&rest[id_length(rest)..], "=~}/.)|") {
            simple(Kind::Id, id_length(rest))
        } else if let Some(length) = bracketed(rest) {
            let text = rest[..length].replace("\\]", "]").replace("\\\\", "\\");
            (Kind::Id, length, Some(text.into()))
        } else {
            simple(Kind::Invalid, rest.chars().next().map_or(1, char::len_utf8))
        };
        self.push_text(kind, length, text);
    }

    /// A token that begins with `{{`; none for a comment, which is read in its own mode.
    fn opening(&mut self, rest: &str, inside: &str) -> Option<(Kind, usize)> {
        let tilde = usize::from(inside.starts_with('~'));
        let body = &inside[tilde..];
        let open = 2 + tilde;
        let kind = match body.as_bytes().first() {
            Some(b'>') => Kind::OpenPartial,
            Some(b'#') if body.starts_with("#>") => {
                return Some((Kind::OpenPartialBlock, open + 2));
            }
            Some(b'#') => {
                return Some((
                    Kind::OpenBlock,
                    open + 1 + usize::from(body.starts_with("#*")),
                ));
            }
            Some(b'/') => Kind::OpenEndBlock,
            Some(b'^') => {
                if let Some(close) = closing_after_spaces(&body[1..]) {
                    self.modes.pop();
                    return Some((Kind::Inverse, open + 1 + close));
                }
                Kind::OpenInverse
            }
            Some(b'{') => Kind::OpenUnescaped,
            Some(b'&') => Kind::Open,
            Some(b'!') if body.starts_with("!--") => {
                self.modes.pop();
                self.modes.push(Mode::Comment);
                return None;
            }
            Some(b'!') => {
                let Some(close) = body[1..].find("}}") else {
                    return Some((Kind::Open, open));
                };
                self.modes.pop();
                let length = open + 1 + close + 2;
                return Some((Kind::Comment, length.min(rest.len())));
            }
            _ => {
                let word = body.trim_start_matches(is_space);
                let spaces = body.len() - word.len();
                if let Some(after) = word.strip_prefix("else") {
                    if let Some(close) = closing_after_spaces(after) {
                        self.modes.pop();
                        return Some((Kind::Inverse, open + spaces + 4 + close));
                    }
                    let boundary =
                        !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                    if boundary {
                        return Some((Kind::OpenInverseChain, open + spaces + 4));
                    }
                }
                let star = usize::from(body.starts_with('*'));
                return Some((Kind::Open, open + star));
            }
        };
        Some((kind, open + 1))
    }
}

/// How many line breaks a text has; `\r\n` is one.
pub(crate) fn lines(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let breaks = bytes.iter().enumerate().filter(|(i, b)| match b {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    u32::try_from(breaks.count()).unwrap_or(u32::MAX)
}

fn follows(rest: &str, set: &str) -> bool {
    rest.chars()
        .next()
        .is_some_and(|c| set.contains(c) || is_space(c))
}

/// `~? }}` with something before the braces.
fn closing(rest: &str, first: &str) -> Option<usize> {
    let rest = rest.strip_prefix(first)?;
    if rest.starts_with("~}}") {
        Some(first.len() + 3)
    } else if rest.starts_with("}}") {
        Some(first.len() + 2)
    } else {
        None
    }
}

fn closing_after_spaces(rest: &str) -> Option<usize> {
    let word = rest.trim_start_matches(is_space);
    closing(word, "").map(|length| rest.len() - word.len() + length)
}

/// A quoted text with its quotes: the last way to end it that works, as a regular expression
/// with backtracking finds it.
fn quoted(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped_quote = None;
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some(at + 1);
        }
        if c == '\\' && chars.peek().is_some_and(|(_, next)| *next == quote) {
            escaped_quote = chars.next().map(|(at, _)| at + 1);
        }
    }
    // Never closed: then the last escaped quote closes it.
    escaped_quote
}

fn bracketed(rest: &str) -> Option<usize> {
    if !rest.starts_with('[') {
        return None;
    }
    let mut escaped_bracket = None;
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == ']' {
            return Some(at + 1);
        }
        if c == '\\' && chars.peek().is_some_and(|(_, next)| *next == ']') {
            escaped_bracket = chars.next().map(|(at, _)| at + 1);
        }
    }
    escaped_bracket
}

fn literal(rest: &str) -> Option<(Kind, usize)> {
    let words = [
        ("true", Kind::Boolean),
        ("false", Kind::Boolean),
        ("undefined", Kind::Undefined),
        ("null", Kind::Null),
    ];
    for (word, kind) in words {
        if rest
            .strip_prefix(word)
            .is_some_and(|tail| follows(tail, "~})"))
        {
            return Some((kind, word.len()));
        }
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(rest.starts_with('-'));
    let whole = digits(&rest[sign..]);
    if whole == 0 {
        return None;
    }
    let end = sign + whole;
    if let Some(fraction) = rest[end..].strip_prefix('.') {
        let length = digits(fraction);
        if length > 0 && follows(&fraction[length..], "~})") {
            return Some((Kind::Number, end + 1 + length));
        }
    }
    follows(&rest[end..], "~})").then_some((Kind::Number, end))
}

fn block_params(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("as")?;
    let bar = after.trim_start_matches(is_space);
    (bar.len() < after.len() && bar.starts_with('|')).then(|| rest.len() - bar.len() + 1)
}

fn id_length(rest: &str) -> usize {
    let end = rest.find(|c: char| {
        is_space(c)
            || matches!(c, '!' | '"' | '#' | '%'..=',' | '.' | '/' | ';'..='>' | '@' | '['..='^' | '`' | '{'..='~')
    });
    end.unwrap_or(rest.len())
}
