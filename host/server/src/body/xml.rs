//! XML as `xml-js` shows it in its compact form: `{"a":{"_attributes":{"x":"1"},"_text":"t"}}`.
//!
//! What comes again becomes an array, texts of nothing but white space are left out, and a
//! document that ends too early is read as far as it goes. Everything else that is not well
//! formed is a failure: an attribute without a value, an unknown entity, a stray end tag.
//! Elements nest 128 deep at most, so that no document can exhaust a stack later on.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};
use wasmock_javascript::{Object, Value, number};

use super::ParseFailure;

/// Each level can become two of the value: an array and an object.
const MAX_DEPTH: usize = 128;

type Done = Result<(), ParseFailure>;

pub(super) fn parse(text: &str) -> Result<Value, ParseFailure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut document = Document {
        open: vec![("".into(), Object::new())],
        text: String::new(),
        has_root: false,
    };
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => document.event(&event)?,
            // The text ends inside a tag, a comment or the like.
            Err(Error::Syntax(_)) if reader.buffer_position() >= text.len() as u64 => break,
            Err(error) => return Err(ParseFailure::new(error.to_string())),
        }
    }
    document.finish()
}

struct Document {
    /// The elements that are open, the document itself first.
    open: Vec<(String, Object)>,
    /// Text and entities up to the next tag.
    text: String,
    has_root: bool,
}

impl Document {
    fn event(&mut self, event: &Event<'_>) -> Done {
        match event {
            Event::Text(text) => self.text.push_str(text),
            Event::GeneralRef(name) => self.text.push_str(&entity(name)?),
            // To the library there is nothing here, so the text goes on.
            Event::Comment(comment) if comment.is_empty() => {}
            _ => {
                self.close_text()?;
                self.markup(event)?;
            }
        }
        Ok(())
    }

