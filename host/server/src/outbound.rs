//! Calls to other servers: callbacks, which check certificates, and the proxy, which like
//! Mockoon's takes any.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use wasmock_client::tls;

pub(crate) use wasmock_client::tls::crypto;

use crate::http::ReplyBody;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(30);
/// How long an unused connection is kept; Node's servers close theirs after five seconds.
const KEPT: Duration = Duration::from_secs(4);
/// How many unused connections to one server are kept: all.
const IDLE: usize = usize::MAX;

type Https = Client<HttpsConnector<HttpConnector>, ReplyBody>;

/// The clients of a site, made when they are first needed.
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    checking: OnceLock<Https>,
    trusting: OnceLock<Https>,
    /// Trusts as well, and keeps no connection.
    fresh: OnceLock<Https>,
}

impl Outbound {
    /// Sends a request to a server whose certificate is checked.
    ///
    /// # Errors
    /// In the words of Node, which logs and clients know.
    pub(crate) async fn send(
        &self,
        request: Request<ReplyBody>,
    ) -> Result<Response<Incoming>, String> {
        let client = self.checking.get_or_init(|| client(tls::checking(), IDLE));
        send(client, request).await
    }

    /// Sends a request to a server whatever its certificate.
    ///
    /// A server may close a kept connection just as it is used. What can be asked twice is then
    /// asked again over a new one; everything else has a new one from the start.
    ///
    /// # Errors
    /// As [`Outbound::send`].
    pub(crate) async fn send_trusting(
        &self,
        request: Request<ReplyBody>,
    ) -> Result<Response<Incoming>, String> {
        let fresh = self.fresh.get_or_init(|| client(anybody(), 0));
        let Some(again) = repeated(&request) else {
            return send(fresh, request).await;
        };
        let kept = self.trusting.get_or_init(|| client(anybody(), IDLE));
        match kept.request(request).await {
            Err(error) if error.is_connect() => Err(describe(&error, again.uri())),
            Err(_) => send(fresh, again).await,
            Ok(answer) => Ok(answer),
        }
    }
}

/// The request once more, where HTTP lets a client ask twice and no body has been given away.
fn repeated(request: &Request<ReplyBody>) -> Option<Request<ReplyBody>> {
    let is_empty = request.body().size_hint().exact() == Some(0);
    if !request.method().is_idempotent() || !is_empty {
        return None;
    }
    let mut again = Request::new(ReplyBody::bytes(Bytes::new()));
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    Some(again)
}

async fn send(client: &Https, request: Request<ReplyBody>) -> Result<Response<Incoming>, String> {
    let target = request.uri().clone();
    client
        .request(request)
        .await
        .map_err(|error| describe(&error, &target))
}

fn client(tls: ClientConfig, idle: usize) -> Https {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(CONNECT));
    http.set_nodelay(true);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(KEPT)
        .pool_max_idle_per_host(idle)
        .pool_timer(TokioTimer::new())
        .http1_title_case_headers(true)
        .build(connector)
}

fn anybody() -> ClientConfig {
    let verifier = Arc::new(Anybody(crypto()));
    tls::builder()
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth()
}

/// Believes every certificate, but not a broken handshake.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A failure in the words of Node, where Node has words for it.
fn describe(error: &hyper_util::client::legacy::Error, target: &http::Uri) -> String {
    let host = target.host().unwrap_or_default();
    let mut deepest: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(io) = deepest.downcast_ref::<std::io::Error>() {
            let port = target
                .port_u16()
                .unwrap_or(if target.scheme_str() == Some("https") {
                    443
                } else {
                    80
                });
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => {
                    let address = if host == "localhost" {
                        "127.0.0.1"
                    } else {
                        host
                    };
                    return format!("connect ECONNREFUSED {address}:{port}");
                }
                std::io::ErrorKind::ConnectionReset => return "read ECONNRESET".to_owned(),
                std::io::ErrorKind::TimedOut => return format!("connect ETIMEDOUT {host}:{port}"),
                _ => {}
            }
        }
        match deepest.source() {
            Some(source) => deepest = source,
            None => break,
        }
    }
    let message = deepest.to_string();
    match message.contains("failed to lookup address") {
        true => format!("getaddrinfo ENOTFOUND {host}"),
        false if message.starts_with("connection closed") => "socket hang up".to_owned(),
        false => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// Reads one request without a body; whether there was one.
    async fn read(stream: &mut TcpStream) -> bool {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else {
                return false;
            };
            head.push(byte);
        }
        true
    }

    #[tokio::test]
    async fn a_kept_connection_that_closes_costs_no_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Answers once a connection, and closes at the second request.
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                    if read(&mut stream).await && stream.write_all(answer).await.is_ok() {
                        read(&mut stream).await;
                    }
                });
            }
        });
        let outbound = Outbound::default();
        for method in [Method::GET, Method::GET, Method::POST, Method::HEAD] {
            let mut request = Request::new(ReplyBody::bytes(Bytes::new()));
            *request.method_mut() = method.clone();
            *request.uri_mut() = format!("http://{address}/").parse().unwrap();
            let answer = outbound.send_trusting(request).await;
            assert_eq!(
                answer.map(|answer| answer.status().as_u16()),
                Ok(200),
                "{method}"
            );
        }
    }
}
