//! One document of the web, whole, for the process itself: no plugin comes through here.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use url::Url;

use crate::address::{Host, Target};
use crate::connect::{ConnectError, connect};

/// Time to connect, and time in which a body must make progress.
const PATIENCE: Duration = Duration::from_secs(30);
/// Redirects followed.
const REDIRECTS: usize = 10;

/// What a server answered.
#[derive(Debug)]
pub struct Document {
    /// The status after all redirects.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none of the web.
    #[error("`{0}` is no address that can be fetched")]
    Address(String),
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It broke off, or did not speak HTTP.
    #[error("{0} broke off: {1}")]
    Broken(String, String),
    /// It is larger than allowed.
    #[error("{0} sends more than {1} MiB")]
    TooLarge(String, usize),
    /// It leads round and round, or from a secure address to one that is not.
    #[error("{0}")]
    Redirect(String),
}

/// Fetches a document of at most `limit` bytes. Redirects are followed; headers go to the first
/// server only, because they may hold a secret.
///
/// # Errors
/// See [`FetchError`]; a status is none.
pub async fn get(
    address: &str,
    headers: &[(HeaderName, HeaderValue)],
    limit: usize,
) -> Result<Document, FetchError> {
    let wrong = |address: &str| FetchError::Address(address.to_owned());
    let mut url = Url::parse(address).map_err(|_| wrong(address))?;
    let first = url.origin();
    for _ in 0..=REDIRECTS {
        let sent = if url.origin() == first { headers } else { &[] };
        let document = get_once(&url, sent, limit).await?;
        let next = document
            .headers
            .get(LOCATION)
            .filter(|_| document.status.is_redirection());
        let Some(next) = next else {
            return Ok(document);
        };
        let next = next.to_str().ok().and_then(|next| url.join(next).ok());
        let next = next.ok_or_else(|| wrong(address))?;
        if url.scheme() == "https" && next.scheme() != "https" {
            return Err(FetchError::Redirect(format!(
                "{address} leads to {next}, which is not secure"
            )));
        }
        url = next;
    }
    Err(FetchError::Redirect(format!(
        "{address} leads on more than {REDIRECTS} times"
    )))
}

async fn get_once(
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
    limit: usize,
) -> Result<Document, FetchError> {
    let wrong = || FetchError::Address(url.to_string());
    let secure = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return Err(wrong()),
    };
    let host: Host = url
        .host_str()
        .and_then(|host| host.parse().ok())
        .ok_or_else(wrong)?;
    let target = Target::new(host, url.port(), secure);
    let place = target.as_grant();
    let broken =
        |error: &dyn std::fmt::Display| FetchError::Broken(place.clone(), error.to_string());
    let stream = connect(&target, secure, PATIENCE, |_| true).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broken(&error))?;
    // It ends with the sender; what went wrong, the sender is told.
    let connection = tokio::spawn(connection);
    let path = url.query().map_or_else(
        || url.path().to_owned(),
        |query| format!("{}?{query}", url.path()),
    );
    let mut request = Request::get(path)
        .header(HOST, place.as_str())
        .header(USER_AGENT, concat!("wasmock/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Empty::<Bytes>::new())
        .map_err(|error| broken(&error))?;
    let silent = || broken(&format!("nothing came for {PATIENCE:?}"));
    let response = tokio::time::timeout(PATIENCE, sender.send_request(request))
        .await
        .map_err(|_| silent())?
        .map_err(|error| broken(&error))?;
    let (parts, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(frame) = tokio::time::timeout(PATIENCE, body.frame())
        .await
        .map_err(|_| silent())?
    {
        let frame = frame.map_err(|error| broken(&error))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > limit {
            connection.abort();
            return Err(FetchError::TooLarge(url.to_string(), limit >> 20));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Document {
        status: parts.status,
        headers: parts.headers,
        body: bytes.freeze(),
    })
}
