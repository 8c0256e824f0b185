//! WASI's outbound HTTP: linked, because JavaScript and Python components import it whether they
//! use it or not, and refused.

use std::sync::Arc;

use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::PluginName;
use crate::grants::Grants;

/// What a plugin's requests meet.
pub(crate) struct Outbound {
    pub(crate) plugin: PluginName,
    pub(crate) grants: Arc<Grants>,
}

type Sent = Result<(http::Response<WasiBody>, Trailing), Error>;
type Trailing = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Trailing,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let host = request.uri().host().unwrap_or_default();
        self.grants
            .missing(&self.plugin, &format!("outbound HTTP to `{host}`"));
        Box::new(std::future::ready(Err(Error::HttpRequestDenied)))
    }
}
