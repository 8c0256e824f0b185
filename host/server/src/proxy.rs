//! Proxy mode: what no route answers is asked of another server.
//!
//! The request goes on as it came, but for the host, headers that speak about the connection
//! and what the file adds; the answer comes back as it is made, body and all, without being
//! held. Upgrades are tunnelled.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, SET_COOKIE, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use wasmock_environment::Environment;
use wasmock_exchange::Call;

use crate::headers::joined;
use crate::http::exchange::{RequestFacts, target, text};
use crate::http::{Flow, Reply, ReplyBody, apply_headers};
use crate::journal;
use crate::mock::{Header, plain_headers, plain_value};
use crate::router::collapse_slashes;
use crate::site::Site;

/// The proxy of a mock.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// As the file writes it, for error texts.
    host: String,
    /// Scheme and authority.
    scheme: String,
    authority: String,
    /// The path before every path, without a slash at its end.
    base: String,
    /// Taken off the front of paths.
    prefix: Option<String>,
    request_headers: Vec<Header>,
    answer_headers: Vec<Header>,
}

impl Proxy {
    /// Nothing when it is switched off or its address is none.
    pub(crate) fn new(environment: &Environment) -> Option<Self> {
        if !environment.proxy_mode || environment.proxy_host.is_empty() {
            return None;
        }
        let uri: Uri = environment.proxy_host.parse().ok()?;
        let scheme = uri
            .scheme_str()
            .filter(|scheme| matches!(*scheme, "http" | "https"))?
            .to_owned();
        let authority = uri.authority()?.as_str();
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host)
            .to_owned();
        let prefix = environment.endpoint_prefix.trim_start_matches('/');
        let removed = environment.proxy_remove_prefix && !prefix.is_empty();
        Some(Self {
            host: environment.proxy_host.clone(),
            scheme,
            authority,
            base: uri.path().trim_end_matches('/').to_owned(),
            prefix: removed.then(|| format!("/{prefix}")),
            request_headers: plain_headers(&environment.proxy_req_headers),
            answer_headers: plain_headers(&environment.proxy_res_headers),
        })
    }

    /// The path and query to ask for.
    fn path<'a>(&self, url: &'a str) -> &'a str {
        self.prefix
            .as_ref()
            .and_then(|prefix| url.strip_prefix(prefix.as_str()))
            .unwrap_or(url)
    }

    fn uri(&self, path: &str) -> Result<Uri, String> {
        let path = &*written(path);
        let slash = if path.starts_with('/') || (path.is_empty() && !self.base.is_empty()) {
            ""
        } else {
            "/"
        };
        format!(
            "{}://{}{}{slash}{path}",
            self.scheme, self.authority, self.base
        )
        .parse()
        .map_err(|error: http::uri::InvalidUri| error.to_string())
    }

    /// Whether the headers of the file need nothing of the request, so that its body need not
    /// be here.
    pub(crate) fn is_fixed(&self) -> bool {
        self.request_headers
            .iter()
            .chain(&self.answer_headers)
            .all(Header::is_fixed)
    }

    /// Asks the other server; `environment` are the headers of every answer.
    pub(crate) async fn forward(
        &self,
        site: &Site,
        facts: &RequestFacts,
        body: ReplyBody,
        environment: HeaderMap,
        call: Call,
    ) -> Reply {
        let mut sent = end_to_end(&facts.head.headers);
        sent.remove(EXPECT);
        // The client's is about this server; one in the file is meant for the other.
        sent.remove(HOST);
        let call = apply_headers(site, &self.request_headers, &mut sent, call).await;
        let path = self.path(facts.url());
        let answer = match self.request(facts.head.method.clone(), path, sent, body) {
            Ok(request) => site.outbound().send_trusting(request).await,
            Err(message) => Err(message),
        };
        let (head, body) = match answer {
            Ok(answer) => answer.into_parts(),
            Err(message) => {
                site_error!(
                    site,
                    "An error occurred while trying to proxy to {} {message}",
                    self.host
                );
                let message = format!(
                    "An error occurred while trying to proxy to {} {path}: Error: {message}",
                    self.host
                );
                return Reply::message(StatusCode::GATEWAY_TIMEOUT, environment, message);
            }
        };
        let mut answered = end_to_end(&head.headers);
        rewrite_cookies(&mut answered, site.is_tls());
        apply_headers(site, &self.answer_headers, &mut answered, call).await;
        let mut headers = environment;
        headers.remove(CONTENT_LENGTH);
        for name in answered.keys() {
            headers.remove(name);
        }
        headers.extend(answered);
        let copied = if site.journal().is_idle() {
            0
        } else {
            journal::BODY
        };
        let body = ReplyBody::Flow(Box::new(Flow::of_server(body, copied)));
        Reply {
            status: head.status,
            headers,
            body,
            sent: false,
            failed: false,
            text: false,
        }
    }

    fn request(
        &self,
        method: http::Method,
        path: &str,
        mut headers: HeaderMap,
        body: ReplyBody,
    ) -> Result<Request<ReplyBody>, String> {
        if let (false, Ok(host)) = (
            headers.contains_key(HOST),
            HeaderValue::from_str(&self.authority),
        ) {
            headers.insert(HOST, host);
        }
        // As Mockoon's proxy, these two say even that they bring nothing.
        let says_nothing = matches!(method.as_str(), "DELETE" | "OPTIONS");
        let length = body.size_hint().exact();
        if let Some(length) = length.filter(|length| *length > 0 || says_nothing) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        if length.is_none() {
            // Else hyper drops the body of a GET whose length nobody announced.
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self.uri(path)?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Tunnels an upgrade.
    pub(crate) async fn upgrade(
        &self,
        site: &Site,
        mut request: Request<Incoming>,
    ) -> Response<Bytes> {
        let on_client = hyper::upgrade::on(&mut request);
        let (head, _) = request.into_parts();
        let mut headers = end_to_end(&head.headers);
        headers.remove(HOST);
        for name in [CONNECTION, UPGRADE] {
            headers.extend(head.headers.get(&name).map(|value| (name, value.clone())));
        }
        let path = self.path(target(&head));
        let answer = match self.request(
            head.method.clone(),
            path,
            headers,
            ReplyBody::bytes(Bytes::new()),
        ) {
            Ok(request) => site.outbound().send_trusting(request).await,
            Err(message) => Err(message),
        };
        match answer {
            Ok(answer) => tunnel(answer, on_client).await,
            Err(message) => {
                let message = format!(
                    "An error occurred while trying to proxy to {} {path}: Error: {message}",
                    self.host
                );
                site_error!(site, "{message}");
                let mut response = Response::new(Bytes::from(message));
                *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
                response
            }
        }
    }
}

/// A path and query as Mockoon's proxy asks for them: with slashes for backslashes, and with both
/// slashes of an address in the path, of which the router sees one.
fn written(target: &str) -> Cow<'_, str> {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    if !path.contains('\\') && !path.contains(":/") {
        return Cow::Borrowed(target);
    }
    let slashed = path.replace('\\', "/");
    let addressed = collapse_slashes(&slashed)
        .replacen("http:/", "http://", 1)
        .replacen("https:/", "https://", 1);
    Cow::Owned(addressed + query)
}

