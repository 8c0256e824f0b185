//! A request of ours that another server may send elsewhere, as `fetch` follows redirects.
//!
//! 303, and 301 or 302 after POST, become GET without a body; everything else is sent again as
//! it was. What belongs to one host (authorization, cookies) does not go to another. After
//! twenty redirects the errand fails.

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, HOST,
};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::http::ReplyBody;

const MOST: usize = 20;

/// A request that can be sent more than once.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    redirects: usize,
}

impl Errand {
    pub(crate) fn new(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            method,
            uri,
            headers,
            body,
            redirects: 0,
        }
    }

    pub(crate) fn request(&self) -> Request<ReplyBody> {
        let mut request = Request::new(ReplyBody::bytes(self.body.clone()));
        request.method_mut().clone_from(&self.method);
        request.uri_mut().clone_from(&self.uri);
        request.headers_mut().clone_from(&self.headers);
        request
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
        let next = join(&self.uri, location).ok_or("fetch failed: invalid redirect URL")?;
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
        if (next.scheme(), next.authority()) != (self.uri.scheme(), self.uri.authority()) {
            for name in [AUTHORIZATION, COOKIE, HOST] {
                self.headers.remove(name);
            }
        }
        self.uri = next;
        Ok(true)
    }
}

/// The address that a reference leads to from another.
fn join(base: &Uri, reference: &str) -> Option<Uri> {
    let reference = as_url(reference);
    let scheme = base.scheme_str()?;
    let authority = base.authority()?;
    let path = base.path();
    let whole = if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if reference.contains("://") {
        reference
    } else if reference.starts_with('/') {
        format!("{scheme}://{authority}{reference}")
    } else if reference.starts_with('?') {
        format!("{scheme}://{authority}{path}{reference}")
    } else {
        let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
        format!("{scheme}://{authority}{folder}{reference}")
    };
    let uri: Uri = whole.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    (known && uri.authority().is_some()).then_some(uri)
}

/// An address with what a URL may not hold percent-encoded, as browsers do it.
pub(crate) fn as_url(address: &str) -> String {
    const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\'');
    const PATH: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'}');
    let address = address.trim_matches(|c| c <= ' ');
    let address = address
        .split_once('#')
        .map_or(address, |(before, _)| before);
    match address.split_once('?') {
        None => utf8_percent_encode(address, PATH).to_string(),
        Some((path, query)) => format!(
            "{}?{}",
            utf8_percent_encode(path, PATH),
            utf8_percent_encode(query, QUERY)
        ),
    }
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
        let uri = "http://a/x/y?q".parse().unwrap();
        Errand::new(method, uri, headers, Bytes::from("body"))
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
    fn references_are_joined() {
        for (reference, address) in [
            ("/z", Some("http://a/z")),
            ("z", Some("http://a/x/z")),
            ("?r", Some("http://a/x/y?r")),
            ("//b/z", Some("http://b/z")),
            ("https://b/z d#f", Some("https://b/z%20d")),
            ("ftp://b/z", None),
        ] {
            let base = "http://a/x/y?q".parse().unwrap();
            let joined = join(&base, reference).map(|uri| uri.to_string());
            assert_eq!(joined.as_deref(), address, "{reference}");
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
