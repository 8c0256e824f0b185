//! Query strings and forms: flat texts with nested names (`a[b][]=1`), as `qs` reads them.
//!
//! A query may make arrays of 1000 items and nest 5 deep, a form 20 and 10; what is beyond
//! becomes an object, or one literal name. Only the first thousand parameters count. Holes
//! close at the end. The query of a WebSocket handshake is flat, as Node's own parser reads
//! it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use indexmap::map::Entry;
use wasmock_javascript::{Object, Text, Value, is_array_index};

use super::percent;

const MAX_PARAMETERS: usize = 1000;

#[derive(Clone, Copy)]
struct Rules {
    /// Longer arrays become objects.
    array_limit: usize,
    /// Deeper names become one literal name.
    depth: usize,
    /// Whether names that every object inherits are kept.
    inherited_names: bool,
}

/// The query of an HTTP request.
pub(crate) fn query(text: &str) -> Value {
    parse(
        text,
        Rules {
            array_limit: 1000,
            depth: 5,
            inherited_names: true,
        },
    )
}

/// A body of type `application/x-www-form-urlencoded`.
pub(crate) fn form(text: &str) -> Value {
    parse(
        text,
        Rules {
            array_limit: 20,
            depth: 10,
            inherited_names: false,
        },
    )
}

/// The query of a WebSocket handshake: repeated names make arrays, brackets mean nothing.
pub(crate) fn flat_query(text: &str) -> Value {
    let mut members: IndexMap<String, Vec<Value>> = IndexMap::new();
    for part in text
        .split('&')
        .filter(|part| !part.is_empty())
        .take(MAX_PARAMETERS)
    {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let plain = |text: &str| percent::decode_leniently(&text.replace('+', " ")).into_owned();
        members
            .entry(plain(name))
            .or_default()
            .push(plain(value).into());
    }
    let members = members.into_iter().map(|(name, mut values)| {
        let value = if values.len() == 1 {
            values.pop().unwrap_or_default()
        } else {
            values.into()
        };
        (name, value)
    });
    Value::object(members.collect())
}

/// What a name holds while the text is read.
#[derive(Clone)]
enum Node {
    Text(Text),
    List(List),
    Map(Map),
}

/// An array that may have holes.
#[derive(Clone, Default)]
struct List {
    items: BTreeMap<usize, Node>,
    length: usize,
}

#[derive(Clone, Default)]
struct Map {
    members: IndexMap<Text, Node>,
    /// The highest index of an object that was an array until it grew beyond the limit.
    highest: Option<u64>,
}

fn parse(text: &str, rules: Rules) -> Value {
    if let Some(object) = flat(text) {
        return Value::object(object);
    }
    let (mut indexes, mut others): (Vec<_>, Vec<_>) = parameters(text, rules)
        .into_iter()
        .partition(|(name, _)| is_array_index(name));
    indexes.sort_by_key(|(name, _)| name.parse::<u32>().unwrap_or(u32::MAX));
    let mut all = Node::Map(Map::default());
    for (name, value) in indexes.drain(..).chain(others.drain(..)) {
        if let Some(nested) = segments(&name, rules).map(|segments| nest(&segments, value, rules)) {
            all = merge(all, nested, rules);
        }
    }
    all.into_value()
}

/// What most queries are: a few names without brackets, each of them once.
fn flat(text: &str) -> Option<Object> {
    const FEW: usize = 16;
    let mut object = Object::with_capacity(4);
    for (count, part) in text.split('&').enumerate() {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let is_plain = |byte: u8| !matches!(byte, b'[' | b']' | b'%' | b'+');
        if count == FEW || !part.bytes().all(is_plain) || is_inherited(name) {
            return None;
        }
        if !name.is_empty() && object.insert(name, Value::text(value)).is_some() {
            return None;
        }
    }
    Some(object)
}

/// The parameters by their whole names, equal ones combined.
fn parameters(text: &str, rules: Rules) -> IndexMap<Text, Node> {
    let mut parameters: IndexMap<Text, Node> = IndexMap::new();
    let text = bare_brackets(text);
    for part in text.split('&').take(MAX_PARAMETERS) {
        let equals = part.find("]=").map(|at| at + 1).or_else(|| part.find('='));
        let (name, value) = equals.map_or((part, ""), |at| (&part[..at], &part[at + 1..]));
        let value = Node::Text(plain(value));
        match parameters.entry(plain(name)) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(mut entry) => {
                let before = std::mem::replace(entry.get_mut(), Node::List(List::default()));
                *entry.get_mut() = combine(before, value, rules);
            }
        }
    }
    parameters
}

