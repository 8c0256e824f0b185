//! From the text of a JSONPath to its steps.
//!
//! The dialect has no grammar: the JavaScript library rewrites the text in passes (type
//! tests, expressions, quoted names, separators, parents, descendants) and splits what is
//! left at `;`. Oddities that files rely on come from there (`$.` is the root, `$name` one
//! step of that name, a `;` separates), so the passes are made here in the same order.

use crate::Text;

use super::expression::{Expression, SyntaxError};

/// One step of a path.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// As written; a member of this very name wins behind a plain name or a wildcard.
    pub(super) name: Text,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// `*`
    Children,
    /// `..`
    Descendants,
    /// `^`
    Parent,
    /// `~`
    Name,
    /// `$`
    Root,
    /// `[start:end:step]`; zero counts as not given, as in JavaScript.
    Slice {
        start: f64,
        end: Option<f64>,
        step: f64,
    },
    /// `[?(…)]`
    Filter(Script),
    /// `[(…)]`
    Dynamic(Script),
    /// `@string()`
    Type(Text),
    /// `` `name ``, for names that mean something else.
    Escaped(Text),
    /// `[a,b]`
    Union(Vec<Step>),
    /// A name or an index.
    Member,
    /// A reference to an expression that is not there (`a#5`).
    Nothing,
}

/// An expression and its text, which errors quote.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) code: Text,
    pub(super) expression: Result<Expression, SyntaxError>,
}

impl Step {
    /// A step from its text, also while a query runs: `[('a' + 'b')]` makes one.
    pub(super) fn new(name: &str) -> Self {
        let kind = match name {
            "*" => Kind::Children,
            ".." => Kind::Descendants,
            "^" => Kind::Parent,
            "~" => Kind::Name,
            "$" => Kind::Root,
            _ => {
                if let Some(slice) = slice(name) {
                    slice
                } else if let Some(inner) = name.strip_prefix("?(") {
                    Kind::Filter(Script::new(inner.strip_suffix(')').unwrap_or(name)))
                } else if name.starts_with('(') {
                    Kind::Dynamic(Script::new(name))
                } else if let Some(rest) = name.strip_prefix('@') {
                    let cut = rest.char_indices().nth_back(1).map_or(0, |(at, _)| at);
                    Kind::Type(rest[..cut].into())
                } else if let Some(rest) = name.strip_prefix('`') {
                    Kind::Escaped(rest.into())
                } else if name.contains(',') {
                    Kind::Union(name.split(',').map(Step::new).collect())
                } else {
                    Kind::Member
                }
            }
        };
        Self {
            name: name.into(),
            kind,
        }
    }
}

impl Script {
    fn new(code: &str) -> Self {
        Self {
            code: code.into(),
            expression: Expression::parse(code),
        }
    }
}

/// The steps of a path, the leading `$` included.
pub(super) fn parse(text: &str) -> Vec<Step> {
    let mut expressions = Vec::new();
    let text = mark_types(text);
    let text = take_expressions(&text, &mut expressions);
    let text = protect_quoted_names(&text).replace('~', ";~;");
    let text = split_at_dots_and_brackets(&text)
        .replace("%@%", ".")
        .replace("%%@@%%", "~");
    let text = mark_descendants(&mark_parents(&text));
    strip_closers(&text)
        .split(';')
        .map(|step| match expression_number(step) {
            None => Step::new(step),
            Some(number) => match expressions.get(number) {
                Some(code) => Step::new(code),
                None => Step {
                    name: step.into(),
                    kind: Kind::Nothing,
                },
            },
        })
        .collect()
}

const TYPES: [&str; 11] = [
    "null",
    "boolean",
    "number",
    "string",
    "integer",
    "undefined",
    "nonFinite",
    "scalar",
    "array",
    "object",
    "function",
];

/// `@string()` becomes a step of its own.
fn mark_types(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, test) = rest.split_at(at);
        out.push_str(before);
        let length = TYPES.iter().copied().chain(["other"]).find_map(|name| {
            test[1..]
                .strip_prefix(name)?
                .starts_with("()")
                .then_some(name.len() + 3)
        });
        match length {
            Some(length) => {
                out.push(';');
                out.push_str(&test[..length]);
                out.push(';');
                rest = &test[length..];
            }
            None => {
                out.push('@');
                rest = &test[1..];
            }
        }
    }
    out + rest
}

