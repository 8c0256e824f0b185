//! WASI's outbound HTTP: linked for everybody, because JavaScript and Python components import
//! it whether they use it or not, and refused unless the host is granted.
//!
//! Every request is checked by itself, so a redirect that a guest follows is another request;
//! nothing is followed here. The name is looked up once, and the connection goes to an address
//! that was checked (see `wasmock_client::address`). A request gets a connection of its own:
//! plugins call out seldom, and a pool would be one more thing that two plugins share.

use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use wasmock_client::address::Target;
use wasmock_client::{ConnectError, connect};
use wasmock_exchange::limits;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::grants::Held;

/// What a plugin's requests meet.
pub(crate) struct Outbound {
    pub(crate) held: Arc<Held>,
}

type Sent = Result<(http::Response<WasiBody>, Trailing), Error>;
type Trailing = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Trailing,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(send(self.held.clone(), request, options))
    }
}

async fn send(
    held: Arc<Held>,
    mut request: http::Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Sent {
    let secure = request.uri().scheme() == Some(&Scheme::HTTPS);
    let target = target(request.uri(), secure).ok_or(Error::HttpRequestUriInvalid)?;
    if !held.may_ask(&target) {
        return Err(Error::HttpRequestDenied);
    }
    let Ok(place) = held.requests.clone().try_acquire_owned() else {
        return Err(Error::ConnectionLimitReached);
    };
    let at_most =
        |wished: Option<Duration>| wished.unwrap_or(limits::OUTBOUND).min(limits::OUTBOUND);
    let options = options.unwrap_or_default();
    let within = at_most(options.connect_timeout);
    let stream = connect(&target, secure, within, |address| {
        held.may_reach(&target, address)
    });
    let stream = stream
        .await
        .map_err(|error| refused(&held, &target, error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Scheme and host belong into the request line of a proxy only.
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    let mut connection = Box::pin(connection);
    let mut sent = std::pin::pin!(tokio::time::timeout(
        at_most(options.first_byte_timeout),
        sender.send_request(request)
    ));
    let mut is_over = false;
    let response = tokio::select! {
        biased;
        response = &mut sent => response,
        ended = &mut connection => {
            ended?;
            is_over = true;
            sent.await
        }
    };
    let response = response.map_err(|_| Error::ConnectionReadTimeout)??;
    let trailing = async move {
        let _place = place;
        match is_over {
            true => Ok(()),
            false => connection.await.map_err(Error::from),
        }
    };
    let response = response.map(|body| body.map_err(Error::from).boxed_unsync());
    Ok((response, Box::new(trailing)))
}

fn target(uri: &Uri, secure: bool) -> Option<Target> {
    let authority = uri.authority()?;
    // A name before the host (`good.com@evil.com`) is no host; what is no number is no port.
    if authority.as_str().contains('@') {
        return None;
    }
    let after = authority.as_str().strip_prefix(authority.host())?;
    let port = match after.strip_prefix(':') {
        None => None,
        Some(port) => Some(port.parse().ok()?),
    };
    Some(Target::new(authority.host().parse().ok()?, port, secure))
}

fn refused(held: &Held, target: &Target, error: ConnectError) -> Error {
    match error {
        ConnectError::Forbidden(_, address) => {
            held.refuse_address(target, address);
            Error::DestinationIpProhibited
        }
        ConnectError::Unknown(_) => Error::DnsError {
            rcode: Some("name not found".to_owned()),
            info_code: None,
        },
        ConnectError::Refused(_, error)
            if error.kind() == std::io::ErrorKind::ConnectionRefused =>
        {
            Error::ConnectionRefused
        }
        ConnectError::Refused(_, error) => Error::Connect(error),
        ConnectError::Tls(_, error) => Error::Tls(error),
        ConnectError::TooLong(..) => Error::ConnectionTimeout,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_request_is_read_one_way_only() {
        let grant = |uri: &str| {
            let target = target(&uri.parse().unwrap(), uri.starts_with("https"));
            target.map(|target| target.as_grant())
        };
        assert_eq!(grant("https://A.b/x"), Some("a.b".to_owned()));
        assert_eq!(grant("http://a.b:443/"), Some("a.b:443".to_owned()));
        assert_eq!(grant("http://0x7f.1:80/"), Some("127.0.0.1".to_owned()));
        assert_eq!(
            grant("http://[::ffff:10.0.0.1]/"),
            Some("10.0.0.1".to_owned())
        );
        assert_eq!(grant("http://good.com@evil.com/"), None);
        assert_eq!(grant("http://good.com:x/"), None);
        assert_eq!(grant("http://1.2.3.4.5/"), None);
    }
}
