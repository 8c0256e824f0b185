//! An HTTP request as rules, templates and plugins see it.
//!
//! Everything is read from the request when somebody asks, and once: the query, the cookies, the
//! parsed body, the path parameters.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Version};
use wasmock_exchange::{Exchange, Kind, unique_id};
use wasmock_javascript::Value;

use crate::body;
use crate::headers::joined;
use crate::journal::Id;
use crate::mock::Route;
use crate::router::{Pattern, collapse_slashes};
use crate::site::Site;

/// The request itself, shared by all views of it.
#[derive(Debug)]
pub(crate) struct RequestFacts {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    pub(crate) peer: SocketAddr,
    site: Arc<Site>,
    /// The target with single slashes, where it had others or a host.
    collapsed: Option<String>,
    /// Given when somebody asks.
    id: OnceLock<Id>,
    text: OnceLock<Option<String>>,
    query: OnceLock<Value>,
    cookies: OnceLock<Value>,
    parsed: OnceLock<Value>,
}

impl RequestFacts {
    pub(crate) fn new(site: Arc<Site>, head: Parts, body: Bytes, peer: SocketAddr) -> Self {
        let collapsed = match (head.version, head.uri.scheme(), head.uri.authority()) {
            // A target with scheme and host is a path that begins with the host, as in Mockoon;
            // in HTTP/2 every target has both.
            (Version::HTTP_09 | Version::HTTP_10 | Version::HTTP_11, Some(_), Some(host)) => {
                Some(collapse_slashes(&format!("/{host}{}", target(&head))).into_owned())
            }
            _ => match collapse_slashes(target(&head)) {
                Cow::Borrowed(_) => None,
                Cow::Owned(text) => Some(text),
            },
        };
        Self {
            head,
            body,
            peer,
            site,
            collapsed,
            id: OnceLock::new(),
            text: OnceLock::new(),
            query: OnceLock::new(),
            cookies: OnceLock::new(),
            parsed: OnceLock::new(),
        }
    }

    /// The target with single slashes.
    pub(crate) fn url(&self) -> &str {
        self.collapsed
            .as_deref()
            .unwrap_or_else(|| target(&self.head))
    }

    /// The id of the exchange.
    pub(crate) fn id(&self) -> Id {
        let new = || Id::new(unique_id(), self.site.clock_source().now_ms());
        *self.id.get_or_init(new)
    }

    /// The same, if somebody asked for it.
    pub(crate) fn id_given(&self) -> Option<Id> {
        self.id.get().copied()
    }

    /// The path of [`RequestFacts::url`].
    pub(crate) fn path(&self) -> &str {
        let url = self.url();
        url.split_once('?').map_or(url, |(path, _)| path)
    }

    fn text(&self) -> &str {
        // Only a body that is no UTF-8 is copied.
        let copy = self
            .text
            .get_or_init(|| match std::str::from_utf8(&self.body) {
                Ok(_) => None,
                Err(_) => Some(String::from_utf8_lossy(&self.body).into_owned()),
            });
        match copy {
            Some(text) => text,
            None => std::str::from_utf8(&self.body).unwrap_or_default(),
        }
    }
}

/// The target as the client sent it, without scheme and host.
pub(crate) fn target(head: &Parts) -> &str {
    head.uri
        .path_and_query()
        .map_or("", |target| target.as_str())
}

/// A request at a route.
#[derive(Clone, Debug)]
pub(crate) struct HttpExchange {
    pub(crate) request: Arc<RequestFacts>,
    kind: Kind,
    place: Option<Place>,
    params: OnceLock<Value>,
    sequence: u64,
}

/// Where in the mock a request arrived.
#[derive(Clone, Debug)]
struct Place {
    route: Arc<Route>,
    pattern: Arc<Pattern>,
    way: usize,
}

impl HttpExchange {
    /// A request that no route has taken.
    pub(crate) fn nowhere(request: Arc<RequestFacts>) -> Self {
        Self {
            request,
            kind: Kind::Http,
            place: None,
            params: OnceLock::new(),
            sequence: 0,
        }
    }

    /// A request at a route; `sequence` is its number there.
    pub(crate) fn at(
        request: Arc<RequestFacts>,
        route: Arc<Route>,
        pattern: Arc<Pattern>,
        way: usize,
        sequence: u64,
    ) -> Self {
        let place = Some(Place {
            route,
            pattern,
            way,
        });
        Self {
            request,
            kind: Kind::Http,
            place,
            params: OnceLock::new(),
            sequence,
        }
    }

    /// The same request at an event of its session.
    pub(crate) fn for_event(&self, kind: Kind, sequence: u64) -> Self {
        Self {
            kind,
            sequence,
            ..self.clone()
        }
    }

    /// The same request while its callbacks are prepared.
    pub(crate) fn for_callback(&self) -> Self {
        Self {
            kind: Kind::Callback,
            ..self.clone()
        }
    }
}

impl Exchange for HttpExchange {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn method(&self) -> &str {
        self.request.head.method.as_str()
    }

    fn url(&self) -> &str {
        self.request.url()
    }

    fn path(&self) -> &str {
        self.request.path()
    }

