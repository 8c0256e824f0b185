//! Where in its text a JSON pointer leads.
//!
//! Problems are found in values, which do not know where they came from. Only when there are
//! problems to report is the text read a second time, by a scanner that records nothing but
//! positions; a file without problems pays nothing.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::problem::join;
use crate::source::{Format, without_mark, yaml_options};

/// Lines and columns of every value of a document, from 1.
#[derive(Debug, Default)]
pub(crate) struct Places(HashMap<String, (usize, usize)>);

impl Places {
    /// Reads the positions of a document that parses.
    pub(crate) fn of(text: &str, format: Format) -> Self {
        let mut places = HashMap::new();
        match format {
            Format::Json => {
                let mut scanner = Scanner {
                    bytes: without_mark(text).as_bytes(),
                    at: 0,
                    line: 1,
                    line_start: 0,
                    places: &mut places,
                };
                scanner.value("", 0);
            }
            Format::Yaml => {
                let node = serde_saphyr::from_str_with_options::<Node>(text, yaml_options());
                if let Ok(node) = node {
                    node.record("", &mut places);
                }
            }
        }
        Self(places)
    }

    /// The place of a value; of the nearest value around it when it is not in the text (a field
    /// that is missing, or that came from a migration).
    pub(crate) fn find(&self, pointer: &str) -> Option<(usize, usize)> {
        let mut pointer = pointer;
        loop {
            if let Some(&place) = self.0.get(pointer) {
                return Some(place);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}

/// Reads JSON for the sake of positions. The text has been parsed before, so anything
/// unexpected just ends the scan.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    places: &'a mut HashMap<String, (usize, usize)>,
}

impl Scanner<'_> {
    fn space(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.line_start = self.at + 1;
                }
                b' ' | b'\t' | b'\r' => {}
                _ => return Some(byte),
            }
            self.at += 1;
        }
    }

    fn value(&mut self, pointer: &str, depth: usize) -> Option<()> {
        let first = self.space()?;
        // serde_json refuses deeper documents before this one sees them.
        if depth > 128 {
            return None;
        }
        let before = &self.bytes[self.line_start..self.at];
        let column = 1 + before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        self.places.insert(pointer.to_owned(), (self.line, column));
        match first {
            b'{' => {
                self.at += 1;
                while self.space()? != b'}' {
                    let key = self.text()?;
                    if self.space()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    self.value(&join(pointer, key), depth + 1)?;
                    if self.space()? == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            b'[' => {
                self.at += 1;
                let mut index = 0usize;
                while self.space()? != b']' {
                    self.value(&join(pointer, index), depth + 1)?;
                    index += 1;
                    if self.space()? == b',' {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            b'"' => {
                self.text()?;
            }
            _ => {
                let rest = &self.bytes[self.at..];
                let end = rest.iter().position(|byte| b",]} \t\r\n".contains(byte));
                self.at += end.unwrap_or(rest.len()).max(1);
            }
        }
        Some(())
    }

    fn text(&mut self) -> Option<String> {
        let start = self.at;
        if *self.bytes.get(self.at)? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_slice(self.bytes.get(start..self.at)?).ok()
    }
}

/// A YAML value reduced to positions.
struct Node(Spanned<Shape>);

enum Shape {
    Scalar,
    Sequence(Vec<Node>),
    Mapping(Vec<(String, Node)>),
}

impl Node {
    fn record(&self, pointer: &str, places: &mut HashMap<String, (usize, usize)>) {
        let location = self.0.referenced;
        if let (Ok(line), Ok(column)) = (
            usize::try_from(location.line()),
            usize::try_from(location.column()),
        ) && line > 0
        {
            places.insert(pointer.to_owned(), (line, column));
        }
        match &self.0.value {
            Shape::Scalar => {}
            Shape::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.record(&join(pointer, index), places);
                }
            }
            Shape::Mapping(entries) => {
                for (key, item) in entries {
                    item.record(&join(pointer, key), places);
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any YAML value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(Self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Shape, D::Error> {
        IgnoredAny::deserialize(inner).map(|_| Shape::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Shape::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Shape, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = mapping.next_entry()? {
            entries.push(entry);
        }
        Ok(Shape::Mapping(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_places() {
        let text = "{\n  \"é\": [1, {\"x/y\": \"a\\\"b\"}],\n  \"n\": null }";
        let places = Places::of(text, Format::Json);
        for (pointer, expected) in [
            ("", (1, 1)),
            ("/é", (2, 8)),
            ("/é/0", (2, 9)),
            ("/é/1/x~1y", (2, 20)),
            ("/n", (3, 8)),
            ("/n/missing/deeper", (3, 8)),
            ("/é/1/unknown", (2, 12)),
        ] {
            assert_eq!(places.find(pointer), Some(expected), "{pointer}");
        }
    }

    #[test]
    fn yaml_places() {
        let text = "name: x\nroutes:\n  - endpoint: a\n    responses: [{body: b}]\n";
        let places = Places::of(text, Format::Yaml);
        for (pointer, expected) in [
            ("/name", (1, 7)),
            ("/routes/0/endpoint", (3, 15)),
            ("/routes/0/responses/0/body", (4, 24)),
            ("/routes/0/method", (3, 5)),
        ] {
            assert_eq!(places.find(pointer), Some(expected), "{pointer}");
        }
    }
}