    fn markup(&mut self, event: &Event<'_>) -> Done {
        match event {
            Event::Start(tag) => self.start(tag)?,
            Event::Empty(tag) => {
                self.start(tag)?;
                self.end();
            }
            Event::End(tag) => {
                let name = tag.name();
                let name = name.as_ref().trim_end_matches([' ', '\t', '\r', '\n']);
                match self.open.last() {
                    Some((open, _)) if self.open.len() > 1 && open == name => self.end(),
                    _ => return Err(ParseFailure::new(format!("unexpected end tag </{name}>"))),
                }
            }
            Event::CData(text) if !text.is_empty() => self.add("_cdata", Value::text(&**text)),
            Event::Comment(text) => self.add("_comment", Value::text(&**text)),
            Event::DocType(text) => {
                if self.has_root || self.open[0].1.contains_key("_doctype") {
                    return Err(ParseFailure::new(
                        "a document type declaration in the wrong place",
                    ));
                }
                self.add("_doctype", Value::text(&**text));
            }
            Event::Decl(declaration) => self.instruction(declaration),
            Event::PI(instruction) => self.instruction(instruction),
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Done {
        if self.open.len() > MAX_DEPTH {
            return Err(ParseFailure::new("elements nest too deeply"));
        }
        let name = tag.name();
        let name = name.as_ref();
        if !is_name(name) {
            return Err(ParseFailure::new(format!(
                "<{name}> is no name of an element"
            )));
        }
        let attributes = attributes(tag.attributes_raw())?;
        let mut element = Object::new();
        if !attributes.is_empty() {
            element.insert("_attributes", Value::object(attributes));
        }
        self.has_root = true;
        self.open.push((name.to_owned(), element));
        Ok(())
    }

    fn end(&mut self) {
        if let Some((name, element)) = self.open.pop() {
            self.add(&name, Value::object(element));
        }
    }

    /// `<?name body?>`
    fn instruction(&mut self, text: &str) {
        let end = text.find(is_space).unwrap_or(text.len());
        let (name, body) = (&text[..end], text[end..].trim_start_matches(is_space));
        if !name.eq_ignore_ascii_case("xml") {
            return self.add(
                "_instruction",
                Value::object([(name, Value::text(body))].into_iter().collect()),
            );
        }
        let attributes = pseudo_attributes(body);
        let mut declaration = Object::new();
        if !attributes.is_empty() {
            declaration.insert("_attributes", Value::object(attributes));
        }
        if let Some((_, element)) = self.open.last_mut() {
            element.insert("_declaration", Value::object(declaration));
        }
    }

    fn close_text(&mut self) -> Done {
        let text = std::mem::take(&mut self.text);
        if number::trim(&text).is_empty() {
            return Ok(());
        }
        if self.open.len() == 1 {
            return Err(ParseFailure::new("text outside the root element"));
        }
        self.add("_text", text.into());
        Ok(())
    }

    /// Adds a member to the innermost open element.
    fn add(&mut self, name: &str, value: Value) {
        let Some((_, element)) = self.open.last_mut() else {
            return;
        };
        match element.get_mut(name) {
            None => {
                element.insert(name, value);
            }
            Some(Value::Array(items)) => std::sync::Arc::make_mut(items).push(value),
            Some(one) => {
                let before = std::mem::take(one);
                *one = Value::array(vec![before, value]);
            }
        }
    }

    fn finish(mut self) -> Result<Value, ParseFailure> {
        self.close_text()?;
        while self.open.len() > 1 {
            self.end();
        }
        Ok(self
            .open
            .pop()
            .map_or(Value::Undefined, |(_, root)| Value::object(root)))
    }
}

/// `a="1" b='2'`; of equal names the first counts.
fn attributes(text: &str) -> Result<Object, ParseFailure> {
    let wrong =
        |what: &str| ParseFailure::new(format!("{what} in the attributes `{}`", text.trim()));
    let mut attributes = Object::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start_matches(is_space);
        if trimmed.is_empty() {
            return Ok(attributes);
        }
        if trimmed.len() == rest.len() {
            return Err(wrong("no white space"));
        }
        let (name, value) = trimmed.split_once('=').ok_or_else(|| wrong("no value"))?;
        let name = name.trim_end_matches(is_space);
        if !is_name(name) {
            return Err(wrong("a wrong name"));
        }
        let value = value.trim_start_matches(is_space);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quote = quote.ok_or_else(|| wrong("no quotes"))?;
        let (value, behind) = value[1..]
            .split_once(quote)
            .ok_or_else(|| wrong("an open quote"))?;
        if !attributes.contains_key(name) {
            attributes.insert(name, unescape(value)?.into());
        }
        rest = behind;
    }
}

fn unescape(text: &str) -> Result<String, ParseFailure> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        out.push_str(before);
        let (name, behind) = reference
            .split_once(';')
            .ok_or_else(|| ParseFailure::new("an entity without its semicolon"))?;
        out.push_str(&entity(name)?);
        rest = behind;
    }
    Ok(out + rest)
}

/// What an entity stands for: those of HTML are known, too, and in small letters if not as written.
fn entity(name: &str) -> Result<Cow<'static, str>, ParseFailure> {
    let lower = name.to_ascii_lowercase();
    let found = match lower.strip_prefix('#') {
        Some(number) => character(number).map(|c| c.to_string().into()),
        None => resolve_html5_entity(name)
            .or_else(|| resolve_html5_entity(&lower))
            .map(Cow::Borrowed),
    };
    found.ok_or_else(|| ParseFailure::new(format!("an unknown entity: &{name};")))
}

fn character(number: &str) -> Option<char> {
    let (digits, radix) = number
        .strip_prefix('x')
        .map_or((number, 10), |hex| (hex, 16));
    let plain = digits.chars().all(|c| c.is_digit(radix));
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| plain)?;
    let allowed = matches!(code, 0x9 | 0xa | 0xd | 0x20..=0xfffd | 0x1_0000..);
    char::from_u32(code).filter(|_| allowed)
}