    fn route(&self) -> &str {
        self.place
            .as_ref()
            .map_or("", |place| &place.route.source.endpoint)
    }

    fn params(&self) -> Value {
        let Some(place) = &self.place else {
            return Value::Undefined;
        };
        let params = || Value::object(place.pattern.params(self.request.path(), place.way));
        self.params.get_or_init(params).clone()
    }

    fn param(&self, name: &str) -> Value {
        match (self.params.get(), &self.place) {
            (Some(params), _) => params.get(name),
            (None, Some(place)) => place.pattern.param(name, self.request.path(), place.way),
            (None, None) => None,
        }
        .unwrap_or_default()
    }

    fn query(&self) -> Value {
        let parse = || body::query::query(self.request.head.uri.query().unwrap_or_default());
        self.request.query.get_or_init(parse).clone()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        header(&self.request.head.headers, name).or_else(|| {
            // HTTP/2 has no Host header.
            let authority = || self.request.head.uri.authority();
            name.eq_ignore_ascii_case("host")
                .then(authority)?
                .map(|host| host.as_str().into())
        })
    }

    fn headers(&self) -> Vec<(String, String)> {
        let headers = self.request.head.headers.iter();
        headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value).into_owned()))
            .collect()
    }

    fn cookies(&self) -> Value {
        let parse = || body::cookies::parse(&self.header(COOKIE.as_str()).unwrap_or_default());
        self.request.cookies.get_or_init(parse).clone()
    }

    fn body(&self) -> &Bytes {
        &self.request.body
    }

    fn body_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.request.text())
    }

    fn parsed_body(&self) -> Value {
        let request = &*self.request;
        let parse = || {
            let Some(kind) = request.head.headers.get(CONTENT_TYPE).map(text) else {
                return Value::Undefined;
            };
            let limits = body::FileLimits::default();
            let form = body::Kind::of_any_case(&kind);
            // No text is an empty form and an empty document, but no JSON.
            if request.body.is_empty() && !matches!(form, body::Kind::Form | body::Kind::Xml) {
                return Value::Undefined;
            }
            body::parse(form, &kind, &request.body, limits).unwrap_or_else(|failure| {
                site_error!(
                    request.site,
                    "Error while trying to parse request body with compatible Content-Type \
                         (JSON, XML, form-data): {failure}"
                );
                Value::Undefined
            })
        };
        request.parsed.get_or_init(parse).clone()
    }

    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(self.request.id().to_string())
    }

    fn remote_address(&self) -> Cow<'_, str> {
        Cow::Owned(match self.request.peer {
            SocketAddr::V4(peer) => peer.ip().to_string(),
            // As Node prints it on a socket for both versions.
            SocketAddr::V6(peer) => match peer.ip().to_ipv4_mapped() {
                Some(v4) => format!("::ffff:{v4}"),
                None => peer.ip().to_string(),
            },
        })
    }

    fn hostname(&self) -> Cow<'_, str> {
        match self.header(HOST.as_str()) {
            Some(Cow::Borrowed(host)) => Cow::Borrowed(without_port(host)),
            Some(Cow::Owned(host)) => Cow::Owned(without_port(&host).to_owned()),
            None => Cow::Borrowed(""),
        }
    }

    fn base_url(&self) -> String {
        self.request.site.base_url(&self.hostname())
    }
}

/// The host without the port; brackets of an IPv6 address stay.
pub(crate) fn without_port(host: &str) -> &str {
    let start = host.find(']').map_or(0, |at| at + 1);
    host[start..]
        .find(':')
        .map_or(host, |at| &host[..start + at])
}

/// A header's value as Node reads it: one character a byte.
pub(crate) fn text(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(
            value
                .as_bytes()
                .iter()
                .map(|&byte| char::from(byte))
                .collect(),
        ),
    }
}

/// One header, repeated ones joined as Node joins them.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let lines = headers.get_all(&name).iter().map(text);
    joined(name.as_str(), lines).or_else(|| {
        // The word that HTTP misspelled is found in both spellings.
        let other = match name.as_str() {
            "referrer" => "referer",
            "referer" => "referrer",
            _ => return None,
        };
        headers.get(other).map(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_headers_are_joined_as_in_node() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-a", "1"),
            ("x-a", "2"),
            ("user-agent", "u"),
            ("user-agent", "v"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("referer", "r"),
            ("set-cookie", "s"),
            ("set-cookie", "t"),
        ] {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers.insert("x-latin", HeaderValue::from_bytes(b"\xc3\xa9").unwrap());
        for (name, value) in [
            ("X-A", Some("1, 2")),
            ("user-agent", Some("u")),
            ("cookie", Some("a=1; b=2")),
            ("Referrer", Some("r")),
            ("set-cookie", Some("s,t")),
            ("x-latin", Some("Ã©")),
            ("missing", None),
            ("not a name", None),
        ] {
            assert_eq!(header(&headers, name).as_deref(), value, "{name}");
        }
    }

    #[test]
    fn hosts_lose_their_port() {
        for (host, name) in [
            ("a:1", "a"),
            ("A.b", "A.b"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(without_port(host), name);
        }
    }
}
