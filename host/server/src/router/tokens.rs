//! A converted pattern as tokens, and what its captures may swallow.

use super::PatternError;

/// Optional groups multiply; beyond this many combinations a pattern is refused.
const COMBINATIONS: usize = 256;
/// Groups inside groups.
const DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Text(String),
    /// `:name`: inside one segment.
    Param(String),
    /// `*name`: across segments.
    Wildcard(String),
    /// `{…}`: may be missing.
    Group(Vec<Token>),
}

/// One way through the optional groups: texts in lower case and captures.
pub(super) type Sequence = Vec<Piece>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Capture(Capture),
}

/// What a capture takes: as much as possible, at least one character, nothing at which one of
/// `stops` begins; else what `otherwise` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Capture {
    pub(super) name: String,
    pub(super) wildcard: bool,
    pub(super) stops: Vec<String>,
    pub(super) otherwise: Otherwise,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Otherwise {
    Nothing,
    /// Exactly this text.
    Text(String),
    /// One segment.
    Segment,
}

pub(super) fn parse(pattern: &str) -> Result<Vec<Token>, PatternError> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    parse_until(&chars, &mut at, None, 0, pattern)
}

fn parse_until(
    chars: &[char],
    at: &mut usize,
    end: Option<char>,
    depth: usize,
    pattern: &str,
) -> Result<Vec<Token>, PatternError> {
    let error = |message: &str| Err(PatternError::new(message, pattern));
    if depth > DEPTH {
        return error("Too many groups inside each other");
    }
    let mut tokens = Vec::new();
    let mut text = String::new();
    let flush = |text: &mut String, tokens: &mut Vec<Token>| {
        if !text.is_empty() {
            tokens.push(Token::Text(std::mem::take(text)));
        }
    };
    while *at < chars.len() {
        let c = chars[*at];
        *at += 1;
        if Some(c) == end {
            flush(&mut text, &mut tokens);
            return Ok(tokens);
        }
        match c {
            '\\' => match chars.get(*at) {
                Some(&escaped) => {
                    text.push(escaped);
                    *at += 1;
                }
                None => return error(&format!("Unexpected end after \\ at index {at}")),
            },
            ':' | '*' => {
                let name = parse_name(chars, at, pattern)?;
                flush(&mut text, &mut tokens);
                tokens.push(if c == ':' {
                    Token::Param(name)
                } else {
                    Token::Wildcard(name)
                });
            }
            '{' => {
                flush(&mut text, &mut tokens);
                tokens.push(Token::Group(parse_until(
                    chars,
                    at,
                    Some('}'),
                    depth + 1,
                    pattern,
                )?));
            }
            '}' | '(' | ')' | '[' | ']' | '+' | '?' | '!' => {
                return error(&format!("Unexpected {c} at index {}", *at - 1));
            }
            _ => text.push(c),
        }
    }
    if let Some(end) = end {
        return error(&format!("Unexpected end at index {at}, expected {end}"));
    }
    flush(&mut text, &mut tokens);
    Ok(tokens)
}

fn parse_name(chars: &[char], at: &mut usize, pattern: &str) -> Result<String, PatternError> {
    let starts = |c: char| c == '$' || c == '_' || c.is_alphabetic();
    let continues =
        |c: char| starts(c) || c.is_alphanumeric() || matches!(c, '\u{200c}' | '\u{200d}');
    let mut name = String::new();
    match chars.get(*at) {
        Some(&c) if starts(c) => {
            while let Some(&c) = chars.get(*at).filter(|c| continues(**c)) {
                name.push(c);
                *at += 1;
            }
        }
        Some('"') => {
            let quote = *at;
            loop {
                *at += 1;
                match chars.get(*at) {
                    None => {
                        let message = format!("Unterminated quote at index {quote}");
                        return Err(PatternError::new(&message, pattern));
                    }
                    Some('"') => break,
                    Some('\\') => {
                        *at += 1;
                        name.extend(chars.get(*at));
                    }
                    Some(&c) => name.push(c),
                }
            }
            *at += 1;
        }
        _ => {}
    }
    if name.is_empty() {
        return Err(PatternError::new(
            &format!("Missing parameter name at index {at}"),
            pattern,
        ));
    }
    Ok(name)
}

