//! A request of ours, sent as `fetch` sends it, that another server may send elsewhere.
//!
//! Servers that are used to Mockoon's calls see the headers they know, Node's name included.
//! 303, and 301 or 302 after POST, become GET without a body; everything else is sent again as
//! it was. What belongs to one host (authorization, cookies) does not go to another. After
//! twenty redirects the errand fails.

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE,
    CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, HOST, HeaderName, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use url::Url;

use crate::http::ReplyBody;

const MOST: usize = 20;

/// What `fetch` adds where the sender says nothing.
const ADDED: [(HeaderName, &str); 5] = [
    (ACCEPT, "*/*"),
    (ACCEPT_LANGUAGE, "*"),
    (HeaderName::from_static("sec-fetch-mode"), "cors"),
    (USER_AGENT, "node"),
    (ACCEPT_ENCODING, "gzip, deflate"),
];

/// A request that can be sent more than once.
#[derive(Debug)]
pub(crate) struct Errand {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    redirects: usize,
}

impl Errand {
    /// # Errors
    /// An address that `fetch` takes for none.
    pub(crate) fn new(
        method: Method,
        address: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Self, String> {
        let url = web_address(Url::parse(address))
            .ok_or_else(|| format!("Failed to parse URL from {address}"))?;
        // They follow from the address and the body.
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        for (name, value) in ADDED {
            let value = HeaderValue::from_static(value);
            headers.entry(name).or_insert(value);
        }
        Ok(Self {
            method,
            url,
            headers,
            body,
            redirects: 0,
        })
    }

    /// Whom it is for.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// # Errors
    /// An address that HTTP cannot carry.
    pub(crate) fn request(&self) -> Result<Request<ReplyBody>, String> {
        let mut request = Request::new(ReplyBody::bytes(self.body.clone()));
        let uri = self.url.as_str().parse::<Uri>();
        *request.uri_mut() = uri.map_err(|error| format!("{error}: {}", self.url))?;
        request.method_mut().clone_from(&self.method);
        request.headers_mut().clone_from(&self.headers);
        let expects_body = matches!(
            self.method.as_str(),
            "POST" | "PUT" | "PATCH" | "PROPFIND" | "PROPPATCH"
        );
        if expects_body && self.body.is_empty() {
            let length = HeaderValue::from_static("0");
            request.headers_mut().insert(CONTENT_LENGTH, length);
        }
        Ok(request)
    }

    /// Whether the answer sends the errand elsewhere; then it is ready to be sent again.
    ///
    /// # Errors
    /// Too many redirects, or one to no address.
    pub(crate) fn redirected(
        &mut self,
        status: StatusCode,
        location: Option<&str>,
    ) -> Result<bool, &'static str> {
        let Some(location) =
            location.filter(|_| matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308))
        else {
            return Ok(false);
        };
        self.redirects += 1;
        if self.redirects > MOST {
            return Err("fetch failed: redirect count exceeded");
        }
        let next = web_address(self.url.join(location));
        let next = next.ok_or("fetch failed: invalid redirect URL")?;
        let to_get = match status.as_u16() {
            303 => self.method != Method::GET && self.method != Method::HEAD,
            301 | 302 => self.method == Method::POST,
            _ => false,
        };
        if to_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            for name in [
                CONTENT_TYPE,
                CONTENT_ENCODING,
                CONTENT_LANGUAGE,
                CONTENT_LOCATION,
            ] {
                self.headers.remove(name);
            }
        }
        if next.origin() != self.url.origin() {
            for name in [AUTHORIZATION, COOKIE] {
                self.headers.remove(name);
            }
        }
        self.url = next;
        Ok(true)
    }
}

/// An address of the web that holds no password: `fetch` takes no others.
fn web_address(url: Result<Url, url::ParseError>) -> Option<Url> {
    let is_web = |url: &Url| {
        let names_nobody = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && names_nobody
    };
    url.ok().filter(is_web)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errand(method: Method) -> Errand {
        let headers = [(CONTENT_TYPE, "text/plain"), (AUTHORIZATION, "secret")];
        let headers = headers
            .into_iter()
            .map(|(name, value)| (name, value.parse().unwrap()))
            .collect();
        Errand::new(method, "http://a/x/y?q", headers, Bytes::from("body")).unwrap()
    }

    #[test]
    fn methods_change_as_fetch_changes_them() {
        for (status, method, becomes, has_body) in [
            (301, Method::POST, Method::GET, false),
            (302, Method::PUT, Method::PUT, true),
            (303, Method::DELETE, Method::GET, false),
            (307, Method::POST, Method::POST, true),
            (308, Method::POST, Method::POST, true),
        ] {
            let mut errand = errand(method);
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(errand.redirected(status, Some("/z")), Ok(true));
            assert_eq!(errand.method, becomes, "{status}");
            assert_eq!(!errand.body.is_empty(), has_body, "{status}");
            assert_eq!(errand.headers.contains_key(CONTENT_TYPE), has_body);
            assert!(errand.headers.contains_key(AUTHORIZATION));
        }
        let mut errand = errand(Method::POST);
        assert_eq!(errand.redirected(StatusCode::OK, Some("/z")), Ok(false));
        assert_eq!(errand.redirected(StatusCode::FOUND, None), Ok(false));
    }

    #[test]
    fn addresses_are_those_of_the_web() {
        for (address, sent) in [
            ("http://a/x y#f", Some("http://a/x%20y")),
            ("http://A/b/../c?d e", Some("http://a/c?d%20e")),
            ("http://user:secret@a/", None),
            ("ftp://a/", None),
            ("/x", None),
        ] {
            let errand = Errand::new(Method::GET, address, HeaderMap::new(), Bytes::new());
            let uri = errand.map(|errand| errand.request().unwrap().uri().to_string());
            assert_eq!(uri.ok().as_deref(), sent, "{address}");
        }
    }

    #[test]
    fn what_has_to_say_so_says_that_it_has_no_body() {
        for (method, length) in [(Method::POST, Some("0")), (Method::DELETE, None)] {
            let errand = Errand::new(method, "http://a/", HeaderMap::new(), Bytes::new()).unwrap();
            let request = errand.request().unwrap();
            let sent = request.headers().get(CONTENT_LENGTH);
            assert_eq!(sent.map(HeaderValue::as_bytes), length.map(str::as_bytes));
        }
    }

    #[test]
    fn secrets_stay_with_their_host_and_circles_end() {
        let mut errand = errand(Method::GET);
        let moved = StatusCode::FOUND;
        assert_eq!(errand.redirected(moved, Some("http://b/")), Ok(true));
        assert!(!errand.headers.contains_key(AUTHORIZATION));
        for _ in 1..MOST {
            assert_eq!(errand.redirected(moved, Some("/")), Ok(true));
        }
        assert!(errand.redirected(moved, Some("/")).is_err());
    }
}