/// Joins the two connections when the other server agreed; else passes its refusal on.
async fn tunnel(mut answer: Response<Incoming>, on_client: OnUpgrade) -> Response<Bytes> {
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let (head, body) = answer.into_parts();
        let body = body
            .collect()
            .await
            .map(|body| body.to_bytes())
            .unwrap_or_default();
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = end_to_end(&head.headers);
        response.headers_mut().remove(CONTENT_LENGTH);
        return response;
    }
    let on_server = hyper::upgrade::on(&mut answer);
    tokio::spawn(async move {
        let (Ok(client), Ok(server)) = tokio::join!(on_client, on_server) else {
            return;
        };
        let (mut client, mut server) = (TokioIo::new(client), TokioIo::new(server));
        // Either side may end the conversation in any way it likes.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    *response.headers_mut() = answer.headers().clone();
    response
}

/// The headers that are not about one connection, those that come twice in one line each.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| {
            text(value)
                .split(',')
                .map(|name| name.trim().to_ascii_lowercase())
                .collect::<Vec<_>>()
        })
        .collect();
    let is_hop = |name: &HeaderName| {
        [CONNECTION, TRANSFER_ENCODING, UPGRADE].contains(name)
            || matches!(
                name.as_str(),
                "keep-alive" | "proxy-connection" | "te" | "trailer"
            )
            || named.iter().any(|other| other == name.as_str())
    };
    let mut kept = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys().filter(|name| !is_hop(name)) {
        let lines = headers.get_all(name);
        if name == SET_COOKIE || lines.iter().nth(1).is_none() {
            kept.extend(lines.iter().map(|value| (name.clone(), value.clone())));
        } else if let Some(value) =
            joined(name.as_str(), lines.iter().map(text)).and_then(|line| plain_value(&line))
        {
            kept.insert(name, value);
        }
    }
    kept
}

