//! The opening handshake: hyper has parsed the request, this decides about it.
//!
//! An upgrade is a request with `websocket` in `Upgrade` and `upgrade` in `Connection`; all
//! others are plain HTTP. Whatever is wrong with an upgrade is answered with a status and a
//! sentence, and the connection is closed.

use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version, request};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// A handshake that can be accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The proof that we understood.
    accept: String,
    /// The subprotocols that the client speaks, as it sent them.
    pub(crate) protocols: Vec<String>,
}

/// A handshake that is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) message: &'static str,
}

const fn refused(status: StatusCode, message: &'static str) -> Refused {
    Refused { status, message }
}

/// No WebSocket route has that path.
pub(crate) const NOT_FOUND: Refused = refused(
    StatusCode::NOT_FOUND,
    "No WebSocket route found for this path",
);
/// The route has no place for the client.
pub(crate) const NO_ROOM: Refused = refused(
    StatusCode::SERVICE_UNAVAILABLE,
    "The route has too many groups",
);

/// Whether a request wants to become a WebSocket.
pub(crate) fn is_upgrade<B>(request: &Request<B>) -> bool {
    names(request.headers(), &UPGRADE, "websocket")
        && names(request.headers(), &CONNECTION, "upgrade")
}

fn names(headers: &HeaderMap, header: &HeaderName, token: &str) -> bool {
    headers.get_all(header).iter().any(|value| {
        value
            .as_bytes()
            .split(|&b| b == b',')
            .any(|part| part.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
    })
}

/// Checks an upgrade.
pub(crate) fn check(head: &request::Parts) -> Result<Offer, Refused> {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    let headers = &head.headers;
    if head.method != Method::GET {
        return Err(refused(
            StatusCode::METHOD_NOT_ALLOWED,
            "Invalid HTTP method",
        ));
    }
    if head.version != Version::HTTP_11 {
        return Err(refused(BAD, "Invalid HTTP version"));
    }
    if single(headers, &HOST).is_none() {
        return Err(refused(BAD, "Missing or invalid Host header"));
    }
    // hyper lets both through together, and a body would be read as frames.
    let has_body = headers.contains_key(TRANSFER_ENCODING)
        || headers
            .get_all(CONTENT_LENGTH)
            .iter()
            .any(|length| length != "0");
    if has_body {
        return Err(refused(BAD, "A WebSocket handshake has no body"));
    }
    let key = single(headers, &SEC_WEBSOCKET_KEY)
        .map(HeaderValue::as_bytes)
        .filter(|key| is_key(key))
        .ok_or(refused(BAD, "Missing or invalid Sec-WebSocket-Key header"))?;
    match headers.get_all(SEC_WEBSOCKET_VERSION).iter().count() {
        1 if headers[SEC_WEBSOCKET_VERSION] == "13" => {}
        0 | 1 => {
            let message = "Missing or invalid Sec-WebSocket-Version header";
            return Err(refused(StatusCode::UPGRADE_REQUIRED, message));
        }
        _ => {
            return Err(refused(
                BAD,
                "Missing or invalid Sec-WebSocket-Version header",
            ));
        }
    }
    let protocols =
        protocols(headers).ok_or(refused(BAD, "Invalid Sec-WebSocket-Protocol header"))?;
    Ok(Offer {
        accept: derive_accept_key(key),
        protocols,
    })
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values
        .next()
        .filter(|value| !value.is_empty() && values.next().is_none())
}

/// Sixteen bytes in base64: twenty-two characters and two `=`.
fn is_key(key: &[u8]) -> bool {
    let Some(digits) = key.strip_suffix(b"==") else {
        return false;
    };
    digits.len() == 22
        && digits
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"+/".contains(b))
}

/// The offered subprotocols: tokens, none twice.
fn protocols(headers: &HeaderMap) -> Option<Vec<String>> {
    let mut protocols = Vec::new();
    for value in headers.get_all(SEC_WEBSOCKET_PROTOCOL) {
        for token in value.to_str().ok()?.split(',') {
            let token = token.trim_matches([' ', '\t']);
            let valid = !token.is_empty() && token.bytes().all(is_token);
            if !valid || protocols.iter().any(|other| other == token) {
                return None;
            }
            protocols.push(token.to_owned());
        }
    }
    Some(protocols)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

impl Offer {
    /// The subprotocol to speak: the first of the route's that the client offers, or, for a
    /// route that names none, the client's first.
    pub(crate) fn choose<'a>(&'a self, spoken: &'a [String]) -> Option<&'a str> {
        if spoken.is_empty() {
            return self.protocols.first().map(String::as_str);
        }
        let offered = |name: &&String| self.protocols.contains(*name);
        spoken.iter().find(offered).map(String::as_str)
    }

    /// The answer that makes a WebSocket of the connection.
    pub(crate) fn accept(&self, protocol: Option<&str>) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        if let Ok(accept) = HeaderValue::from_str(&self.accept) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        }
        if let Some(protocol) = protocol.and_then(|name| HeaderValue::from_str(name).ok()) {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }
}