/// Brackets may be escaped, in either case.
fn bare_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let bracket = match rest.as_bytes().get(at + 1..at + 3) {
            Some([b'5', b'B' | b'b']) => Some('['),
            Some([b'5', b'D' | b'd']) => Some(']'),
            _ => None,
        };
        out.push(bracket.unwrap_or('%'));
        rest = &rest[at + if bracket.is_some() { 3 } else { 1 }..];
    }
    out + rest
}

fn plain(text: &str) -> Text {
    let spaced = text.replace('+', " ");
    match percent::decode(&spaced) {
        Some(decoded) => decoded.as_ref().into(),
        None => spaced.into(),
    }
}

/// `a[b][c[]]` as `a`, `[b]`, `[c[]]`; `None` for a name that is dropped.
fn segments(name: &str, rules: Rules) -> Option<Vec<String>> {
    let allowed = |name: &str| rules.inherited_names || !is_inherited(name);
    if name.is_empty() {
        return None;
    }
    let mut open = name.find('[');
    let parent = &name[..open.unwrap_or(name.len())];
    let mut segments = Vec::new();
    if !parent.is_empty() {
        if !allowed(parent) {
            return None;
        }
        segments.push(parent.to_owned());
    }
    let mut groups = 0;
    while let Some(start) = open {
        // Without its end, or beyond the depth, the rest is one literal name.
        let end = if groups < rules.depth {
            closing(name, start)
        } else {
            None
        };
        let Some(end) = end else {
            segments.push(format!("[{}]", &name[start..]));
            break;
        };
        if !allowed(&name[start + 1..end]) {
            return None;
        }
        segments.push(name[start..=end].to_owned());
        groups += 1;
        open = name[end..].find('[').map(|at| end + at);
    }
    Some(segments)
}

