//! Many patterns, walked once: a tree of segments.
//!
//! Each node knows the patterns that end there and those whose rest needs the matcher. A walk
//! follows the literal child and the parameter child of every segment, so it costs the depth of
//! the path, not the number of routes; what it finds is sorted back into the order of
//! insertion, which decides.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::Pattern;
use super::tokens::{Otherwise, Piece};

type Children = HashMap<Box<str>, u32, foldhash::fast::RandomState>;

/// Patterns with values, in order of precedence.
#[derive(Debug)]
pub(crate) struct Index<T> {
    entries: Vec<(Arc<Pattern>, T)>,
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    literals: Children,
    param: Option<u32>,
    /// Patterns that end here.
    ends: Vec<Place>,
    /// Patterns that go on in a way that only the matcher decides.
    open: Vec<Place>,
}

/// A way of an entry, ordered as entries are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    entry: u32,
    way: u16,
    /// Whether the walk alone proves that the path fits.
    proven: bool,
}

/// A pattern that fits.
#[derive(Debug)]
pub(crate) struct Found<'a, T> {
    pub(crate) value: &'a T,
    pub(crate) pattern: &'a Arc<Pattern>,
    pub(crate) way: usize,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            nodes: vec![Node::default()],
        }
    }
}

impl<T> Index<T> {
    /// Adds a pattern behind all others.
    pub(crate) fn insert(&mut self, pattern: Arc<Pattern>, value: T) {
        let entry = self.entries.len() as u32;
        for (way, pieces) in pattern.ways().iter().enumerate() {
            let (segments, proven) = segments(pieces);
            let mut node = 0;
            for segment in segments {
                node = self.child(node, segment);
            }
            let place = Place {
                entry,
                way: way as u16,
                proven,
            };
            let node = &mut self.nodes[node as usize];
            if proven {
                node.ends.push(place);
            } else {
                node.open.push(place);
            }
        }
        self.entries.push((pattern, value));
    }

    fn child(&mut self, node: u32, segment: Segment<'_>) -> u32 {
        let next = self.nodes.len() as u32;
        let node = &mut self.nodes[node as usize];
        let child = match segment {
            Segment::Param => *node.param.get_or_insert(next),
            Segment::Literal(text) => *node.literals.entry(text.into()).or_insert(next),
        };
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }

    /// The entries that fit a path (which starts with `/`), in the order of insertion.
    pub(crate) fn find<'a, 'p>(
        &'a self,
        path: &'p str,
    ) -> impl Iterator<Item = Found<'a, T>> + use<'a, 'p, T> {
        let mut places: SmallVec<[Place; 8]> = SmallVec::new();
        let lower: Cow<'_, str> = if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            path.to_ascii_lowercase().into()
        } else {
            path.into()
        };
        if let Some(rest) = lower.strip_prefix('/') {
            self.walk(0, Some(rest), &mut places);
            if places.len() > 1 {
                places.sort_unstable();
            }
        }
        let mut last = u32::MAX;
        places
            .into_iter()
            .filter_map(move |Place { entry, way, proven }| {
                let (pattern, value) = &self.entries[entry as usize];
                let way = usize::from(way);
                let fits = last != entry && (proven || pattern.fits(path, way));
                fits.then(|| {
                    last = entry;
                    Found {
                        value,
                        pattern,
                        way,
                    }
                })
            })
    }

    /// `rest` is the path behind the node's own slash; none at its end.
    fn walk(&self, node: u32, rest: Option<&str>, places: &mut SmallVec<[Place; 8]>) {
        let node = &self.nodes[node as usize];
        places.extend_from_slice(&node.open);
        // One slash at the end is optional.
        if matches!(rest, None | Some("")) {
            places.extend_from_slice(&node.ends);
        }
        let Some(rest) = rest else { return };
        let (segment, rest) = match memchr::memchr(b'/', rest.as_bytes()) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        if !node.literals.is_empty()
            && let Some(&child) = node.literals.get(segment)
        {
            self.walk(child, rest, places);
        }
        if let Some(child) = node.param
            && !segment.is_empty()
        {
            self.walk(child, rest, places);
        }
    }
}

