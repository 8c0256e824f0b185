//! One route's path, compiled.

use std::fmt;
use std::ops::Range;

use wasmock_javascript::{Object, Value};

use super::tokens::{self, Capture, Otherwise, Piece, Sequence};
use super::{collapse_slashes, convert, decode_component};

/// Steps a match may take before it counts as none; only patterns with several wildcards in
/// one path ever come near it.
const STEPS: u32 = 100_000;

/// A compiled path.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    ways: Vec<Sequence>,
}

/// Why a path does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternError(String);

impl PatternError {
    pub(super) fn new(message: &str, pattern: &str) -> Self {
        Self(format!("{message}: {pattern}"))
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}

/// Where captures were found: positions in the path, in the order of the pattern.
type Spans = Vec<Range<usize>>;

impl Pattern {
    /// Compiles `endpoint` under a prefix, both as the file writes them.
    pub(crate) fn new(prefix: &str, endpoint: &str) -> Result<Self, PatternError> {
        let written = format!("/{prefix}/{}", endpoint.replace(' ', "%20"));
        let text = collapse_slashes(&written).into_owned();
        let converted = convert::convert(&text);
        let ways = tokens::flatten(&tokens::parse(&converted)?, &converted)?;
        Ok(Self { text, ways })
    }

    /// The path as written, with the prefix.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn ways(&self) -> &[Sequence] {
        &self.ways
    }

    /// The ways through the optional groups that fit a path, in order.
    pub(crate) fn ways_that_fit<'a>(&'a self, path: &'a str) -> impl Iterator<Item = usize> + 'a {
        (0..self.ways.len()).filter(move |&way| self.fits(path, way))
    }

    #[cfg(test)]
    pub(crate) fn find(&self, path: &str) -> Option<usize> {
        self.ways_that_fit(path).next()
    }

    pub(super) fn fits(&self, path: &str, way: usize) -> bool {
        self.spans(path, way).is_some()
    }

    /// The parameters of a path that fits in that way: texts, lists of texts for wildcards.
    /// What does not decode is left out; servers refuse such paths before they come here.
    pub(crate) fn params(&self, path: &str, way: usize) -> Object {
        self.captured(path, way)
            .filter_map(|(Capture { name, wildcard, .. }, text)| {
                Some((name.as_str(), value(*wildcard, text)?))
            })
            .collect()
    }

    /// One of [`Pattern::params`]; the last of a name counts.
    pub(crate) fn param(&self, name: &str, path: &str, way: usize) -> Option<Value> {
        let named = |(capture, _): &(&Capture, _)| capture.name == name;
        let (Capture { wildcard, .. }, text) = self.captured(path, way).filter(named).last()?;
        value(*wildcard, text)
    }

    /// The captures and what they caught; none where the path does not fit in that way.
    fn captured<'a>(
        &'a self,
        path: &'a str,
        way: usize,
    ) -> impl Iterator<Item = (&'a Capture, &'a str)> {
        let spans = self.spans(path, way);
        let pieces = self.ways.get(way).into_iter().flatten();
        let captures = pieces.filter_map(|piece| match piece {
            Piece::Capture(capture) => Some(capture),
            Piece::Text(_) => None,
        });
        captures
            .zip(spans.into_iter().flatten())
            .map(|(capture, span)| (capture, &path[span]))
    }

    fn spans(&self, path: &str, way: usize) -> Option<Spans> {
        let mut matcher = Matcher {
            path,
            spans: Spans::new(),
            steps: 0,
        };
        matcher
            .rest(self.ways.get(way)?, 0)
            .then_some(matcher.spans)
    }
}

/// What a captured text stands for; none where it cannot be decoded.
fn value(is_wildcard: bool, text: &str) -> Option<Value> {
    let decoded = |text| decode_component(text).map(Value::text);
    if is_wildcard {
        let parts = text.split('/').map(decoded).collect::<Option<Vec<_>>>()?;
        return Some(Value::array(parts));
    }
    decoded(text)
}

struct Matcher<'a> {
    path: &'a str,
    spans: Spans,
    steps: u32,
}

