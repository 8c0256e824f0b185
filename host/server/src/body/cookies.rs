//! The Cookie header.
//!
//! Over HTTP, names and values are read as `cookie` and `cookie-parser` read them: the first
//! of equal names wins, a bad escape leaves the value as it is, and `j:` marks JSON. Over
//! WebSocket Mockoon splits by itself: the last of equal names wins and empty values are
//! skipped; a bad escape, which kills its connection, leaves the value here too.

use wasmock_javascript::{Object, Value, json};

use super::percent;

const SPACES: [char; 2] = [' ', '\t'];

/// The cookies of an HTTP request, as an object.
pub(crate) fn parse(header: &str) -> Value {
    let mut cookies = Object::new();
    // A header of one character is not even looked at.
    let header = if header.len() < 2 { "" } else { header };
    for pair in header.split(';') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let name = name.trim_matches(SPACES);
        if cookies.contains_key(name) || name == "__proto__" {
            continue;
        }
        let value = unquoted(value.trim_matches(SPACES));
        let text = percent::decode(value).unwrap_or(value.into());
        cookies.insert(name, json_value(&text).unwrap_or_else(|| Value::text(text)));
    }
    Value::object(cookies)
}

/// The cookies of a WebSocket handshake, as an object.
pub(crate) fn parse_for_websocket(header: &str) -> Value {
    let mut cookies = Object::new();
    for pair in header.split(';') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = wasmock_javascript::number::trim(value);
        if name.is_empty() || value.is_empty() {
            continue;
        }
        let name = wasmock_javascript::number::trim(name);
        if name != "__proto__" {
            cookies.insert(
                name,
                Value::text(percent::decode(value).unwrap_or(value.into())),
            );
        }
    }
    Value::object(cookies)
}

fn unquoted(value: &str) -> &str {
    if value == "\"" {
        return "";
    }
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value)
}

/// JSON that counts as false stays text.
fn json_value(text: &str) -> Option<Value> {
    json::parse(text.strip_prefix("j:")?)
        .ok()
        .filter(Value::is_truthy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &Value) -> String {
        json::to_text(value).unwrap()
    }

    #[test]
    fn cookies_are_read_as_cookie_parser_does() {
        for (header, cookies) in [
            ("a=1; b=2", r#"{"a":"1","b":"2"}"#),
            ("a=1; a=2", r#"{"a":"1"}"#),
            (" a \t=\t 1 ;b", r#"{"a":"1"}"#),
            ("a=\"x y\"; b=\"", r#"{"a":"x y","b":""}"#),
            ("a=%20; b=%zz; c=%e9", r#"{"a":" ","b":"%zz","c":"%e9"}"#),
            ("a=b=c; =d; e=", r#"{"a":"b=c","":"d","e":""}"#),
            (
                r#"a=j:{"x":1}; b=j:0; c=j:x; d=j:null"#,
                r#"{"a":{"x":1},"b":"j:0","c":"j:x","d":"j:null"}"#,
            ),
            ("__proto__=1; toString=2", r#"{"toString":"2"}"#),
            ("a", "{}"),
            ("", "{}"),
        ] {
            assert_eq!(text(&parse(header)), cookies, "{header}");
        }
    }

    #[test]
    fn handshakes_split_more_simply() {
        for (header, cookies) in [
            ("a=1; a=2", r#"{"a":"2"}"#),
            ("a=; b = x ;c", r#"{"b":"x"}"#),
            (
                "a=\"x\"; b=%41; c=%zz",
                r#"{"a":"\"x\"","b":"A","c":"%zz"}"#,
            ),
        ] {
            assert_eq!(text(&parse_for_websocket(header)), cookies, "{header}");
        }
    }
}
