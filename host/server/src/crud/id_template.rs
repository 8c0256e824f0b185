//! The expression that makes ids in a bucket's source: what stands behind the id's name.

use std::ops::Range;

/// The expression behind the id's key, such as `{{uuid}}` of `"id": "{{uuid}}"`. `key` is the
/// path of the id; objects on the way are followed by their names.
pub(super) fn find(source: &str, key: &str) -> Option<String> {
    let wanted: Vec<String> = key
        .replace("\\.", "\0")
        .split('.')
        .map(|part| part.replace('\0', "."))
        .collect();
    let expressions = expressions(source);
    let bytes = source.as_bytes();
    let mut objects: Vec<Vec<String>> = Vec::new();
    let mut pending: Option<Vec<String>> = None;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(expression) = expressions
            .iter()
            .find(|expression| expression.contains(&at))
        {
            at = expression.end;
            continue;
        }
        match bytes[at] {
            b'{' => {
                let path = pending
                    .take()
                    .or_else(|| objects.last().cloned())
                    .unwrap_or_default();
                objects.push(path);
                at += 1;
            }
            b'}' => {
                objects.pop();
                pending = None;
                at += 1;
            }
            byte if is_name_start(byte) => {
                let length = bytes[at..]
                    .iter()
                    .take_while(|byte| is_name(**byte))
                    .count();
                let name = &source[at..at + length];
                at += length;
                let Some(after) = after_colon(bytes, at) else {
                    continue;
                };
                let mut path = objects.last().cloned().unwrap_or_default();
                path.push(name.to_owned());
                if path == wanted
                    && let Some(expression) = expression_at(source, after, &expressions)
                {
                    return Some(source[expression].to_owned());
                }
                pending = Some(path);
                at = after;
            }
            _ => at += 1,
        }
    }
    None
}

/// Where the mustaches stand.
fn expressions(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = source[at..].find("{{").map(|open| at + open) {
        let close = if source[open..].starts_with("{{{") {
            source[open + 3..]
                .find("}}}")
                .map(|close| open + 3 + close + 3)
        } else {
            None
        };
        let close = close.or_else(|| {
            source[open + 2..]
                .find("}}")
                .map(|close| open + 2 + close + 2)
        });
        let Some(close) = close else { break };
        found.push(open..close);
        at = close;
    }
    found
}

/// The place behind the colon that follows a name.
fn after_colon(bytes: &[u8], mut at: usize) -> Option<usize> {
    if matches!(bytes.get(at), Some(b'"' | b'\'')) {
        at += 1;
    }
    at += bytes
        .get(at..)?
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    (bytes.get(at) == Some(&b':')).then_some(at + 1)
}

/// The expressions that begin a value, quoted or not; several that touch are one.
fn expression_at(source: &str, at: usize, expressions: &[Range<usize>]) -> Option<Range<usize>> {
    let rest = &source[at..];
    let mut start = at + (rest.len() - rest.trim_start().len());
    if source[start..].starts_with('"') {
        start += 1;
    }
    let mut end = start;
    while let Some(expression) = expressions
        .iter()
        .find(|expression| expression.start == end)
    {
        end = expression.end;
    }
    (end > start).then_some(start..end)
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$'
}

fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_expression_behind_the_id() {
        for (source, key, expression) in [
            (r#"[{"id": "{{uuid}}", "n": 1}]"#, "id", Some("{{uuid}}")),
            (r#"[{"id": {{{int 1 5}}}}]"#, "id", Some("{{{int 1 5}}}")),
            (
                r#"[{{#repeat 2}}{"n": "{{a}}", "id": "{{b}}{{c}}"}{{/repeat}}]"#,
                "id",
                Some("{{b}}{{c}}"),
            ),
            (r#"[{"a": {"id": "{{x}}"}, "id": 1}]"#, "id", None),
            (r#"[{"a": {"id": "{{x}}"}}]"#, "a.id", Some("{{x}}")),
            (r#"[{id: '{{x}}'}]"#, "id", None),
            (r#"[{"id": 1}]"#, "id", None),
            (r#"[{"id": "x{{y}}"}]"#, "id", None),
            ("{{", "id", None),
        ] {
            assert_eq!(find(source, key).as_deref(), expression, "{source}");
        }
    }
}