impl Matcher<'_> {
    fn rest(&mut self, pieces: &[Piece], at: usize) -> bool {
        self.steps += 1;
        if self.steps > STEPS {
            return false;
        }
        match pieces.split_first() {
            None => matches!(&self.path[at..], "" | "/"),
            Some((Piece::Text(text), others)) => {
                self.starts_with(at, text) && self.rest(others, at + text.len())
            }
            Some((Piece::Capture(capture), others)) => {
                let mut end = at;
                while let Some(c) = self.path[end..].chars().next() {
                    if capture.stops.iter().any(|stop| self.starts_with(end, stop)) {
                        break;
                    }
                    end += c.len_utf8();
                }
                if self.take(others, at, end) {
                    return true;
                }
                match &capture.otherwise {
                    Otherwise::Nothing => false,
                    Otherwise::Text(text) => {
                        self.starts_with(at, text) && self.exactly(others, at, at + text.len())
                    }
                    Otherwise::Segment => {
                        let length = self.path[at..].find('/').unwrap_or(self.path.len() - at);
                        self.take(others, at, at + length)
                    }
                }
            }
        }
    }

    /// Greedy: the longest capture up to `end` that lets the rest fit.
    fn take(&mut self, others: &[Piece], at: usize, end: usize) -> bool {
        // A text behind the capture can only begin where its first byte stands.
        let first = match others.first() {
            Some(Piece::Text(text)) => text.as_bytes().first().copied(),
            _ => None,
        };
        let mut end = end;
        while end > at {
            let here = self.path.as_bytes().get(end).map(u8::to_ascii_lowercase);
            let possible = first.is_none() || first == here;
            if possible && self.path.is_char_boundary(end) && self.exactly(others, at, end) {
                return true;
            }
            if self.steps > STEPS {
                return false;
            }
            end -= 1;
        }
        false
    }

    fn exactly(&mut self, others: &[Piece], at: usize, end: usize) -> bool {
        let known = self.spans.len();
        self.spans.push(at..end);
        let fits = self.rest(others, end);
        if !fits {
            self.spans.truncate(known);
        }
        fits
    }

    fn starts_with(&self, at: usize, text: &str) -> bool {
        let bytes = self.path.as_bytes();
        bytes
            .get(at..at + text.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    fn params(prefix: &str, endpoint: &str, path: &str) -> Option<String> {
        let pattern = Pattern::new(prefix, endpoint).unwrap();
        let way = pattern.find(path)?;
        json::to_text(&pattern.params(path, way).into())
    }

    #[test]
    fn paths_match_as_in_mockoon() {
        for (prefix, endpoint, path, expected) in [
            ("", "users/:id", "/users/a%20b", Some(r#"{"id":"a b"}"#)),
            ("", "a/:x-:y", "/a/1-2-3", Some(r#"{"x":"1-2","y":"3"}"#)),
            (
                "",
                "test/*",
                "/test/a/b/",
                Some(r#"{"wildcard0":["a","b",""]}"#),
            ),
            ("", "test/*", "/test/", None),
            ("", "ab?cd", "/acd", Some("{}")),
            ("", "ab+cd", "/abbcd", Some("{}")),
            ("", "ab+cd", "/abbbcd", None),
            (
                "",
                "f/:file.:ext?",
                "/f/a.b.c",
                Some(r#"{"file":"a.b","ext":"c"}"#),
            ),
            ("", "f/:file.:ext?", "/f/a", Some(r#"{"file":"a"}"#)),
            ("", "f/:path+", "/f/a/b", Some(r#"{"path":["a","b"]}"#)),
            ("", "f/:path*", "/f", Some("{}")),
            ("", "v:version?", "/v1", Some(r#"{"versio":"1"}"#)),
            ("", "u(se)?r", "/ur", Some("{}")),
            ("", "*", "/", None),
            ("", "", "/", Some("{}")),
            ("api", "", "/api/", Some("{}")),
            ("api", "", "/api", None),
            ("api/v1", "/x", "/API/v1/X/", Some("{}")),
            (
                "",
                "a/*/b/*",
                "/a/1/2/b/3",
                Some(r#"{"wildcard0":["1","2"],"wildcard1":["3"]}"#),
            ),
            ("", "a:b", "/axx", Some(r#"{"b":"xx"}"#)),
            ("", ":a/:b?", "/x", Some(r#"{"a":"x"}"#)),
            ("", "x/:a*/y", "/x/y", Some("{}")),
            ("", "a/*wild", "/a/1/2", Some(r#"{"wild":["1","2"]}"#)),
            ("", "é", "/%C3%A9", None),
            ("", "a b", "/a%20b", Some("{}")),
            ("v:ver", "x", "/v2/x", Some(r#"{"ver":"2"}"#)),
        ] {
            let found = params(prefix, endpoint, path);
            assert_eq!(found.as_deref(), expected, "{prefix} {endpoint} {path}");
        }
    }

    #[test]
    fn what_does_not_compile_says_where() {
        for (endpoint, message) in [
            ("u/:id(\\d+)", "Unexpected + at index 9: /u/:id{\\d+}"),
            ("a/:x:y", "Missing text before \"y\" param: /a/:x:y"),
            ("[ab]", "Unexpected [ at index 1: /[ab]"),
            ("p/:a-*", "Missing parameter name at index 7: /p/:a-*"),
            (
                "{a}{b}{c}{d}{e}{f}{g}{h}{i}",
                "Too many path combinations: /{a}{b}{c}{d}{e}{f}{g}{h}{i}",
            ),
        ] {
            assert_eq!(Pattern::new("", endpoint).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn several_wildcards_do_not_run_for_ever() {
        let pattern = Pattern::new("", "*/x/*/x/*/x/*/end").unwrap();
        let path = "/x".repeat(5000);
        assert_eq!(pattern.find(&path), None);
    }
}