impl<T> Found<'_, T> {
    /// The parameters of the path that was looked up.
    #[cfg(test)]
    fn params(&self, path: &str) -> wasmock_javascript::Object {
        self.pattern.params(path, self.way)
    }
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Literal(&'a str),
    Param,
}

/// The segments that a walk can follow, and whether they are the whole pattern.
fn segments(pieces: &[Piece]) -> (Vec<Segment<'_>>, bool) {
    let mut segments = Vec::new();
    // The segment being read: a literal, or a parameter of its own.
    let mut open: Option<Segment<'_>> = None;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                let mut parts = text.split('/');
                let head = parts.next().unwrap_or_default();
                match (&open, head) {
                    (None, "") => {}
                    (Some(_), "") => {}
                    // Text without a slash before it: `:id.json`, or a pattern without a slash.
                    _ => return (segments, false),
                }
                for part in parts {
                    segments.extend(open.take());
                    open = Some(Segment::Literal(part));
                }
            }
            Piece::Capture(capture) => {
                let whole = !capture.wildcard
                    && capture.otherwise == Otherwise::Nothing
                    && capture.stops == ["/"]
                    && matches!(open, Some(Segment::Literal("")))
                    && match pieces.get(index + 1) {
                        None => true,
                        Some(Piece::Text(text)) => text.starts_with('/'),
                        Some(Piece::Capture(_)) => false,
                    };
                if !whole {
                    return (segments, false);
                }
                open = Some(Segment::Param);
            }
        }
    }
    segments.extend(open);
    (segments, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(patterns: &[&str]) -> Index<usize> {
        let mut index = Index::default();
        for (number, pattern) in patterns.iter().enumerate() {
            index.insert(Arc::new(Pattern::new("", pattern).unwrap()), number);
        }
        index
    }

    #[test]
    fn the_order_of_insertion_decides() {
        let index = index(&[
            "users/me",
            "users/:id",
            "users/*",
            "*",
            "users/:id?",
            "USERS/Me",
            "users/:id.json",
            "users/",
            ":any/me",
            "users(/me)?",
        ]);
        for (path, expected) in [
            ("/users/me", vec![0, 1, 2, 3, 4, 5, 8, 9]),
            ("/users/7", vec![1, 2, 3, 4]),
            ("/users/7.json", vec![1, 2, 3, 4, 6]),
            ("/users", vec![3, 4, 9]),
            ("/users/", vec![3, 4, 7, 9]),
            ("/users/me/", vec![0, 1, 2, 3, 4, 5, 8, 9]),
            ("/users/1/2", vec![2, 3]),
            ("/", vec![]),
            ("*", vec![]),
        ] {
            let found: Vec<usize> = index.find(path).map(|found| *found.value).collect();
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn the_index_agrees_with_each_pattern() {
        let patterns = [
            "a/:x-:y", "a/:b/c", "a{/:b}/c", "*rest", "a/*w/c", "", "a//b", "a:b", "%20", "a/:b?",
        ];
        let index = index(&patterns);
        let paths = [
            "/",
            "/a",
            "/a/",
            "/a/c",
            "/a/1/c",
            "/a/1-2",
            "/axx",
            "/a/b",
            "/%20",
            "/A/1/2/C/",
            "/a//c",
        ];
        for path in paths {
            let found: Vec<usize> = index.find(path).map(|found| *found.value).collect();
            let expected: Vec<usize> = (0..patterns.len())
                .filter(|&n| Pattern::new("", patterns[n]).unwrap().find(path).is_some())
                .collect();
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn parameters_come_from_the_way_that_fits() {
        let index = index(&["f/:file.:ext?"]);
        let params = index.find("/f/a").next().unwrap().params("/f/a");
        assert_eq!(params.get("file"), Some(&"a".into()));
        assert!(!params.contains_key("ext"));
    }
}