impl Refused {
    /// The answer that says so.
    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from_static(self.message.as_bytes()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if self.status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(CONNECTION, HeaderValue::from_static("Upgrade, close"));
        }
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(http::header::ALLOW, HeaderValue::from_static("GET"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(changes: &[(&str, &[&str])]) -> request::Parts {
        let mut builder = Request::builder().method("GET").uri("/a");
        let all = [
            ("host", "localhost"),
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-version", "13"),
        ];
        for (name, value) in all {
            if !changes.iter().any(|(changed, _)| *changed == name) {
                builder = builder.header(name, value);
            }
        }
        for (name, values) in changes {
            for value in *values {
                match *name {
                    ":method" => builder = builder.method(*value),
                    ":version" => builder = builder.version(Version::HTTP_10),
                    name => builder = builder.header(name, *value),
                }
            }
        }
        builder.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_accept_key_is_the_standards() {
        let offer = check(&head(&[])).unwrap();
        assert_eq!(offer.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_an_upgrade_is() {
        let cases: [(&[&str], &[&str], bool); 7] = [
            (&["websocket"], &["Upgrade"], true),
            (&["WebSocket"], &["keep-alive, upgrade"], true),
            (&["websocket, x"], &["keep-alive", "UPGRADE"], true),
            (&["h2c"], &["Upgrade"], false),
            (&["TLS/1.2"], &["Upgrade"], false),
            (&["websocket"], &["keep-alive"], false),
            (&[], &["Upgrade"], false),
        ];
        for (upgrade, connection, expected) in cases {
            let head = head(&[("upgrade", upgrade), ("connection", connection)]);
            let request = Request::from_parts(head, ());
            assert_eq!(is_upgrade(&request), expected, "{upgrade:?} {connection:?}");
        }
    }

    #[test]
    fn broken_handshakes_have_their_status() {
        const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
        let cases: Vec<(&str, &[&str], u16)> = vec![
            (":method", &["POST"], 405),
            (":version", &["1.0"], 400),
            ("host", &[], 400),
            ("host", &["a", "b"], 400),
            ("sec-websocket-key", &[], 400),
            ("sec-websocket-key", &["short=="], 400),
            ("sec-websocket-key", &["dGhlIHNhbXBsZSBub25jZQ=!"], 400),
            ("sec-websocket-key", &[KEY, KEY], 400),
            ("sec-websocket-version", &[], 426),
            ("sec-websocket-version", &["12"], 426),
            ("sec-websocket-version", &["13", "13"], 400),
            ("sec-websocket-protocol", &["a,,b"], 400),
            ("sec-websocket-protocol", &["a b"], 400),
            ("sec-websocket-protocol", &["a, a"], 400),
            ("sec-websocket-protocol", &["a", "a"], 400),
            ("sec-websocket-protocol", &[""], 400),
            ("content-length", &["5"], 400),
            ("transfer-encoding", &["chunked"], 400),
        ];
        for (name, values, status) in cases {
            let refused = check(&head(&[(name, values)])).unwrap_err();
            assert_eq!(refused.status.as_u16(), status, "{name} {values:?}");
            assert_eq!(refused.response().status(), refused.status);
        }
        assert!(check(&head(&[("content-length", &["0"])])).is_ok());
    }

    #[test]
    fn the_routes_order_decides_about_the_subprotocol() {
        let offer = check(&head(&[("sec-websocket-protocol", &["a, b", "c"])])).unwrap();
        let spoken = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(offer.choose(&[]), Some("a"));
        assert_eq!(offer.choose(&spoken(&["x", "c", "b"])), Some("c"));
        assert_eq!(offer.choose(&spoken(&["x"])), None);
        assert_eq!(
            offer.accept(Some("c")).headers()[SEC_WEBSOCKET_PROTOCOL],
            "c"
        );
    }
}