/// Takes `Domain` out of cookies, and `Secure` where clients speak no TLS.
fn rewrite_cookies(headers: &mut HeaderMap, is_tls: bool) {
    if !headers.contains_key(SET_COOKIE) {
        return;
    }
    let cookies: Vec<HeaderValue> = headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|v| rewrite_cookie(v, is_tls))
        .collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}

fn rewrite_cookie(cookie: &HeaderValue, is_tls: bool) -> HeaderValue {
    let Ok(written) = cookie.to_str() else {
        return cookie.clone();
    };
    let mut parts = written.split(';');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part.split('=').next().unwrap_or_default().trim();
        let names_domain = part
            .split_once('=')
            .is_some_and(|(_, domain)| !domain.is_empty());
        let dropped = (names_domain && name.eq_ignore_ascii_case("domain"))
            || (!is_tls && part.trim().eq_ignore_ascii_case("secure"));
        if !dropped {
            out.push(';');
            out.push_str(part);
        }
    }
    HeaderValue::from_str(&out).unwrap_or_else(|_| cookie.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(host: &str, prefix: &str, remove: bool) -> Option<Proxy> {
        Proxy::new(&Environment {
            proxy_mode: true,
            proxy_host: host.to_owned(),
            endpoint_prefix: prefix.to_owned(),
            proxy_remove_prefix: remove,
            ..Environment::default()
        })
    }

    #[test]
    fn paths_are_joined_as_texts() {
        for (host, prefix, remove, url, expected) in [
            ("http://a:1", "", false, "/x?y=1", "http://a:1/x?y=1"),
            ("http://a:1/", "", false, "/x", "http://a:1/x"),
            ("https://a/base/", "", false, "/x", "https://a/base/x"),
            ("http://a", "api", true, "/api/x", "http://a/x"),
            ("http://a", "api", false, "/api/x", "http://a/api/x"),
            ("http://a", "api", true, "/other", "http://a/other"),
            ("http://a", "api", true, "/api", "http://a/"),
            ("http://a", "", false, "/\\b\\c?d\\e", "http://a/b/c?d\\e"),
            ("http://a", "", false, "/http:/b", "http://a/http://b"),
            (
                "http://a",
                "",
                false,
                "/x?u=http:/b",
                "http://a/x?u=http:/b",
            ),
        ] {
            let proxy = proxy(host, prefix, remove).unwrap();
            assert_eq!(
                proxy.uri(proxy.path(url)).unwrap(),
                expected,
                "{host} {url}"
            );
        }
        for host in ["", "no address", "ftp://a", "/path"] {
            assert!(proxy(host, "", false).is_none(), "{host}");
        }
    }

    #[test]
    fn a_host_of_the_file_is_meant_for_the_other_server() {
        let proxy = proxy("http://a:1", "", false).unwrap();
        let host = |headers: HeaderMap| {
            let body = ReplyBody::bytes(Bytes::new());
            let request = proxy.request(http::Method::GET, "/", headers, body);
            request.unwrap().headers()[HOST].clone()
        };
        assert_eq!(host(HeaderMap::new()), "a:1");
        let named = HeaderMap::from_iter([(HOST, HeaderValue::from_static("b.org"))]);
        assert_eq!(host(named), "b.org");
    }

    #[test]
    fn cookies_lose_what_binds_them_to_the_other_server() {
        for (cookie, tls, rewritten) in [
            ("a=1; Domain=x.org; Path=/; Secure", false, "a=1; Path=/"),
            (
                "a=1; domain=x.org; secure; HttpOnly",
                true,
                "a=1; secure; HttpOnly",
            ),
            ("a=secure", false, "a=secure"),
            ("a=1; Domain=", false, "a=1; Domain="),
        ] {
            assert_eq!(
                rewrite_cookie(&HeaderValue::from_static(cookie), tls),
                rewritten
            );
        }
    }

    #[test]
    fn headers_of_the_connection_stay_behind() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, x-hop"),
            ("x-hop", "1"),
            ("x-end", "2"),
            ("x-end", "3"),
            ("referer", "a"),
            ("referer", "b"),
            ("set-cookie", "c=1"),
            ("set-cookie", "d=2"),
            ("te", "trailers"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let kept = end_to_end(&headers);
        let lines = kept
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [
                "x-end: 2, 3",
                "referer: a",
                "set-cookie: c=1",
                "set-cookie: d=2"
            ]
        );
    }
}
