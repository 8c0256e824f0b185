//! What clients are told of a plugin that failed, and of files that could not be reloaded.
//!
//! A failure is answered with a problem document (RFC 9457). Names of plugins and reasons of
//! traps are the author's business: they are in the log, and in the document only in dev mode.
//! What a plugin says of its own accord is meant for the client and always there.

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value as Json};
use wasmock_exchange::{Failure, FailureKind};

use super::pipeline::Handling;
use super::reply::Reply;
use crate::site::Site;
use std::sync::Arc;

const NOTICE: HeaderName = HeaderName::from_static("wasmock-problem");
/// Bytes of a notice in a header; the log has all of it.
const NOTICE_LENGTH: usize = 1000;

/// The answer for a failed plugin.
pub(crate) fn of_failure(
    mut headers: HeaderMap,
    failure: &Failure,
    exchange: String,
    dev: bool,
) -> Reply {
    let status = match failure.kind {
        FailureKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut document = Map::new();
    let mut add = |name: &str, value: Json| document.insert(name.to_owned(), value);
    add(
        "title",
        status.canonical_reason().unwrap_or_default().into(),
    );
    add("status", status.as_u16().into());
    if dev || failure.kind == FailureKind::Answered {
        add("detail", failure.message.clone().into());
    }
    if dev {
        add("plugin", failure.plugin.clone().into());
        add("function", failure.function.clone().into());
    }
    add("exchange", exchange.into());
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if failure.kind == FailureKind::Busy {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Reply {
        failed: true,
        ..Reply::new(status, headers, Json::Object(document).to_string())
    }
}

/// The answer, with what is wrong with the files, if anything is.
pub(crate) fn with_notice(site: &Arc<Site>, answer: Handling) -> Handling {
    let site = site.clone();
    Handling::Later(Box::pin(async move {
        let Ok(mut answer) = answer.await;
        if let Some(value) = site.notice().and_then(|notice| header_value(&notice)) {
            answer.headers_mut().insert(NOTICE, value);
        }
        answer
    }))
}

/// A text in one line of visible ASCII.
fn header_value(text: &str) -> Option<HeaderValue> {
    let line: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(|c| if matches!(c, ' '..='~') { c } else { '?' })
        .take(NOTICE_LENGTH)
        .collect();
    HeaderValue::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::reply::ReplyBody;

    fn document(kind: FailureKind, dev: bool) -> (u16, Json) {
        let failure = Failure::new("p", "responder.respond", kind, "why");
        let reply = of_failure(HeaderMap::new(), &failure, "id".to_owned(), dev);
        let ReplyBody::Bytes(Some(bytes)) = reply.body else {
            panic!("it has a body");
        };
        assert_eq!(reply.headers[CONTENT_TYPE], "application/problem+json");
        (
            reply.status.as_u16(),
            serde_json::from_slice(&bytes).unwrap(),
        )
    }

    #[test]
    fn only_dev_mode_names_the_plugin() {
        let (status, trap) = document(FailureKind::Trapped, false);
        assert_eq!(
            (status, trap),
            (
                500,
                serde_json::json!({ "title": "Internal Server Error", "status": 500, "exchange": "id" })
            )
        );
        let (_, dev) = document(FailureKind::Trapped, true);
        assert_eq!(
            (&dev["plugin"], &dev["function"], &dev["detail"]),
            (&"p".into(), &"responder.respond".into(), &"why".into())
        );
    }

    #[test]
    fn a_plugins_own_words_reach_the_client_and_a_busy_one_is_503() {
        assert_eq!(document(FailureKind::Answered, false).1["detail"], "why");
        let (status, busy) = document(FailureKind::Busy, false);
        assert_eq!((status, busy.get("detail")), (503, None));
    }

    #[test]
    fn notices_fit_into_a_header() {
        let value = header_value("plugin `a` cannot be loaded\n  - \u{201c}no\u{201d}").unwrap();
        assert_eq!(value, "plugin `a` cannot be loaded - ?no?");
    }
}