fn closing(name: &str, start: usize) -> Option<usize> {
    let mut level = 0_usize;
    for (at, byte) in name.bytes().enumerate().skip(start) {
        match byte {
            b'[' => level += 1,
            b']' => {
                level -= 1;
                if level == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_inherited(name: &str) -> bool {
    matches!(
        name,
        "constructor"
            | "__defineGetter__"
            | "__defineSetter__"
            | "hasOwnProperty"
            | "__lookupGetter__"
            | "__lookupSetter__"
            | "isPrototypeOf"
            | "propertyIsEnumerable"
            | "toString"
            | "valueOf"
            | "__proto__"
            | "toLocaleString"
    )
}

/// Wraps a value from the innermost segment outwards.
fn nest(segments: &[String], value: Node, rules: Rules) -> Node {
    segments.iter().rev().fold(value, |leaf, segment| {
        if segment == "[]" {
            return match leaf {
                Node::Map(map) if map.highest.is_some() => Node::Map(map),
                leaf => combine(Node::List(List::default()), leaf, rules),
            };
        }
        let inner = segment
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']'));
        let name = inner.unwrap_or(segment);
        let index = inner.and_then(canonical_index);
        let mut map = Map::default();
        match index {
            Some(index) if index < rules.array_limit as u64 => {
                let mut list = List::default();
                list.put(index as usize, leaf);
                return Node::List(list);
            }
            Some(index) => {
                map.members.insert(name.into(), leaf);
                map.highest = Some(index);
            }
            None if name == "__proto__" => {}
            None => {
                map.members.insert(name.into(), leaf);
            }
        }
        Node::Map(map)
    })
}

fn canonical_index(text: &str) -> Option<u64> {
    let index: u64 = text.parse().ok()?;
    (index < 1 << 53 && index.to_string() == text).then_some(index)
}

impl List {
    fn put(&mut self, index: usize, node: Node) {
        self.items.insert(index, node);
        self.length = self.length.max(index + 1);
    }

    fn push(&mut self, node: Node) {
        self.put(self.length, node);
    }

    /// `[].concat(list, node)`: lists are spread.
    fn concat(&mut self, node: Node) {
        match node {
            Node::List(other) => {
                let start = self.length;
                for (index, node) in other.items {
                    self.put(start + index, node);
                }
                self.length = self.length.max(start + other.length);
            }
            other => self.push(other),
        }
    }

    /// Stays a list within the limit, else turns into an object.
    fn within(self, rules: Rules) -> Node {
        if self.length <= rules.array_limit {
            return Node::List(self);
        }
        let highest = self.length as u64 - 1;
        let mut map = self.into_map();
        map.highest = Some(highest);
        Node::Map(map)
    }

    fn into_map(self) -> Map {
        let members = self
            .items
            .into_iter()
            .map(|(index, node)| (index.to_string().into(), node));
        Map {
            members: members.collect(),
            highest: None,
        }
    }
}

impl Map {
    fn push(&mut self, node: Node) {
        let index = self.highest.map_or(0, |highest| highest + 1);
        self.members.insert(index.to_string().into(), node);
        self.highest = Some(index);
    }
}

impl Node {
    fn into_value(self) -> Value {
        match self {
            Self::Text(text) => Value::String(text),
            Self::List(list) => list.items.into_values().map(Self::into_value).collect(),
            Self::Map(map) => {
                let members = map
                    .members
                    .into_iter()
                    .map(|(name, node)| (name, node.into_value()));
                Value::object(members.collect::<Object>())
            }
        }
    }

    fn is_object(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

/// Two values under one whole name.
fn combine(before: Node, value: Node, rules: Rules) -> Node {
    match before {
        Node::Map(mut map) if map.highest.is_some() => {
            match value {
                Node::List(list) => list.items.into_values().for_each(|node| map.push(node)),
                other => map.push(other),
            }
            Node::Map(map)
        }
        Node::List(mut list) => {
            list.concat(value);
            list.within(rules)
        }
        before => {
            let mut list = List::default();
            list.push(before);
            list.concat(value);
            list.within(rules)
        }
    }
}

/// Two values under one part of a name.
fn merge(target: Node, source: Node, rules: Rules) -> Node {
    match (target, source) {
        // An empty text adds nothing to what is there.
        (target, Node::Text(text)) if text.is_empty() => target,
        (Node::List(mut list), source @ Node::Text(_)) => {
            list.push(source);
            list.within(rules)
        }
        (Node::Map(mut map), source @ Node::Text(_)) => {
            if map.highest.is_some() {
                map.push(source);
                return Node::Map(map);
            }
            pair(Node::Map(map), source)
        }
        (target @ Node::Text(_), Node::Map(source)) if source.highest.is_some() => {
            let mut shifted = Map {
                highest: source.highest.map(|highest| highest + 1),
                ..Map::default()
            };
            shifted.members.insert("0".into(), target);
            for (name, node) in source.members {
                let index = name
                    .parse::<u64>()
                    .map_or_else(|_| "NaN".into(), |n| (n + 1).to_string());
                shifted.members.insert(index.into(), node);
            }
            Node::Map(shifted)
        }
        (target @ Node::Text(_), source) => {
            let mut list = List::default();
            list.push(target);
            list.concat(source);
            list.within(rules)
        }
        (Node::List(target), Node::List(source)) => merge_lists(target, source, rules),
        (Node::List(target), Node::Map(source)) => merge_maps(target.into_map(), source, rules),
        (Node::Map(target), Node::Map(source)) => merge_maps(target, source, rules),
        (Node::Map(target), Node::List(source)) => merge_maps(target, source.into_map(), rules),
    }
}

fn pair(first: Node, second: Node) -> Node {
    let mut list = List::default();
    list.push(first);
    list.push(second);
    Node::List(list)
}

fn merge_lists(mut target: List, source: List, rules: Rules) -> Node {
    for (index, item) in source.items {
        match target.items.remove(&index) {
            None => target.put(index, item),
            Some(before) if before.is_object() && item.is_object() => {
                target.put(index, merge(before, item, rules));
            }
            Some(before) => {
                target.put(index, before);
                target.push(item);
            }
        }
    }
    target.within(rules)
}

fn merge_maps(mut target: Map, source: Map, rules: Rules) -> Node {
    for (name, node) in source.members {
        let index = canonical_index(&name);
        match target.members.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(node);
            }
            Entry::Occupied(mut entry) => {
                let before = std::mem::replace(entry.get_mut(), Node::List(List::default()));
                *entry.get_mut() = merge(before, node, rules);
            }
        }
        if target.highest.is_none() {
            target.highest = source.highest;
        }
        if let (Some(highest), Some(index)) = (target.highest, index) {
            target.highest = Some(highest.max(index));
        }
    }
    Node::Map(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    fn check(parse: fn(&str) -> Value, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(json::to_text(&parse(text)).unwrap(), *expected, "{text}");
        }
    }

    #[test]
    fn queries_nest() {
        check(
            query,
            &[
                ("", "{}"),
                ("a=1&b=2&a=3", r#"{"a":["1","3"],"b":"2"}"#),
                ("a", r#"{"a":""}"#),
                ("=x&&", "{}"),
                ("a[b][c]=1&a[b][d]=2", r#"{"a":{"b":{"c":"1","d":"2"}}}"#),
                ("a[]=1&a[]=2&a=3", r#"{"a":["1","2","3"]}"#),
                ("a%5B1%5d=x&a[0]=y", r#"{"a":["y","x"]}"#),
                ("a[5]=x&a[2]=y", r#"{"a":["y","x"]}"#),
                ("a[999]=x", r#"{"a":["x"]}"#),
                ("a[1000]=x", r#"{"a":{"1000":"x"}}"#),
                ("a[01]=x", r#"{"a":{"01":"x"}}"#),
                (
                    "a[b][c][d][e][f][g][h]=x",
                    r#"{"a":{"b":{"c":{"d":{"e":{"f":{"[g][h]":"x"}}}}}}}"#,
                ),
                ("a[b=1", r#"{"a":{"[b":"1"}}"#),
                (
                    "a+b=c%20d&e=%zz&%ff=+",
                    r#"{"a b":"c d","e":"%zz","%ff":" "}"#,
                ),
                (
                    "toString=1&a[constructor]=2&__proto__[x]=3&a[__proto__]=4",
                    r#"{"toString":"1","a":{"constructor":"2"}}"#,
                ),
                ("a=1&a[b]=2", r#"{"a":["1",{"b":"2"}]}"#),
                ("a[b]=1&a=2", r#"{"a":[{"b":"1"},"2"]}"#),
                ("a[0]=1&a[b]=2", r#"{"a":{"0":"1","b":"2"}}"#),
                ("b=1&2=x&1=y", r#"{"1":"y","2":"x","b":"1"}"#),
            ],
        );
    }

    #[test]
    fn forms_have_smaller_arrays_and_deeper_names() {
        let twenty_one: Vec<String> = (0..21).map(|n| format!("a={n}")).collect();
        let value = form(&twenty_one.join("&"));
        assert_eq!(
            value.get("a").and_then(|a| a.get("20")),
            Some(Value::text("20"))
        );
        assert!(value.get("a").is_some_and(|a| a.as_object().is_some()));
        check(
            form,
            &[
                ("a[19]=x", r#"{"a":["x"]}"#),
                ("a[20]=x", r#"{"a":{"20":"x"}}"#),
                ("toString=1&b=2", r#"{"b":"2"}"#),
                (
                    "a[b][c][d][e][f][g]=x",
                    r#"{"a":{"b":{"c":{"d":{"e":{"f":{"g":"x"}}}}}}}"#,
                ),
            ],
        );
    }

    #[test]
    fn handshake_queries_are_flat() {
        check(
            flat_query,
            &[
                ("a=1&a=2&b[c]=3", r#"{"a":["1","2"],"b[c]":"3"}"#),
                ("&&a&=x", r#"{"a":"","":"x"}"#),
                ("a=%zz+b%41", r#"{"a":"%zz bA"}"#),
            ],
        );
    }

    #[test]
    fn hostile_queries_take_no_time_and_little_memory() {
        let deep = format!("a{}=x", "[b]".repeat(100_000));
        assert!(json::to_text(&query(&deep)).is_some());
        let open = "a[".repeat(100_000);
        assert!(json::to_text(&query(&open)).is_some());
        let sparse: Vec<String> = (0..2000)
            .map(|n| format!("a{n}[999][999][999]=x"))
            .collect();
        assert_eq!(
            query(&sparse.join("&")).as_object().map(Object::len),
            Some(1000)
        );
    }
}
