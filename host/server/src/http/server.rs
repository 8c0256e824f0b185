//! Listening, accepting, and ending in order.
//!
//! HTTP/1.1 and HTTP/2 share a port. Which one a client speaks is known before hyper is asked: by
//! the TLS handshake, or by a look at its first bytes that takes nothing. hyper-util can find out
//! by itself, but waits for those bytes without a limit of time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::time::{sleep, timeout};
use wasmock_exchange::{Clock, limits};

use super::pipeline::handle;
use super::problem;
use crate::admin::Access;
use crate::error::{Error, Kind};
use crate::site::Site;

/// How long a stopping server waits for exchanges in progress.
const DRAIN: Duration = Duration::from_secs(10);

/// An address that is listened on.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
}

impl Listener {
    /// Listens. An empty host name is every address of the machine, in both versions of IP.
    ///
    /// # Errors
    /// The address is taken, unknown, or not to be listened on.
    pub async fn bind(hostname: &str, port: u16) -> Result<Self, Error> {
        let error = |error| Error::new(Kind::Listen(error));
        if hostname.is_empty() {
            let every = [
                SocketAddr::from(([0u16; 8], port)),
                SocketAddr::from(([0u8; 4], port)),
            ];
            return listen_first(every).map_err(error);
        }
        let addresses = lookup_host((hostname, port)).await.map_err(error)?;
        listen_first(addresses).map_err(error)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.tcp
            .local_addr()
            .map_err(|error| Error::new(Kind::Listen(error)))
    }
}

/// The first address that can be listened on; the last failure when there is none. A taken port
/// is final: the next address would split the clients between two servers.
fn listen_first(addresses: impl IntoIterator<Item = SocketAddr>) -> std::io::Result<Listener> {
    let mut failure = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match listen(address) {
            Ok(tcp) => return Ok(Listener { tcp }),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => return Err(error),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A port whose connections are still in TIME_WAIT can be had again.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

/// Serves a site until `shutdown` completes, then lets exchanges in progress end.
pub async fn serve(site: Arc<Site>, listener: Listener, shutdown: impl Future<Output = ()>) {
    if let Ok(address) = listener.address() {
        site.set_address(address);
    }
    if let Some(token) = site.access().and_then(Access::made_up_token) {
        let environment = site.environment();
        tracing::warn!(
            environmentName = environment.name,
            environmentUUID = environment.uuid,
            "Admin API token (auto-generated): {token}"
        );
    }
    site.sockets().start(&site);
    let builders = Builders::new();
    let mut refusals = Refusals::default();
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.tcp.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Answers are written whole; waiting for more only delays them.
                let _ = stream.set_nodelay(true);
                connect(&site, &builders, &graceful, stream, peer);
            }
            Err(error) => {
                refusals.log(&error);
                // Existing connections must go on, and one of them may end.
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    site.sockets().stop().await;
    if timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some exchanges did not end in {} seconds", DRAIN.as_secs());
    }
}

/// Speaks up about connections that cannot be accepted, at most once a second.
#[derive(Default)]
struct Refusals {
    last: Option<std::time::Instant>,
}

impl Refusals {
    fn log(&mut self, error: &io::Error) {
        let now = Clock::instant();
        if self
            .last
            .is_some_and(|last| now - last < Duration::from_secs(1))
        {
            return;
        }
        self.last = Some(now);
        // EMFILE and ENFILE; the standard library has no kind for them.
        if matches!(error.raw_os_error(), Some(23 | 24)) {
            tracing::warn!(
                "no more connections: the process has as many files open as the system allows; \
                 raise its limit (ulimit -n, LimitNOFILE)"
            );
        } else {
            tracing::warn!("a connection could not be accepted: {error}");
        }
    }
}

/// What HTTP a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Http1,
    Http2,
}

/// What clients begin with that speak HTTP/2 without asking.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Looks at the first bytes of a client, and leaves them where they are.
async fn version(stream: &TcpStream) -> io::Result<Version> {
    let mut start = [0; PREFACE.len()];
    loop {
        let count = stream.peek(&mut start).await?;
        if count == 0 || start[..count] != PREFACE[..count] {
            return Ok(Version::Http1);
        }
        if count == PREFACE.len() {
            return Ok(Version::Http2);
        }
        // Bytes that were looked at do not ring again.
        sleep(Duration::from_millis(10)).await;
    }
}

/// Serves one connection in a task of its own, greeting it first where clients speak TLS.
fn connect(
    site: &Arc<Site>,
    builders: &Builders,
    graceful: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let (site, builders, watcher) = (site.clone(), builders.clone(), graceful.watcher());
    let Some(tls) = site.tls() else {
        tokio::spawn(async move {
            match beginning(&site, version(&stream)).await {
                Ok(version) => {
                    let builder = builders.of(version);
                    // Its own allocation, gone with HTTP: a WebSocket keeps no room for it.
                    Box::pin(converse(site, builder, watcher, stream, peer)).await;
                }
                Err(error) => tracing::debug!(%peer, "a connection did not begin: {error}"),
            }
        });
        return;
    };
    let greeting = tls.accept(stream);
    tokio::spawn(async move {
        match beginning(&site, greeting).await {
            Ok(stream) => {
                let version = match stream.get_ref().1.alpn_protocol() {
                    Some(b"h2") => Version::Http2,
                    _ => Version::Http1,
                };
                let builder = builders.of(version);
                Box::pin(converse(site, builder, watcher, stream, peer)).await;
            }
            Err(error) => tracing::debug!(%peer, "a TLS handshake failed: {error}"),
        }
    });
}

/// What must be there before a connection counts: within its time, and while the server serves.
async fn beginning<T>(site: &Site, begun: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::select! {
        begun = timeout(limits::REQUEST_HEAD_TIME, begun) => begun?,
        () = site.sockets().stopped() => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

async fn converse<S>(
    site: Arc<Site>,
    builder: auto::Builder<TokioExecutor>,
    watcher: Watcher,
    stream: S,
    peer: SocketAddr,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = handle(&site, peer, request);
        match site.options().dev {
            true => problem::with_notice(&site, answer),
            false => answer,
        }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%peer, "a connection ended: {error}");
    }
}

/// How each version is spoken.
#[derive(Clone)]
struct Builders {
    http1: auto::Builder<TokioExecutor>,
    http2: auto::Builder<TokioExecutor>,
}

impl Builders {
    fn new() -> Self {
        let builder = builder();
        Self {
            http1: builder.clone().http1_only(),
            http2: builder.http2_only(),
        }
    }

    fn of(self, version: Version) -> auto::Builder<TokioExecutor> {
        match version {
            Version::Http1 => self.http1,
            Version::Http2 => self.http2,
        }
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::REQUEST_HEAD_TIME)
        .max_buf_size(limits::REQUEST_HEAD)
        .max_headers(limits::REQUEST_HEADERS)
        // Clients that have sent their request and close their half still get the answer.
        .half_close(true)
        // Not `pipeline_flush`: with it, a WebSocket handshake that comes in one segment with
        // its first frame is never answered.
        .title_case_headers(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits::REQUEST_HEAD as u32);
    builder
}