/// `[?(…)]` and `[(…)]` become `[#0]`, `[#1]` …, and their text goes to the list.
fn take_expressions(text: &str, expressions: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let inner = at + 1;
        match matches!(c, '[' | '\'')
            .then(|| expression_end(text, inner))
            .flatten()
        {
            Some(end) => {
                out.push_str(&format!("[#{}]", expressions.len()));
                expressions.push(text[inner..end].to_owned());
                at = end + 1;
            }
            None => {
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    out
}

/// Where an expression that begins here ends: at the first `)` before a `]` or `'` that has
/// no second `]` right behind the next character.
fn expression_end(text: &str, start: usize) -> Option<usize> {
    let body = text[start..].strip_prefix('?').unwrap_or(&text[start..]);
    let body = body.strip_prefix('(')?;
    let from = text.len() - body.len();
    for (at, c) in body.char_indices() {
        if is_line_end(c) {
            return None;
        }
        if c == ')' {
            let end = from + at + 1;
            let mut after = text[end..].chars();
            if matches!(after.next(), Some(']' | '\''))
                && !(after.next().is_some_and(|c| !is_line_end(c)) && after.next() == Some(']'))
            {
                return Some(end);
            }
        }
    }
    None
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Dots and tildes inside `['…']` are text, not syntax.
fn protect_quoted_names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        let quoted = &rest[at..];
        match quoted_name(quoted) {
            Some((name, length)) => {
                out.push_str("['");
                out.push_str(&name.replace('.', "%@%").replace('~', "%%@@%%"));
                out.push_str("']");
                rest = &quoted[length..];
            }
            None => {
                out.push('[');
                rest = &quoted[1..];
            }
        }
    }
    out + rest
}

/// The name in `['name']` or `["name"]` at the start, and the length of the whole.
fn quoted_name(text: &str) -> Option<(&str, usize)> {
    let body = text[1..].strip_prefix(['\'', '"'])?;
    let end = body.find(['\'', ']'])?;
    let name = match &body.as_bytes()[end..] {
        [b'\'', b']', ..] => &body[..end],
        [b']', ..] => body[..end].strip_suffix('"')?,
        _ => return None,
    };
    Some((name, 2 + name.len() + 2))
}

/// Dots outside brackets and opening brackets, with the quotes around them, become `;`.
fn split_at_dots_and_brackets(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_quote = |at: usize| matches!(bytes.get(at), Some(b'\'' | b'"'));
    // Whether a `]` comes before the next `[`, seen from each place.
    let mut enclosed = vec![false; bytes.len() + 1];
    for at in (0..bytes.len()).rev() {
        enclosed[at] = match bytes[at] {
            b'[' => false,
            b']' => true,
            _ => enclosed[at + 1],
        };
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let dot = at + usize::from(is_quote(at));
        if bytes.get(dot) == Some(&b'.') && !enclosed[dot + 1] {
            out.push(b';');
            at = dot + 1 + usize::from(is_quote(dot + 1));
        } else if bytes[at] == b'[' {
            out.push(b';');
            at += 1 + usize::from(is_quote(at + 1));
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    // Only ASCII was replaced by ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// Each `^` becomes a step of its own.
fn mark_parents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('^') {
        let before = &rest[..at];
        out.push_str(before.strip_suffix(';').unwrap_or(before));
        let ups = rest[at..].bytes().take_while(|b| *b == b'^').count();
        for _ in 0..ups {
            out.push_str(";^");
        }
        out.push(';');
        let behind = &rest[at + ups..];
        rest = behind.strip_prefix(';').unwrap_or(behind);
    }
    out + rest
}

/// Two separators, or three, are a `..`.
fn mark_descendants(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(";;") {
        out.push_str(&rest[..at]);
        out.push_str(";..;");
        let behind = &rest[at + 2..];
        rest = behind.strip_prefix(';').unwrap_or(behind);
    }
    out + rest
}

/// Closing brackets, a quote before one, and a separator or a quote at the end go.
fn strip_closers(text: &str) -> String {
    let text = text.strip_suffix([';', '\'']).unwrap_or(text);
    text.replace("']", "").replace(']', "")
}

fn expression_number(step: &str) -> Option<usize> {
    step.match_indices('#').find_map(|(at, _)| {
        let digits = &step[at + 1..];
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        (end > 0).then(|| digits[..end].parse().unwrap_or(usize::MAX))
    })
}

fn slice(text: &str) -> Option<Kind> {
    let (start, rest) = text.split_once(':')?;
    let (end, step) = match rest.split_once(':') {
        Some((end, step)) => (end, step),
        None => (rest, ""),
    };
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let is_signed = |part: &str| is_number(part.strip_prefix('-').unwrap_or(part));
    if !is_signed(start) || !is_signed(end) || !is_number(step) {
        return None;
    }
    let given = |part: &str| part.parse::<f64>().ok().filter(|n| *n != 0.0);
    Some(Kind::Slice {
        start: given(start).unwrap_or(0.0),
        end: given(end),
        step: given(step).unwrap_or(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_split_into_the_steps_the_library_makes() {
        for (text, steps) in [
            ("$", "$"),
            ("$.", "$"),
            ("$.a.b", "$ a b"),
            ("$name", "$name"),
            ("$['a.b']['c~d']", "$ a.b c~d"),
            ("$[\"a\"].b", "$ a b"),
            ("$..a", "$ .. a"),
            ("$...a", "$ .. a"),
            ("$.a[*].b", "$ a * b"),
            ("$.a[?(@.b == 'x.y')].c", "$ a ?(@.b == 'x.y') c"),
            ("$.a[(@.length-1)]", "$ a (@.length-1)"),
            ("$.a[0:2]", "$ a 0:2"),
            ("$.a[1,2].b", "$ a 1,2 b"),
            ("$.a.b^", "$ a b ^"),
            ("$.a^^.c", "$ a ^ ^ c"),
            ("$.a.*~", "$ a * ~"),
            ("$.a@string()", "$ a @string()"),
            ("$..b@number()^", "$ .. b @number() ^"),
            ("$.`*", "$ `*"),
            ("$[]", "$ "),
        ] {
            let made: Vec<String> = parse(text)
                .iter()
                .map(|step| step.name.to_string())
                .collect();
            assert_eq!(made.join(" "), steps, "{text}");
        }
    }
}
