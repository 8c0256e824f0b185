//! Listening, accepting, and ending in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use wasmock_exchange::limits;

use super::pipeline::handle;
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
    let builder = builder();
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
                connect(&site, &builder, &graceful, stream, peer);
            }
            Err(error) => {
                // Out of file descriptors, mostly: existing connections must go on.
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    site.sockets().stop().await;
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some exchanges did not end in {} seconds", DRAIN.as_secs());
    }
}

/// Serves one connection in a task of its own, greeting it first where clients speak TLS.
fn connect(
    site: &Arc<Site>,
    builder: &auto::Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let Some(tls) = site.tls() else {
        tokio::spawn(converse(
            site.clone(),
            builder.clone(),
            graceful.watcher(),
            stream,
            peer,
        ));
        return;
    };
    let greeting = tls.accept(stream);
    let (site, builder, watcher) = (site.clone(), builder.clone(), graceful.watcher());
    tokio::spawn(async move {
        match tokio::time::timeout(limits::REQUEST_HEAD_TIME, greeting).await {
            Ok(Ok(stream)) => converse(site, builder, watcher, stream, peer).await,
            Ok(Err(error)) => tracing::debug!(%peer, "a TLS handshake failed: {error}"),
            Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
        }
    });
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
    let service = service_fn(move |request| handle(&site, peer, request));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%peer, "a connection ended: {error}");
    }
}

/// HTTP/1.1 and HTTP/2 by what the client says first.
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
