//! The answers that no file describes: the page of an unknown path, CORS preflights, and errors
//! of the request itself.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::incoming::Unread;
use super::reply::Reply;

/// The page of an unknown path; `path` is the target without its query.
pub(super) fn not_found(method: &str, path: &str, mut headers: HeaderMap) -> Reply {
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'"),
    );
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    let what = escape(&format!("Cannot {method} {path}"));
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Error</title>\n</head>\n<body>\n<pre>{what}</pre>\n</body>\n</html>\n"
    );
    Reply {
        sent: false,
        ..Reply::new(StatusCode::NOT_FOUND, headers, page)
    }
}

/// The answer to a path with a broken percent escape.
pub(crate) fn undecodable(path: &str, headers: HeaderMap) -> Reply {
    let message = format!("Failed to decode param '{path}'");
    Reply::message(StatusCode::INTERNAL_SERVER_ERROR, headers, message)
}

/// The target as the page shows it: first as a URL, then as HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            // What a URL may not hold is written as one first.
            '"' => out.push_str("%22"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '`' => out.push_str("%60"),
            '{' => out.push_str("%7B"),
            '}' => out.push_str("%7D"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The answer to an `OPTIONS` request that no route takes. The environment's headers win.
pub(super) fn preflight(environment: HeaderMap) -> Reply {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
        ),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "Content-Type, Origin, Accept, Authorization, Content-Length, X-Requested-With",
        ),
    ] {
        if !environment.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    headers.extend(environment);
    Reply {
        sent: false,
        ..Reply::new(StatusCode::OK, headers, "")
    }
}

/// The answer to a request whose body was not read; the connection closes after it.
pub(super) fn unread(reason: Unread) -> Reply {
    let (status, text) = match reason {
        Unread::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Payload too large"),
        Unread::NoRoom => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many request bodies are being read at once",
        ),
        Unread::Stalled => (
            StatusCode::REQUEST_TIMEOUT,
            "The request body stopped arriving",
        ),
        Unread::Broken => (StatusCode::BAD_REQUEST, "The request body ended too early"),
    };
    closing(status, text)
}

/// A request that HTTP does not allow; the connection closes after the answer.
pub(super) fn closing(status: StatusCode, text: &str) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if text.is_empty() {
        return Reply {
            sent: false,
            ..Reply::new(status, headers, "")
        };
    }
    Reply {
        sent: false,
        ..Reply::message(status, headers, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::reply::ReplyBody;

    #[test]
    fn the_page_names_what_was_asked() {
        let ReplyBody::Bytes(Some(page)) = not_found("GET", "/{a}'&", HeaderMap::new()).body else {
            panic!("a page");
        };
        assert!(
            std::str::from_utf8(&page)
                .unwrap()
                .contains("<pre>Cannot GET /%7Ba%7D&#39;&amp;</pre>")
        );
    }

    #[test]
    fn own_headers_win_over_those_of_the_preflight() {
        let own = [(
            ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("http://a"),
        )];
        let headers = preflight(own.into_iter().collect()).headers;
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], "http://a");
        assert_eq!(headers.len(), 3);
    }
}
