//! Transactions as the admin API shows them, without what must stay secret.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use wasmock_javascript::{Object, Value, json, number};

use super::{Asked, object};
use crate::body;
use crate::http::exchange::{header, target, text};
use crate::http::{Recorded, Reply};
use crate::journal::{self, Transaction};
use crate::router::{Pattern, collapse_slashes, decode_component};
use crate::ws::Handshake;

/// What stands for a body that is no text.
const BINARY: &str = "#######BINARY-CONTENT#######";

impl Asked<'_> {
    /// A page of the last transactions, oldest first.
    pub(super) fn logs(self) -> Reply {
        let count = |name, default: f64| {
            self.query(name)
                .map_or(default, |text| number::parse_int(&text))
        };
        let (page, limit) = (count("page", 1.0), count("limit", 10.0));
        let start = (page - 1.0) * limit;
        let all = self.site.journal().list();
        let shown: Value = if start >= 0.0 && limit > 0.0 {
            // A cast from a float saturates.
            all.iter()
                .skip(start as usize)
                .take(limit as usize)
                .map(|one| show(one))
                .collect()
        } else {
            Value::array(Vec::new())
        };
        self.json(StatusCode::OK, &shown)
    }

    pub(super) fn purge_logs(self) -> Reply {
        self.site.journal().clear();
        self.message(StatusCode::OK, "Logs have been purged")
    }
}

/// A transaction in Mockoon's form.
pub(super) fn show(transaction: &Transaction) -> Value {
    describe(
        transaction,
        &transaction.request.method.as_str().to_ascii_lowercase(),
    )
}

/// The transaction as one JSON text, for the log, where the method stands in capitals.
pub(crate) fn transaction_text(transaction: &Transaction) -> String {
    json::to_text(&describe(transaction, transaction.request.method.as_str())).unwrap_or_default()
}

/// A WebSocket's handshake as one JSON text, for the log: a transaction that is not over.
pub(crate) fn handshake_text(handshake: &Handshake, route: &str) -> String {
    let query = handshake.url.split_once('?').map(|(_, query)| query);
    let query_params = body::query::query(query.unwrap_or_default());
    let headers = handshake
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let query_text = query.map_or(Value::Null, |query| Value::text(format!("?{query}")));
    let request = object([
        ("method", Value::text("GET")),
        ("urlPath", Value::text(handshake.path())),
        ("route", Value::text(handshake.route.to_string())),
        ("params", pairs(handshake.params.as_object())),
        ("query", query_text),
        ("queryParams", pairs(query_params.as_object())),
        ("headers", shown(headers.collect())),
    ]);
    let whole = object([
        ("uuid", Value::text(handshake.connection.to_string())),
        ("routeUUID", Value::text(route)),
        ("completed", Value::Bool(false)),
        ("request", request),
    ]);
    json::to_text(&whole).unwrap_or_default()
}

fn describe(transaction: &Transaction, method: &str) -> Value {
    let head = &transaction.request;
    let (path, query) = target(head).split_once('?').unwrap_or((target(head), ""));
    let route = transaction.route.as_ref();
    let (pattern, params) = match route {
        Some((route, _)) => matched(&route.pattern, &collapse_slashes(path)),
        None => (Value::Null, Object::new()),
    };
    let (headers, body) = match &transaction.answer {
        Recorded::Prepared(prepared) => (prepared.headers(), Some(prepared.body())),
        Recorded::Own { headers, body, .. } => (headers, body.as_ref()),
        Recorded::Flow { headers, notes, .. } => (headers, notes.copy()),
    };
    let status = transaction.answer.status();
    let mut answered = list(headers);
    let is_known = !matches!(transaction.answer, Recorded::Flow { .. })
        && !matches!(status.as_u16(), 204 | 304);
    if let Some(body) = body.filter(|_| is_known) {
        answered.retain(|(name, _)| name != "content-length");
        answered.push(("content-length".to_owned(), body.len().to_string()));
    }
    let body = match body.map(|body| readable(body, headers.get(CONTENT_ENCODING))) {
        // Pages that no route made are not shown.
        _ if route.is_none() && !transaction.proxied => Value::Undefined,
        Some(Some(text)) => Value::text(text),
        _ => Value::text(BINARY),
    };
    let mut fields = vec![
        (
            "request",
            object([
                ("method", Value::text(method)),
                ("urlPath", Value::text(path)),
                ("route", pattern),
                ("params", pairs(Some(&params))),
                ("query", Value::text(decode(query))),
                ("queryParams", body::query::query(query)),
                (
                    "body",
                    Value::text(String::from_utf8_lossy(&transaction.body)),
                ),
                ("headers", shown(request_headers(&head.headers))),
            ]),
        ),
        (
            "response",
            object([
                ("statusCode", Value::Number(status.as_u16().into())),
                (
                    "statusMessage",
                    Value::text(status.canonical_reason().unwrap_or_default()),
                ),
                ("headers", shown(answered)),
                ("body", body),
            ]),
        ),
    ];
    if let Some((route, place)) = route {
        let response = route
            .responses
            .get(*place)
            .map_or("", |response| &response.source.uuid);
        fields.push(("routeResponseUUID", Value::text(response)));
        fields.push(("routeUUID", Value::text(route.uuid())));
    }
    fields.push(("proxied", Value::Bool(transaction.proxied)));
    fields.push(("timestampMs", Value::Number(transaction.time)));
    fields.push(("uuid", Value::text(transaction.id.to_string())));
    Value::object(fields.into_iter().collect())
}

