//! Transactions as the admin API shows them, without what must stay secret.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use wasmock_javascript::{Value, number};

use super::{Asked, object};
use crate::body;
use crate::http::exchange::{target, text};
use crate::http::{Recorded, Reply};
use crate::journal::Transaction;
use crate::router::{collapse_slashes, decode_component};

impl Asked<'_> {
    /// A page of the last transactions, oldest first.
    pub(super) fn logs(self) -> Reply {
        let count = |name, default: f64| self.query(name).map_or(default, |text| number::parse_int(&text));
        let (page, limit) = (count("page", 1.0), count("limit", 10.0));
        let start = (page - 1.0) * limit;
        let all = self.site.journal().list();
        let shown: Value = if start >= 0.0 && limit > 0.0 {
            // A cast from a float saturates.
            all.iter().skip(start as usize).take(limit as usize).map(|one| show(one)).collect()
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
    let head = &transaction.request;
    let (path, query) = target(head).split_once('?').unwrap_or((target(head), ""));
    let route = transaction.route.as_ref();
    let params = route.map_or_else(Vec::new, |(route, _)| {
        let path = collapse_slashes(path);
        let way = route.pattern.ways_that_fit(&path).next().unwrap_or(0);
        route.pattern.params(&path, way).iter().map(|(n, v)| named("name", n, v.clone())).collect()
    });
    let (headers, body) = match &transaction.answer {
        Recorded::Prepared(prepared) => (prepared.headers(), Some(prepared.body())),
        Recorded::Own { headers, body, .. } => (headers, body.as_ref()),
    };
    let status = transaction.answer.status();
    let mut answered = list(headers);
    if let Some(body) = body {
        answered.push(("content-length".to_owned(), body.len().to_string()));
    }
    let body = body.and_then(|body| std::str::from_utf8(body).ok()).unwrap_or("#######BINARY-CONTENT#######");
    let mut fields = vec![
        (
            "request",
            object([
                ("method", Value::text(head.method.as_str().to_ascii_lowercase())),
                ("urlPath", Value::text(path)),
                ("route", route.map_or(Value::Null, |(route, _)| Value::text(route.pattern.text()))),
                ("params", Value::array(params)),
                ("query", Value::text(decode_component(query).unwrap_or(query.into()))),
                ("queryParams", body::query::query(query)),
                ("body", Value::text(String::from_utf8_lossy(&transaction.body))),
                ("headers", shown(list(&head.headers))),
            ]),
        ),
        (
            "response",
            object([
                ("statusCode", Value::Number(status.as_u16().into())),
                ("statusMessage", Value::text(status.canonical_reason().unwrap_or_default())),
                ("headers", shown(answered)),
                ("body", Value::text(body)),
            ]),
        ),
    ];
    if let Some((route, place)) = route {
        let response = route.responses.get(*place).map_or("", |response| &response.source.uuid);
        fields.push(("routeResponseUUID", Value::text(response)));
        fields.push(("routeUUID", Value::text(route.uuid())));
    }
    fields.push(("proxied", Value::Bool(transaction.proxied)));
    fields.push(("timestampMs", Value::Number(transaction.time)));
    fields.push(("uuid", Value::text(transaction.uuid())));
    Value::object(fields.into_iter().collect())
}

fn named(key: &str, name: &str, value: Value) -> Value {
    object([(key, Value::text(name)), ("value", value)])
}

fn list(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_sent = |name: &str| !matches!(name, "content-length" | "date" | "transfer-encoding");
    let names = headers.keys().filter(|name| is_sent(name.as_str()) || headers.contains_key("host"));
    names
        .map(|name| {
            let values: Vec<_> = headers.get_all(name).iter().map(|value| text(value).into_owned()).collect();
            (name.as_str().to_owned(), values.join(","))
        })
        .collect()
}

/// Sorted, and without secrets.
fn shown(mut headers: Vec<(String, String)>) -> Value {
    headers.sort();
    headers.iter().map(|(name, value)| named("key", name, Value::text(redact(name, value)))).collect()
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

/// The transaction as one text, for the log.
pub(crate) fn transaction_text(transaction: &Arc<Transaction>) -> String {
    wasmock_javascript::json::to_text(&show(transaction)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::redact;

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
