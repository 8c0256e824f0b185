//! A connection to an address that was checked.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::address::{Host, Target};
use crate::tls;

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The name has no address.
    #[error("the name `{0}` was not found")]
    Unknown(String),
    /// The name leads to an address that may not be reached.
    #[error("`{0}` is at {1}, which may not be reached")]
    Forbidden(String, IpAddr),
    /// Nobody answers there.
    #[error("cannot connect to {0}: {1}")]
    Refused(String, io::Error),
    /// The certificate or the handshake is not good.
    #[error("no secure connection to {0}: {1}")]
    Tls(String, io::Error),
    /// It took too long.
    #[error("{0} did not answer within {1:?}")]
    TooLong(String, Duration),
}

/// Connects to a target, over TLS or not, at one of its addresses that `may` be reached.
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(
    target: &Target,
    secure: bool,
    within: Duration,
    may: impl Fn(IpAddr) -> bool,
) -> Result<Box<dyn Stream>, ConnectError> {
    let connecting = async {
        let stream = reach(target, may).await?;
        if !secure {
            return Ok(Box::new(stream) as Box<dyn Stream>);
        }
        let name = match &target.host {
            Host::Address(address) => ServerName::from(*address),
            Host::Name(name) => ServerName::try_from(name.clone())
                .map_err(|_| ConnectError::Unknown(name.clone()))?,
        };
        let connector = TlsConnector::from(tls::shared());
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| ConnectError::Tls(target.as_grant(), error))?;
        Ok(Box::new(stream) as Box<dyn Stream>)
    };
    match tokio::time::timeout(within, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(ConnectError::TooLong(target.as_grant(), within)),
    }
}

async fn reach(target: &Target, may: impl Fn(IpAddr) -> bool) -> Result<TcpStream, ConnectError> {
    let addresses: Vec<SocketAddr> = match &target.host {
        Host::Address(address) => vec![(*address, target.port).into()],
        Host::Name(name) => tokio::net::lookup_host((name.as_str(), target.port))
            .await
            .map(Iterator::collect)
            .unwrap_or_default(),
    };
    let Some(first) = addresses.first() else {
        return Err(ConnectError::Unknown(target.host.to_string()));
    };
    let mut last = ConnectError::Forbidden(target.as_grant(), first.ip());
    for address in addresses.iter().filter(|address| may(address.ip())) {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A small request must not wait for more of it.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = ConnectError::Refused(target.as_grant(), error),
        }
    }
    Err(last)
}
