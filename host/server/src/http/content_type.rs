//! Content-Type as express and Mockoon 9.9 treat it: which charset is added, when the value is
//! written anew, and in which encoding the body leaves.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;

/// The value with the charset that is added when a header is set: only for types that begin
/// like texts, and only if there is no lower-case `charset=` yet.
pub(crate) fn with_charset(value: &str) -> Cow<'_, str> {
    let kind = value.split(';').next().unwrap_or_default();
    let is_text = ["text/", "application/json", "application/javascript"]
        .iter()
        .any(|start| kind.starts_with(start));
    if !is_text || charset(value, false).is_some() {
        return value.into();
    }
    format!("{value}; charset=utf-8").into()
}

/// How a text body leaves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The header's new value; none when it stays as it is written.
    pub(crate) content_type: Option<String>,
    /// The bytes in the declared charset.
    pub(crate) body: Bytes,
}

/// Decides header and bytes of a text body, which comes as UTF-8.
///
/// # Errors
/// A value that is no media type, in the words clients know.
pub(crate) fn send(value: Option<&str>, body: Bytes) -> Result<Sent, &'static str> {
    let Some(value) = value else {
        return Ok(Sent {
            content_type: Some("text/html; charset=utf-8".to_owned()),
            body,
        });
    };
    Ok(match charset(value, true) {
        Some(charset) => Sent {
            content_type: None,
            body: encode(charset, body),
        },
        None => Sent {
            content_type: Some(rewrite(value)?),
            body,
        },
    })
}

/// The value of the first `; charset=`; one that is empty counts as UTF-8.
fn charset(value: &str, any_case: bool) -> Option<&str> {
    let mut rest = value;
    while let Some(at) = rest.find(';') {
        rest = &rest[at + 1..];
        let name_and_value = rest.trim_start();
        let Some(name) = name_and_value.get(..7) else {
            continue;
        };
        let same = if any_case {
            name.eq_ignore_ascii_case("charset")
        } else {
            name == "charset"
        };
        if let (true, Some(value)) = (same, name_and_value[7..].trim_start().strip_prefix('=')) {
            let value = value.trim_start();
            let value = value.strip_prefix('"').unwrap_or(value);
            return Some(value.split([';', '"']).next().unwrap_or_default().trim());
        }
    }
    None
}

fn encode(charset: &str, body: Bytes) -> Bytes {
    let Ok(text) = std::str::from_utf8(&body) else {
        return body;
    };
    match charset.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "latin1" | "binary" | "windows-1252" | "iso88591" | "iso_8859_1"
        | "iso_8859-1" | "ascii" | "us-ascii"
            if !text.is_ascii() =>
        {
            // Node keeps the low byte of each UTF-16 unit.
            text.encode_utf16().map(|unit| unit as u8).collect()
        }
        "utf-16le" | "utf16le" | "ucs-2" | "ucs2" | "utf-16" | "utf16" => {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        _ => body,
    }
}

/// `type/subtype; a=b; charset=utf-8`: type and names in lower case, parameters sorted.
fn rewrite(value: &str) -> Result<String, &'static str> {
    let (kind, mut rest) = match value.find(';') {
        Some(at) => (value[..at].trim(), &value[at..]),
        None => (value.trim(), ""),
    };
    let valid = kind
        .split_once('/')
        .is_some_and(|(a, b)| is_token(a) && is_token(b));
    if !valid {
        return Err("invalid media type");
    }
    let mut parameters = vec![("charset".to_owned(), "utf-8".to_owned())];
    while !rest.is_empty() {
        let (name, value, after) = parameter(rest).ok_or("invalid parameter format")?;
        let name = name.to_ascii_lowercase();
        if name != "charset" {
            parameters.retain(|(other, _)| *other != name);
            parameters.push((name, value));
        }
        rest = after;
    }
    parameters.sort();
    let mut out = kind.to_ascii_lowercase();
    for (name, value) in parameters {
        if is_token(&value) {
            let _ = write!(out, "; {name}={value}");
        } else {
            let _ = write!(
                out,
                "; {name}=\"{}\"",
                value.replace('\\', "\\\\").replace('"', "\\\"")
            );
        }
    }
    Ok(out)
}

/// Reads `; name=value`; answers name, value and what follows.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.strip_prefix(';')?.trim_start_matches(' ');
    let (name, text) = text.split_once('=')?;
    let name = name.trim_end_matches(' ');
    if !is_token(name) {
        return None;
    }
    let text = text.trim_start_matches(' ');
    if let Some(quoted) = text.strip_prefix('"') {
        let mut value = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Some((name, value, quoted[at + 1..].trim_start_matches(' '))),
                '\\' => value.push(chars.next()?.1),
                c => value.push(c),
            }
        }
        return None;
    }
    let end = text.find([' ', ';']).unwrap_or(text.len());
    let value = &text[..end];
    let after = text[end..].trim_start_matches(' ');
    (is_token(value) && (after.is_empty() || after.starts_with(';')))
        .then(|| (name, value.to_owned(), after))
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+.^_`|~-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charset_is_added_to_texts() {
        for (value, set) in [
            ("text/plain", "text/plain; charset=utf-8"),
            ("application/json", "application/json; charset=utf-8"),
            (
                "application/json-patch+json",
                "application/json-patch+json; charset=utf-8",
            ),
            (
                "application/json; charset=utf-8",
                "application/json; charset=utf-8",
            ),
            ("text/html;charset = x", "text/html;charset = x"),
            (
                "text/html; CHARSET=x",
                "text/html; CHARSET=x; charset=utf-8",
            ),
            (
                "text/html; charset&#x3D;utf-8",
                "text/html; charset&#x3D;utf-8; charset=utf-8",
            ),
            ("image/svg+xml", "image/svg+xml"),
            ("TEXT/plain", "TEXT/plain"),
        ] {
            assert_eq!(with_charset(value), set);
        }
    }

    #[test]
    fn bodies_leave_in_the_declared_charset() {
        let sent = |value: Option<&str>| send(value, Bytes::from("é€"));
        let rewritten = |value: &str| {
            Ok(Sent {
                content_type: Some(value.to_owned()),
                body: Bytes::from("é€"),
            })
        };
        let written = |bytes: &'static [u8]| {
            Ok(Sent {
                content_type: None,
                body: Bytes::from_static(bytes),
            })
        };
        assert_eq!(sent(None), rewritten("text/html; charset=utf-8"));
        assert_eq!(
            sent(Some("image/svg+xml")),
            rewritten("image/svg+xml; charset=utf-8")
        );
        assert_eq!(
            sent(Some("A/B; Z=1; b=\"x y\"")),
            rewritten("a/b; b=\"x y\"; charset=utf-8; z=1")
        );
        assert_eq!(
            sent(Some("text/plain; charset=utf-8")),
            written("é€".as_bytes())
        );
        assert_eq!(
            sent(Some("text/plain; charset=latin1")),
            written(b"\xe9\xac")
        );
        assert_eq!(
            sent(Some("text/plain; charset=\"UTF-16\"")),
            written(b"\xe9\0\xac\x20")
        );
        assert_eq!(
            sent(Some("text/plain; charset=klingon")),
            written("é€".as_bytes())
        );
        assert_eq!(sent(Some("nonsense")), Err("invalid media type"));
        assert_eq!(sent(Some("a/b; c")), Err("invalid parameter format"));
        assert_eq!(sent(Some("a/b; c=d e")), Err("invalid parameter format"));
    }
}
