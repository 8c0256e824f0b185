//! Repeated request headers, read as Node reads them.

use std::borrow::Cow;

/// Headers of which Node keeps the first line only.
const FIRST_ONLY: [&str; 18] = [
    "age",
    "authorization",
    "content-length",
    "content-type",
    "etag",
    "expires",
    "from",
    "host",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "proxy-authorization",
    "referer",
    "retry-after",
    "server",
    "user-agent",
];

/// The lines of one header, its name in lower case, as one text; `None` when there are none.
pub(crate) fn joined<'a>(
    name: &str,
    mut lines: impl Iterator<Item = Cow<'a, str>>,
) -> Option<Cow<'a, str>> {
    let mut text = lines.next()?;
    if FIRST_ONLY.contains(&name) {
        return Some(text);
    }
    let separator = match name {
        "cookie" => "; ",
        "set-cookie" => ",",
        _ => ", ",
    };
    for line in lines {
        let text = text.to_mut();
        text.push_str(separator);
        text.push_str(&line);
    }
    Some(text)
}