/// All ways through the groups; with a group before without it.
pub(super) fn flatten(tokens: &[Token], pattern: &str) -> Result<Vec<Sequence>, PatternError> {
    let mut ways: Vec<Vec<&Token>> = Vec::new();
    walk(&mut vec![tokens], Vec::new(), &mut ways);
    if ways.len() > COMBINATIONS {
        return Err(PatternError::new("Too many path combinations", pattern));
    }
    ways.iter().map(|way| sequence(way, pattern)).collect()
}

/// `rest` is a stack of token lists still to come, the next one last.
fn walk<'a>(rest: &mut Vec<&'a [Token]>, mut way: Vec<&'a Token>, ways: &mut Vec<Vec<&'a Token>>) {
    if ways.len() > COMBINATIONS {
        return;
    }
    while let Some(list) = rest.pop() {
        let Some((first, others)) = list.split_first() else {
            continue;
        };
        rest.push(others);
        match first {
            Token::Group(inner) => {
                let mut with = rest.clone();
                with.push(inner);
                walk(&mut with, way.clone(), ways);
            }
            token => way.push(token),
        }
    }
    ways.push(way);
}

fn sequence(tokens: &[&Token], pattern: &str) -> Result<Sequence, PatternError> {
    let mut pieces = Sequence::with_capacity(tokens.len());
    // The text since the last capture, and since the last wildcard.
    let (mut between, mut since_wildcard) = (String::new(), String::new());
    let (mut after_capture, mut after_wildcard) = (false, false);
    let (mut param_in_segment, mut wildcard_in_segment) = (false, false);
    for (index, token) in tokens.iter().enumerate() {
        let (name, wildcard) = match token {
            Token::Text(text) => {
                between.push_str(text);
                if after_wildcard {
                    since_wildcard.push_str(text);
                }
                if text.contains('/') {
                    (param_in_segment, wildcard_in_segment) = (false, false);
                }
                match pieces.last_mut() {
                    Some(Piece::Text(last)) => last.push_str(&text.to_ascii_lowercase()),
                    _ => pieces.push(Piece::Text(text.to_ascii_lowercase())),
                }
                continue;
            }
            Token::Param(name) => (name, false),
            Token::Wildcard(name) => (name, true),
            Token::Group(_) => continue,
        };
        if after_capture && between.is_empty() {
            let kind = if wildcard { "wildcard" } else { "param" };
            let message = format!("Missing text before \"{name}\" {kind}");
            return Err(PatternError::new(&message, pattern));
        }
        let (stops, otherwise) = if wildcard {
            if wildcard_in_segment {
                (vec![between.clone()], Otherwise::Nothing)
            } else if !since_wildcard.is_empty() {
                (vec![since_wildcard.clone()], Otherwise::Segment)
            } else {
                (Vec::new(), Otherwise::Nothing)
            }
        } else if wildcard_in_segment {
            (vec!["/".to_owned(), between.clone()], Otherwise::Nothing)
        } else if wildcard_follows(&tokens[index + 1..]) {
            (
                vec!["/".to_owned(), text_after(&tokens[index + 1..])],
                Otherwise::Nothing,
            )
        } else if param_in_segment {
            (
                vec!["/".to_owned(), between.clone()],
                Otherwise::Text(between.clone()),
            )
        } else {
            (vec!["/".to_owned()], Otherwise::Nothing)
        };
        pieces.push(Piece::Capture(Capture {
            name: name.clone(),
            wildcard,
            stops: stops
                .into_iter()
                .filter(|s| !s.is_empty())
                .map(|s| s.to_ascii_lowercase())
                .collect(),
            otherwise,
        }));
        if wildcard {
            since_wildcard.clear();
            wildcard_in_segment = true;
        } else {
            param_in_segment = true;
        }
        (after_capture, after_wildcard) = (true, wildcard);
        between.clear();
    }
    Ok(pieces)
}

fn wildcard_follows(tokens: &[&Token]) -> bool {
    for token in tokens {
        match token {
            Token::Wildcard(_) => return true,
            Token::Text(text) if text.contains('/') => return false,
            _ => {}
        }
    }
    false
}

fn text_after(tokens: &[&Token]) -> String {
    let texts = tokens.iter().map_while(|token| match token {
        Token::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
