//! `decodeURIComponent`, and Node's lenient sister of it.

use std::borrow::Cow;

/// `decodeURIComponent(text)`; `None` where it throws: a `%` without two digits, or escapes
/// that are no UTF-8.
pub(super) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr(b'%', rest) {
        bytes.extend_from_slice(&rest[..at]);
        bytes.push(escape(&rest[at..])?);
        rest = &rest[at + 3..];
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// `querystring.unescape(text)`: what `decodeURIComponent` refuses is decoded byte by byte,
/// bad escapes stay as they are.
pub(super) fn decode_leniently(text: &str) -> Cow<'_, str> {
    if let Some(decoded) = decode(text) {
        return decoded;
    }
    Cow::Owned(
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

fn escape(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_decode_or_throw_as_in_javascript() {
        for (text, decoded) in [
            ("a%20b", Some("a b")),
            ("%c3%A9", Some("é")),
            ("é%41", Some("éA")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%ff", None),
            ("%c3é", None),
            ("%ed%a0%80", None),
        ] {
            assert_eq!(decode(text).as_deref(), decoded, "{text}");
        }
        assert_eq!(decode_leniently("%41%zz%ff"), "A%zz\u{fffd}");
    }
}
