//! `decodeURIComponent`, which refuses what is no percent-encoded UTF-8.

use std::borrow::Cow;

/// The decoded text; nothing when an escape is broken.
pub(crate) fn decode_component(text: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'%', text.as_bytes()).is_none() {
        return Some(text.into());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let high = char::from(*bytes.get(at + 1)?).to_digit(16)?;
            let low = char::from(*bytes.get(at + 2)?).to_digit(16)?;
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// Whether [`decode_component`] would succeed; free for a text without escapes.
pub(crate) fn is_decodable(text: &str) -> bool {
    decode_component(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::decode_component;

    #[test]
    fn broken_escapes_are_refused() {
        for (text, decoded) in [
            ("a%20b", Some("a b")),
            ("%C3%A9", Some("é")),
            ("plain+", Some("plain+")),
            ("%", None),
            ("%zz", None),
            ("%C3", None),
            ("%+1", None),
        ] {
            assert_eq!(decode_component(text).as_deref(), decoded, "{text}");
        }
    }
}
