//! JavaScript's regular expressions on a linear engine.
//!
//! A pattern is read with JavaScript's grammar (with its mistakes reported in V8's words) and
//! written anew for the `regex` crate, which has another idea of `\d`, `\w`, `\s`, `.`, of
//! case and of what a stray `{` means. What it has no words for (look-around,
//! back-references, halves of emoji) is [`Problem::NeedsBacktracking`]: such a pattern runs
//! in the regex component, under its deadline.
//!
//! The trade-offs: groups are not captured, and a character beyond U+FFFF is one character
//! where JavaScript without the flag `u` sees two.

mod set;

use std::collections::BTreeSet;
use std::fmt;

use self::set::Set;

/// Why a pattern cannot run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The pattern is wrong; the message is JavaScript's.
    Syntax(String),
    /// The pattern is right, but only a backtracking engine can run it.
    NeedsBacktracking,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax(message) => message,
            Self::NeedsBacktracking => "the pattern needs a backtracking engine",
        })
    }
}

impl std::error::Error for Problem {}

/// Compiles `new RegExp(pattern, flags)`.
///
/// # Errors
/// See [`Problem`].
pub fn compile(pattern: &str, flags: &str) -> Result<regex::Regex, Problem> {
    let translated = translate(pattern, flags)?;
    regex::Regex::new(&translated).map_err(|_| {
        if flags.contains('u') && translated.contains("\\p{") {
            syntax(pattern, flags, "Invalid property name")
        } else {
            // Too large once its repetitions are written out.
            Problem::NeedsBacktracking
        }
    })
}

/// Translates `new RegExp(pattern, flags)` for the `regex` crate.
///
/// # Errors
/// See [`Problem`].
pub fn translate(pattern: &str, flags: &str) -> Result<String, Problem> {
    let distinct: BTreeSet<char> = flags.chars().collect();
    if distinct.len() < flags.chars().count()
        || distinct.iter().any(|flag| !"dgimsuy".contains(*flag))
    {
        let message = format!("Invalid flags supplied to RegExp constructor '{flags}'");
        return Err(Problem::Syntax(message));
    }
    let mut translator = Translator::new(pattern, flags);
    match translator.run() {
        Ok(()) if translator.needs_backtracking => Err(Problem::NeedsBacktracking),
        Ok(()) => Ok(translator.out),
        Err(message) => Err(syntax(pattern, flags, message)),
    }
}

fn syntax(pattern: &str, flags: &str, message: &str) -> Problem {
    Problem::Syntax(format!(
        "Invalid regular expression: /{pattern}/{flags}: {message}"
    ))
}

/// What closes with a `)`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Plain,
    LookAhead,
    LookBehind,
}

/// One member of a class, or one atom.
enum Atom {
    One(u32),
    Many(Set),
    /// A Unicode property, in words both engines share.
    Property(String),
}

struct Translator {
    text: Vec<char>,
    at: usize,
    out: String,
    groups: Vec<Group>,
    /// All names and the count of capturing groups, known before reading: what `\1` and `\k`
    /// mean depends on what follows them.
    names: Vec<String>,
    captures: usize,
    seen: BTreeSet<String>,
    wanted: Vec<String>,
    unicode: bool,
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    needs_backtracking: bool,
}

type Step<T> = Result<T, &'static str>;