/// The fields of an object as a list of names and values.
fn pairs(object: Option<&Object>) -> Value {
    let fields = object.into_iter().flat_map(Object::iter);
    fields
        .map(|(name, value)| named("name", name, value.clone()))
        .collect()
}

/// The path of the route as the file writes it, with the prefix, and the parameters.
fn matched(pattern: &Pattern, path: &str) -> (Value, Object) {
    let fit = |pattern: &Pattern| {
        let way = pattern.ways_that_fit(path).next()?;
        Some((Value::text(pattern.text()), pattern.params(path, way)))
    };
    // The other path of a CRUD route is that of its items.
    let item = || fit(&Pattern::new("", &format!("{}/:id", pattern.text())).ok()?);
    fit(pattern)
        .or_else(item)
        .unwrap_or_else(|| (Value::text(pattern.text()), Object::new()))
}

/// A body as a text, decompressed where that is common; nothing for other bytes.
fn readable<'a>(body: &'a [u8], encoding: Option<&HeaderValue>) -> Option<Cow<'a, str>> {
    let unpacked = |reader: &mut dyn Read| {
        let mut text = String::new();
        reader
            .take(journal::BODY as u64)
            .read_to_string(&mut text)
            .ok()?;
        Some(Cow::Owned(text))
    };
    match encoding.map(HeaderValue::as_bytes) {
        Some(b"gzip") => unpacked(&mut GzDecoder::new(body)),
        Some(b"deflate") => unpacked(&mut ZlibDecoder::new(body)),
        _ => std::str::from_utf8(body).ok().map(Cow::Borrowed),
    }
}

/// `decodeURI`: escapes of characters that separate stay.
fn decode(query: &str) -> String {
    const SEPARATORS: &[u8] = b";/?:@&=+$,#";
    let mut kept = String::with_capacity(query.len());
    let mut parts = query.split('%');
    kept.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        kept.push_str(if code.is_some_and(|code| SEPARATORS.contains(&code)) {
            "%25"
        } else {
            "%"
        });
        kept.push_str(part);
    }
    decode_component(&kept).map_or_else(|| query.to_owned(), Cow::into_owned)
}

fn named(key: &str, name: &str, value: Value) -> Value {
    object([(key, Value::text(name)), ("value", value)])
}

/// Repeated ones are joined as Node joins them.
fn request_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let name_and_value = |name: &HeaderName| {
        Some((
            name.as_str().to_owned(),
            header(headers, name.as_str())?.into_owned(),
        ))
    };
    headers.keys().filter_map(name_and_value).collect()
}

fn list(headers: &HeaderMap) -> Vec<(String, String)> {
    let joined = |name| {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| text(value).into_owned())
            .collect();
        values.join(",")
    };
    headers
        .keys()
        .map(|name| (name.as_str().to_owned(), joined(name)))
        .collect()
}

/// Sorted, and without secrets.
fn shown(mut headers: Vec<(String, String)>) -> Value {
    headers.sort();
    headers
        .iter()
        .map(|(name, value)| named("key", name, Value::text(redact(name, value))))
        .collect()
}

fn redact(name: &str, value: &str) -> String {
    const REDACTED: &str = "[REDACTED]";
    match name {
        "authorization" | "proxy-authorization" => match value.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} {REDACTED}"),
            None => REDACTED.to_owned(),
        },
        "cookie" | "set-cookie" | "x-api-key" | "api-key" | "x-auth-token" => REDACTED.to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{decode, matched, readable, redact};
    use crate::router::Pattern;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use http::HeaderValue;
    use wasmock_javascript::{Value, json};

    #[test]
    fn compressed_bodies_are_shown_as_what_is_in_them() {
        let gzip = HeaderValue::from_static("gzip");
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all("text".as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(readable(&packed, Some(&gzip)).as_deref(), Some("text"));
        assert_eq!(readable(&packed[..8], Some(&gzip)), None);
        assert_eq!(readable(&packed, None), None);
        assert_eq!(readable(b"text", None).as_deref(), Some("text"));
    }

    #[test]
    fn separators_stay_escaped() {
        for (query, decoded) in [
            ("a=%20b&c=%C3%A9", "a= b&c=é"),
            ("a=%26%2F", "a=%26%2F"),
            ("a=%2525", "a=%25"),
            ("a=%zz", "a=%zz"),
            ("", ""),
        ] {
            assert_eq!(decode(query), decoded, "{query}");
        }
    }

    #[test]
    fn items_of_a_crud_route_have_its_second_path() {
        let pattern = Pattern::new("api", "users/:org").unwrap();
        for (path, text, params) in [
            ("/api/users/a", "/api/users/:org", r#"{"org":"a"}"#),
            (
                "/api/users/a/7",
                "/api/users/:org/:id",
                r#"{"org":"a","id":"7"}"#,
            ),
        ] {
            let (shown, found) = matched(&pattern, path);
            assert_eq!(shown.as_str(), Some(text));
            assert_eq!(json::to_text(&Value::object(found)).unwrap(), params);
        }
    }

    #[test]
    fn secrets_stay_secret() {
        for (name, value, shown) in [
            ("authorization", "Bearer abc", "Bearer [REDACTED]"),
            ("authorization", "abc", "[REDACTED]"),
            ("set-cookie", "a=1", "[REDACTED]"),
            ("x-api-key", "k", "[REDACTED]"),
            ("accept", "a", "a"),
        ] {
            assert_eq!(redact(name, value), shown, "{name} {value}");
        }
    }
}
