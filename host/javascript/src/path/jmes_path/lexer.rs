//! The tokens of a JMESPath expression.

use crate::path::PathError;
use crate::{Text, Value, json, number};

/// Longer expressions nest deeper than a small stack bears.
const MAX_TOKENS: usize = 1000;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(Text),
    QuotedName(Text),
    Variable(Text),
    Literal(Value),
    Number(f64),
    Root,
    Current,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    /// `[?`
    Filter,
    /// `[]`
    Flatten,
    Star,
    Comma,
    Dot,
    Colon,
    Question,
    Assign,
    Pipe,
    Or,
    And,
    Not,
    /// `&`
    Reference,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    /// `//`
    DivideWhole,
    Modulo,
    End,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, PathError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
        if tokens.len() > MAX_TOKENS {
            return Err(PathError::new("Syntax error: the expression is too long"));
        }
    }
    tokens.push(Token::End);
    Ok(tokens)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    /// The longest start of the rest in which every character fits.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn next(&mut self) -> Result<Option<Token>, PathError> {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        let rest = self.rest();
        let Some(c) = rest.chars().next() else {
            return Ok(None);
        };
        if is_alpha(c) {
            return Ok(Some(Token::Name(self.take_while(is_name).into())));
        }
        let next_is_digit = rest[c.len_utf8()..].starts_with(is_digit);
        if c.is_ascii_digit() || (c == '-' && next_is_digit) {
            return Ok(Some(Token::Number(number::parse_int(
                self.take_while(is_digit),
            ))));
        }
        self.at += c.len_utf8();
        Ok(Some(match c {
            '(' => Token::OpenParen,
            ')' => Token::CloseParen,
            '*' => Token::Star,
            ',' => Token::Comma,
            '.' => Token::Dot,
            ':' => Token::Colon,
            '@' => Token::Current,
            ']' => Token::CloseBracket,
            '{' => Token::OpenBrace,
            '}' => Token::CloseBrace,
            '+' => Token::Plus,
            '%' => Token::Modulo,
            '?' => Token::Question,
            '-' | '\u{2212}' => Token::Minus,
            '\u{d7}' => Token::Times,
            '\u{f7}' => Token::Divide,
            '[' if self.take('?') => Token::Filter,
            '[' if self.take(']') => Token::Flatten,
            '[' => Token::OpenBracket,
            '!' if self.take('=') => Token::NotEqual,
            '!' => Token::Not,
            '<' if self.take('=') => Token::LessOrEqual,
            '<' => Token::Less,
            '>' if self.take('=') => Token::GreaterOrEqual,
            '>' => Token::Greater,
            '=' if self.take('=') => Token::Equal,
            '=' => Token::Assign,
            '&' if self.take('&') => Token::And,
            '&' => Token::Reference,
            '|' if self.take('|') => Token::Or,
            '|' => Token::Pipe,
            '/' if self.take('/') => Token::DivideWhole,
            '/' => Token::Divide,
            '$' if self.rest().starts_with(is_alpha) => {
                Token::Variable(self.take_while(is_name).into())
            }
            '$' => Token::Root,
            '"' => {
                let quoted = format!("\"{}\"", self.until('"')?);
                match json::parse(&quoted) {
                    Ok(Value::String(name)) => Token::QuotedName(name),
                    _ => {
                        return Err(PathError::new(
                            "Syntax error: unexpected end of a quoted name",
                        ));
                    }
                }
            }
            // An open end is closed by the end of the text.
            '\'' => {
                let raw = self
                    .until('\'')
                    .unwrap_or_else(|_| self.take_while(|_| true));
                Token::Literal(raw.replace("\\\\", "\\").replace("\\'", "'").into())
            }
            '`' => {
                let raw = self
                    .until('`')
                    .unwrap_or_else(|_| self.take_while(|_| true));
                let raw = raw
                    .trim_start_matches(number::is_space)
                    .replacen("\\`", "`", 1);
                let literal = json::parse(&raw);
                Token::Literal(literal.map_err(|_| {
                    PathError::new(format!("Syntax error: `{raw}` is not a JSON literal"))
                })?)
            }
            other => {
                return Err(PathError::new(format!(
                    "Syntax error: unknown character: {other}"
                )));
            }
        }))
    }

    /// Up to a closing quote; without one, nothing is consumed.
    fn until(&mut self, quote: char) -> Result<&'t str, PathError> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            if c == quote && !escaped {
                self.at += at + 1;
                return Ok(&rest[..at]);
            }
            escaped = c == '\\' && !escaped;
        }
        Err(PathError::new(
            "Syntax error: unexpected end of a quoted name",
        ))
    }
}

fn is_alpha(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

fn is_digit(c: char) -> bool {
    c == '-' || c.is_ascii_digit()
}