/// The version and the encoding of an XML declaration, by the library's lenient rules.
fn pseudo_attributes(text: &str) -> Object {
    let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let mut attributes = Object::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('=') {
        let before = before.trim_end_matches(number::is_space);
        let start = before
            .rfind(|c| !is_word(c) && c != ':' && c != '-')
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        let name = &before[start..];
        let value = behind.trim_start_matches(number::is_space);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, behind) = match quote {
            Some(quote) => match value[1..].split_once(quote) {
                Some(found) => found,
                None => break,
            },
            None => value.split_at(value.find(|c| !is_word(c)).unwrap_or(value.len())),
        };
        if !name.is_empty() {
            // An empty value is no value to the library.
            attributes.insert(
                name,
                if value.is_empty() {
                    Value::Undefined
                } else {
                    value.into()
                },
            );
        }
        rest = behind;
    }
    attributes
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\r' | '\t')
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

fn starts_name(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}')
}

fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    #[test]
    fn documents_take_the_compact_form() {
        for (xml, expected) in [
            ("", "{}"),
            ("\u{feff}<a/>", r#"{"a":{}}"#),
            ("<a x=\"1\" x='2'/>", r#"{"a":{"_attributes":{"x":"1"}}}"#),
            (
                "<a\n\tx = \"&lt;&#10;<\" />",
                r#"{"a":{"_attributes":{"x":"<\n<"}}}"#,
            ),
            (
                "<a>t<b/>u<b/>v</a>",
                r#"{"a":{"_text":["t","u","v"],"b":[{},{}]}}"#,
            ),
            ("<a>  <b> x </b>\n</a>", r#"{"a":{"b":{"_text":" x "}}}"#),
            ("<a>&AMP;&#65;&#x42; ok</a>", r#"{"a":{"_text":"&AB ok"}}"#),
            (
                "<a><![CDATA[x]]><![CDATA[y]]><![CDATA[]]></a>",
                r#"{"a":{"_cdata":["x","y"]}}"#,
            ),
            ("<!-- c --><a><!----></a>", r#"{"_comment":" c ","a":{}}"#),
            (
                "<?xml version=\"1.0\" encoding='UTF-8'?><a/>",
                r#"{"_declaration":{"_attributes":{"version":"1.0","encoding":"UTF-8"}},"a":{}}"#,
            ),
            (
                "<a><?pi  foo bar ?></a>",
                r#"{"a":{"_instruction":{"pi":"foo bar "}}}"#,
            ),
            ("<!DOCTYPE html><a/>", r#"{"_doctype":"html","a":{}}"#),
            (
                "<a:b xmlns:a=\"u\"></a:b >",
                r#"{"a:b":{"_attributes":{"xmlns:a":"u"}}}"#,
            ),
            ("<a/><b/>", r#"{"a":{},"b":{}}"#),
            ("<a><b>t", r#"{"a":{"b":{"_text":"t"}}}"#),
            ("<a", "{}"),
            ("<a x=\"1", "{}"),
            ("<a><!-- foo", r#"{"a":{}}"#),
            ("<a><![CDATA[foo", r#"{"a":{}}"#),
        ] {
            assert_eq!(
                json::to_text(&parse(xml).unwrap()).unwrap(),
                expected,
                "{xml}"
            );
        }
    }

    #[test]
    fn what_is_not_well_formed_fails() {
        for xml in [
            "<a><b></a>",
            "</a>",
            "<a></b>",
            "<a x=1/>",
            "<a x/>",
            "<a x=\"1\"y=\"2\"/>",
            "<a>&foo;</a>",
            "<a>& b</a>",
            "<a/>text",
            "text",
            "<a><!-- a -- b --></a>",
            "<a/><!DOCTYPE b>",
            "<1/>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
        ] {
            assert!(parse(xml).is_err(), "{xml}");
        }
        assert!(parse(&"<a>".repeat(100_000)).is_err());
    }
}