impl Translator {
    fn new(pattern: &str, flags: &str) -> Self {
        let text: Vec<char> = pattern.chars().collect();
        let (names, captures) = count_groups(&text);
        let unicode = flags.contains('u');
        let ignore_case = flags.contains('i');
        Self {
            text,
            at: 0,
            // With `u` JavaScript folds case as the crate does, without it by its own rules.
            out: if unicode && ignore_case {
                "(?i)".into()
            } else {
                String::new()
            },
            groups: Vec::new(),
            names,
            captures,
            seen: BTreeSet::new(),
            wanted: Vec::new(),
            unicode,
            ignore_case: ignore_case && !unicode,
            multi_line: flags.contains('m'),
            dot_all: flags.contains('s'),
            needs_backtracking: false,
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn starts_with(&self, wanted: &str) -> bool {
        wanted
            .chars()
            .enumerate()
            .all(|(i, c)| self.text.get(self.at + i) == Some(&c))
    }

    fn run(&mut self) -> Step<()> {
        while let Some(c) = self.peek() {
            self.at += 1;
            let may_repeat = self.term(c)?;
            if may_repeat {
                self.quantifier()?;
            }
        }
        if !self.groups.is_empty() {
            return Err("Unterminated group");
        }
        if self.wanted.iter().any(|name| !self.names.contains(name)) {
            return Err("Invalid named capture referenced");
        }
        Ok(())
    }

    /// Translates one term; answers whether a quantifier may follow.
    fn term(&mut self, c: char) -> Step<bool> {
        match c {
            '^' | '$' => {
                // Four kinds of line ends, and the crate knows one.
                self.needs_backtracking |= self.multi_line;
                self.out.push_str(if c == '^' { r"\A" } else { r"\z" });
                return Ok(false);
            }
            '|' => {
                self.out.push('|');
                return Ok(false);
            }
            '(' => {
                self.open_group()?;
                return Ok(false);
            }
            ')' => return self.close_group(),
            '.' if self.dot_all => self.out.push_str("(?s:.)"),
            '.' => self.out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '*' | '+' | '?' => return Err("Nothing to repeat"),
            '{' => {
                self.at -= 1;
                if self.braces()?.is_some() {
                    return Err("Nothing to repeat");
                }
                if self.unicode {
                    return Err("Lone quantifier brackets");
                }
                self.at += 1;
                self.literal('{' as u32);
            }
            '}' | ']' if self.unicode => return Err("Lone quantifier brackets"),
            '[' => self.class()?,
            '\\' => return self.escape(),
            other => self.literal(other as u32),
        }
        Ok(true)
    }

    fn open_group(&mut self) -> Step<()> {
        let kind = if !self.take('?') || self.take(':') {
            Group::Plain
        } else if self.take('=') || self.take('!') {
            Group::LookAhead
        } else if self.starts_with("<=") || self.starts_with("<!") {
            self.at += 2;
            Group::LookBehind
        } else if self.take('<') {
            let name = self.name().ok_or("Invalid capture group name")?;
            if !self.seen.insert(name) {
                return Err("Duplicate capture group name");
            }
            Group::Plain
        } else {
            return Err("Invalid group");
        };
        self.needs_backtracking |= kind != Group::Plain;
        self.groups.push(kind);
        self.out.push_str("(?:");
        Ok(())
    }

    fn close_group(&mut self) -> Step<bool> {
        let kind = self.groups.pop().ok_or("Unmatched ')'")?;
        self.out.push(')');
        let fixed = kind == Group::LookBehind || (kind == Group::LookAhead && self.unicode);
        if fixed {
            let repeats = matches!(self.peek(), Some('*' | '+' | '?'))
                || (self.peek() == Some('{') && self.braces()?.is_some());
            if repeats {
                return Err("Invalid quantifier");
            }
        }
        Ok(!fixed)
    }

    /// A name up to its `>`.
    fn name(&mut self) -> Option<String> {
        let length = self.text[self.at..].iter().position(|c| *c == '>')?;
        let name: String = self.text[self.at..self.at + length].iter().collect();
        self.at += length + 1;
        is_identifier(&name).then_some(name)
    }

    fn quantifier(&mut self) -> Step<()> {
        match self.peek() {
            Some(c @ ('*' | '+' | '?')) => {
                self.at += 1;
                self.out.push(c);
            }
            Some('{') => match self.braces()? {
                Some((from, to)) => {
                    if to.is_some_and(|to| to < from) {
                        return Err("numbers out of order in {} quantifier");
                    }
                    let to = match to {
                        Some(to) if to == from => String::new(),
                        Some(to) => format!(",{to}"),
                        None => ",".into(),
                    };
                    self.out.push_str(&format!("{{{from}{to}}}"));
                }
                None if self.unicode => return Err("Incomplete quantifier"),
                None => return Ok(()),
            },
            _ => return Ok(()),
        }
        if self.take('?') {
            self.out.push('?');
        }
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,3}`; without one, nothing is consumed.
    fn braces(&mut self) -> Step<Option<(u64, Option<u64>)>> {
        let start = self.at;
        self.at += 1;
        let from = self.decimal();
        let bounds = match from {
            Some(from) if self.take(',') => {
                let to = self.decimal();
                Some((from, to))
            }
            Some(from) => Some((from, Some(from))),
            None => None,
        };
        if bounds.is_some() && self.take('}') {
            return Ok(bounds);
        }
        self.at = start;
        Ok(None)
    }

    fn decimal(&mut self) -> Option<u64> {
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.at += 1;
            number = Some(
                number
                    .unwrap_or(0_u64)
                    .saturating_mul(10)
                    .saturating_add(digit.into()),
            );
        }
        number
    }

    /// An escape outside a class, its backslash already read.
    fn escape(&mut self) -> Step<bool> {
        match self.peek().ok_or("\\ at end of pattern")? {
            'b' | 'B' => {
                let inside = self.take('B');
                self.at += usize::from(!inside);
                self.out
                    .push_str(if inside { r"(?-u:\B)" } else { r"(?-u:\b)" });
                return Ok(false);
            }
            'k' if self.unicode || !self.names.is_empty() => {
                self.at += 1;
                let name = if self.take('<') { self.name() } else { None };
                self.wanted.push(name.ok_or("Invalid named reference")?);
                self.needs_backtracking = true;
                return Ok(true);
            }
            '1'..='9' => {
                let start = self.at;
                let number = self.decimal().unwrap_or(0);
                if number <= self.captures as u64 {
                    self.needs_backtracking = true;
                    return Ok(true);
                }
                if self.unicode {
                    return Err("Invalid escape");
                }
                self.at = start;
            }
            _ => {}
        }
        match self.atom_escape(false)? {
            Atom::One(code) => self.literal(code),
            Atom::Many(set) => self.out.push_str(&set.write(false, &[])),
            Atom::Property(property) => self.out.push_str(&property),
        }
        Ok(true)
    }

    /// The escapes that classes and terms share.
    fn atom_escape(&mut self, in_class: bool) -> Step<Atom> {
        let c = self.peek().ok_or("\\ at end of pattern")?;
        self.at += 1;
        Ok(Atom::One(match c {
            'd' => return Ok(Atom::Many(Set::digits())),
            'D' => return Ok(Atom::Many(Set::digits().complement())),
            'w' => return Ok(Atom::Many(Set::words())),
            'W' => return Ok(Atom::Many(Set::words().complement())),
            's' => return Ok(Atom::Many(Set::spaces())),
            'S' => return Ok(Atom::Many(Set::spaces().complement())),
            'p' | 'P' if self.unicode => return self.property(c),
            't' => 9,
            'n' => 10,
            'v' => 11,
            'f' => 12,
            'r' => 13,
            'b' if in_class => 8,
            'c' => {
                let next = self.peek();
                let fits = |c: char| {
                    c.is_ascii_alphabetic()
                        || (in_class && !self.unicode && (c.is_ascii_digit() || c == '_'))
                };
                match next.filter(|c| fits(*c)) {
                    Some(letter) => {
                        self.at += 1;
                        letter as u32 % 32
                    }
                    None if self.unicode => return Err("Invalid Unicode escape"),
                    None => {
                        self.at -= 1;
                        '\\' as u32
                    }
                }
            }
            'x' => match self.hex(2) {
                Some(code) => code,
                None if self.unicode => return Err("Invalid escape"),
                None => 'x' as u32,
            },
            'u' => self.unicode_escape(in_class)?,
            '0'..='9' if self.unicode => {
                if c == '0' && !self.peek().is_some_and(|c| c.is_ascii_digit()) {
                    0
                } else if in_class && c < '8' {
                    return Err("Invalid class escape");
                } else if c == '0' {
                    return Err("Invalid decimal escape");
                } else {
                    return Err("Invalid escape");
                }
            }
            '0'..='7' => {
                self.at -= 1;
                self.octal()
            }
            '-' if in_class => '-' as u32,
            other if self.unicode && !"^$\\.*+?()[]{}|/".contains(other) => {
                return Err("Invalid escape");
            }
            other => other as u32,
        }))
    }

    fn property(&mut self, c: char) -> Step<Atom> {
        if !self.take('{') {
            return Err("Invalid property name");
        }
        let length = self.text[self.at..]
            .iter()
            .position(|c| *c == '}')
            .ok_or("Invalid property name")?;
        let name: String = self.text[self.at..self.at + length].iter().collect();
        self.at += length + 1;
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'='));
        if name.is_empty() || !plain {
            return Err("Invalid property name");
        }
        Ok(Atom::Property(format!("\\{c}{{{name}}}")))
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.text.get(self.at..self.at + digits)?.iter().collect();
        let plain = text.bytes().all(|b| b.is_ascii_hexdigit());
        let code = u32::from_str_radix(&text, 16).ok().filter(|_| plain)?;
        self.at += digits;
        Some(code)
    }

    fn unicode_escape(&mut self, in_class: bool) -> Step<u32> {
        if self.unicode && self.take('{') {
            let length = self.text[self.at..].iter().position(|c| *c == '}');
            let digits: String = match length {
                Some(length) => self.text[self.at..self.at + length].iter().collect(),
                None => return Err("Invalid Unicode escape"),
            };
            self.at += digits.len() + 1;
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let code = u32::from_str_radix(&digits, 16)
                .ok()
                .filter(|code| plain && *code <= 0x10_ffff);
            return code.ok_or("Invalid Unicode escape");
        }
        let Some(code) = self.hex(4) else {
            return if self.unicode {
                Err("Invalid Unicode escape")
            } else {
                Ok('u' as u32)
            };
        };
        // Two halves side by side are one character, in a class only with `u`.
        if (0xd800..0xdc00).contains(&code)
            && (self.unicode || !in_class)
            && self.starts_with("\\u")
        {
            let start = self.at;
            self.at += 2;
            match self.hex(4).filter(|low| (0xdc00..0xe000).contains(low)) {
                Some(low) => return Ok(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)),
                None => self.at = start,
            }
        }
        Ok(code)
    }

    fn octal(&mut self) -> u32 {
        let mut code = 0;
        for _ in 0..3 {
            match self.peek().and_then(|c| c.to_digit(8)) {
                Some(digit) if code * 8 + digit <= 0o377 => {
                    code = code * 8 + digit;
                    self.at += 1;
                }
                _ => break,
            }
        }
        code
    }

    fn literal(&mut self, code: u32) {
        let Some(c) = char::from_u32(code) else {
            self.needs_backtracking = true;
            return;
        };
        if self.ignore_case {
            let set = Set::one(code).close_over_case();
            if set.len() > 1 {
                self.out.push_str(&set.write(false, &[]));
                return;
            }
        }
        self.out
            .push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }

    fn class(&mut self) -> Step<()> {
        let negated = self.take('^');
        let mut set = Set::default();
        let mut properties = Vec::new();
        loop {
            if self.take(']') {
                break;
            }
            let first = self.class_atom()?;
            let is_range =
                self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|c| *c != ']');
            if !is_range {
                self.add(&mut set, &mut properties, first);
                continue;
            }
            self.at += 1;
            let last = self.class_atom()?;
            match (first, last) {
                (Atom::One(first), Atom::One(last)) if first > last => {
                    return Err("Range out of order in character class");
                }
                (Atom::One(first), Atom::One(last)) => {
                    self.needs_backtracking |=
                        (0xd800..0xe000).contains(&first) || (0xd800..0xe000).contains(&last);
                    set.add(first, last);
                }
                _ if self.unicode => return Err("Invalid character class"),
                (first, last) => {
                    self.add(&mut set, &mut properties, first);
                    set.add('-' as u32, '-' as u32);
                    self.add(&mut set, &mut properties, last);
                }
            }
        }
        if self.ignore_case {
            set = set.close_over_case();
        }
        self.out.push_str(&set.write(negated, &properties));
        Ok(())
    }

    fn class_atom(&mut self) -> Step<Atom> {
        let c = self.peek().ok_or("Unterminated character class")?;
        self.at += 1;
        if c == '\\' {
            self.atom_escape(true)
        } else {
            Ok(Atom::One(c as u32))
        }
    }

    fn add(&mut self, set: &mut Set, properties: &mut Vec<String>, atom: Atom) {
        match atom {
            Atom::One(code) => {
                self.needs_backtracking |= (0xd800..0xe000).contains(&code);
                set.add(code, code);
            }
            Atom::Many(many) => set.add_all(&many),
            Atom::Property(property) => properties.push(property),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars
        .next()
        .is_some_and(|c| c == '$' || c == '_' || c.is_alphabetic());
    starts && chars.all(|c| c == '$' || c == '_' || c.is_alphanumeric())
}

/// The names of the named groups, and how many groups capture.
fn count_groups(text: &[char]) -> (Vec<String>, usize) {
    let (mut names, mut captures) = (Vec::new(), 0);
    let mut in_class = false;
    let mut at = 0;
    while let Some(c) = text.get(at) {
        match c {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let behind: String = text[at + 1..].iter().take(3).collect();
                if !behind.starts_with('?') {
                    captures += 1;
                } else if behind.starts_with("?<") && !behind.ends_with(['=', '!']) {
                    captures += 1;
                    names.push(text[at + 3..].iter().take_while(|c| **c != '>').collect());
                }
            }
            _ => {}
        }
        at += 1;
    }
    (names, captures)
}

#[cfg(test)]
mod tests;
