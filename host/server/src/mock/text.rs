//! Texts and headers of a file, sorted at load into those that are what they say and those
//! that a template must make.

use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use wasmock_environment as file;
use wasmock_exchange::Template;

use crate::files::path as paths;
use crate::http::content_type;

/// A text of the file.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    /// It is what it says.
    Fixed(Arc<str>),
    /// It is rendered at each use.
    Template(Template),
}

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        if Template::is_needed(text) {
            Self::Template(Template::new(text))
        } else {
            Self::fixed(text)
        }
    }

    /// The path of a file. What has no whole expression in it is a name, braces and all.
    pub(crate) fn path(path: &str) -> Self {
        let path = paths::with_slashes(path);
        let expression = path.find("{{").zip(path.rfind("}}"));
        match expression.is_some_and(|(start, end)| start + 2 < end) {
            true => Self::Template(Template::new(path)),
            false => Self::fixed(&path),
        }
    }

    /// A text that is not rendered, whatever is in it.
    pub(crate) fn fixed(text: &str) -> Self {
        Self::Fixed(text.into())
    }

    /// What the file says.
    pub(crate) fn source(&self) -> &Arc<str> {
        match self {
            Self::Fixed(text) => text,
            Self::Template(template) => &template.source,
        }
    }

    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }
}

/// A header of the file, with a name that HTTP allows.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderText,
    /// Makes what is sent of a rendered text; for answers that adds a charset.
    pub(crate) finish: fn(&HeaderName, &str) -> Option<HeaderValue>,
}

/// The value of a header.
#[derive(Clone, Debug)]
pub(crate) enum HeaderText {
    /// Ready to be sent.
    Fixed(HeaderValue),
    /// Rendered at each use.
    Template(Template),
}

impl Header {
    /// Nothing for a header that is never sent: with an empty name or value, or with one that
    /// HTTP does not allow.
    fn new(
        header: &file::Header,
        finish: fn(&HeaderName, &str) -> Option<HeaderValue>,
    ) -> Option<Self> {
        if header.key.is_empty() || header.value.is_empty() {
            return None;
        }
        let name = HeaderName::from_bytes(header.key.as_bytes()).ok()?;
        let value = if Template::is_needed(&header.value) {
            HeaderText::Template(Template::new(header.value.as_str()))
        } else {
            HeaderText::Fixed(finish(&name, &header.value)?)
        };
        Some(Self {
            name,
            value,
            finish,
        })
    }

    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self.value, HeaderText::Fixed(_))
    }
}

/// The headers of an answer that can be sent, in order.
pub(crate) fn headers(headers: &[file::Header]) -> Vec<Header> {
    headers
        .iter()
        .filter_map(|header| Header::new(header, header_value))
        .collect()
}

/// Headers that express never sees: those of calls to other servers and of their answers.
pub(crate) fn plain_headers(headers: &[file::Header]) -> Vec<Header> {
    headers
        .iter()
        .filter_map(|header| Header::new(header, |_, text| plain_value(text)))
        .collect()
}

/// A value as express writes it: a Content-Type gets a charset, the rest is [`plain_value`].
pub(crate) fn header_value(name: &HeaderName, text: &str) -> Option<HeaderValue> {
    if *name == http::header::CONTENT_TYPE {
        return plain_value(&content_type::with_charset(text));
    }
    plain_value(text)
}

/// A value as Node writes it: Latin-1, without spaces around it; nothing when a character has
/// no place in a header.
pub(crate) fn plain_value(text: &str) -> Option<HeaderValue> {
    let text = text.trim_matches([' ', '\t']);
    if text.is_ascii() {
        return HeaderValue::from_str(text).ok();
    }
    let latin: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    HeaderValue::from_bytes(&latin?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_templates_only_with_a_whole_expression() {
        for (path, is_template) in [
            ("a.txt", false),
            ("{{urlParam 'a'}}.txt", true),
            ("{{x.txt", false),
            ("}}{{", false),
            ("{{}}", false),
        ] {
            assert_eq!(!Text::path(path).is_fixed(), is_template, "{path}");
        }
    }

    #[test]
    fn values_are_latin_1_or_nothing() {
        let name = HeaderName::from_static("x-a");
        for (text, bytes) in [
            ("plain", Some(&b"plain"[..])),
            (" a\tb ", Some(b"a\tb")),
            ("é", Some(b"\xe9")),
            ("€", None),
            ("a\r\nb", None),
            ("", Some(b"")),
        ] {
            let value = header_value(&name, text);
            assert_eq!(value.as_ref().map(HeaderValue::as_bytes), bytes, "{text:?}");
        }
    }

    #[test]
    fn headers_that_cannot_be_sent_are_left_out() {
        let written = [
            ("a", "1"),
            ("", "1"),
            ("b", ""),
            ("b c", "1"),
            ("d", "x\ny"),
            ("e", "{{x}}"),
        ];
        let written: Vec<_> = written.map(|(k, v)| file::Header::new(k, v)).into();
        let names: Vec<_> = headers(&written)
            .into_iter()
            .map(|header| header.name)
            .collect();
        assert_eq!(names, ["a", "e"]);
    }
}
