//! `exchange`: what the client sent.

use wasmock_exchange::{Frame, Kind};
use wasmock_javascript::Value;
use wasmock_javascript::path::Path;

use crate::bindings::wasmock::host::exchange::{self, ExchangeSnapshot as Snapshot, Host};
use crate::bindings::wasmock::host::types::{self, Value as Wire};
use crate::guest::Guest;

impl Host for Guest {
    fn kind(&mut self) -> wasmtime::Result<exchange::ExchangeKind> {
        Ok(kind(self.current()?.exchange.kind()))
    }

    fn method(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.method().to_owned())
    }

    fn url(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.url().to_owned())
    }

    fn path(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.path().to_owned())
    }

    fn route(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.route().to_owned())
    }

    fn param(&mut self, name: String) -> wasmtime::Result<Wire> {
        let value = self.current()?.exchange.param(&name);
        self.references.lower(value)
    }

    fn params(&mut self) -> wasmtime::Result<Wire> {
        let value = self.current()?.exchange.params();
        self.references.lower(value)
    }

    fn query_at(&mut self, path: String) -> wasmtime::Result<Result<Wire, String>> {
        let query = self.current()?.exchange.query();
        self.at(&query, &path)
    }

    fn header(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self
            .current()?
            .exchange
            .header(&name)
            .map(|value| value.into_owned()))
    }

    fn header_all(&mut self, name: String) -> wasmtime::Result<Vec<String>> {
        let headers = self.current()?.exchange.headers().into_iter();
        Ok(headers
            .filter(|(other, _)| other.eq_ignore_ascii_case(&name))
            .map(|(_, value)| value)
            .collect())
    }

    fn headers(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.current()?.exchange.headers())
    }

    fn cookie(&mut self, name: String) -> wasmtime::Result<Wire> {
        let value = self
            .current()?
            .exchange
            .cookies()
            .get(&name)
            .unwrap_or_default();
        self.references.lower(value)
    }

    fn body_size(&mut self) -> wasmtime::Result<u64> {
        Ok(self.current()?.exchange.body().len() as u64)
    }

    fn body_bytes(&mut self, offset: u64, length: u64) -> wasmtime::Result<Vec<u8>> {
        let body = self.current()?.exchange.body();
        let bound = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(body.len());
        let (start, end) = (bound(offset), bound(offset.saturating_add(length)));
        Ok(body[start..end].to_vec())
    }

    fn body_text(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.body_text().into_owned())
    }

    fn body_at(&mut self, path: String) -> wasmtime::Result<Result<Wire, String>> {
        let body = self.current()?.exchange.parsed_body();
        self.at(&body, &path)
    }

    fn message(&mut self) -> wasmtime::Result<Option<types::Frame>> {
        Ok(self.current()?.exchange.message().map(|frame| match frame {
            Frame::Text(bytes) => types::Frame::Text(String::from_utf8_lossy(bytes).into_owned()),
            Frame::Binary(bytes) => types::Frame::Binary(bytes.to_vec()),
        }))
    }

    fn connection(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(self.current()?.exchange.connection().map(str::to_owned))
    }

    fn sequence(&mut self) -> wasmtime::Result<u64> {
        Ok(self.current()?.exchange.sequence())
    }

    fn id(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.id().into_owned())
    }

    fn remote_address(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.remote_address().into_owned())
    }

    fn hostname(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.hostname().into_owned())
    }

    fn base_url(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.exchange.base_url())
    }

    fn snapshot(&mut self) -> wasmtime::Result<Snapshot> {
        let exchange = &self.current()?.exchange;
        Ok(Snapshot {
            kind: kind(exchange.kind()),
            method: exchange.method().to_owned(),
            url: exchange.url().to_owned(),
            path: exchange.path().to_owned(),
            params: pairs(&exchange.params()),
            query: pairs(&exchange.query()),
            headers: exchange.headers(),
            body: exchange.body_text().into_owned(),
            sequence: exchange.sequence(),
        })
    }
}

impl Guest {
    /// The value at a path, on its way to the guest.
    pub(super) fn at(
        &mut self,
        data: &Value,
        path: &str,
    ) -> wasmtime::Result<Result<Wire, String>> {
        match Path::parse(path).get(data) {
            Ok(value) => self.references.lower(value).map(Ok),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

/// The members of an object as texts; lists give one pair an item.
fn pairs(object: &Value) -> Vec<(String, String)> {
    let members = object
        .as_object()
        .into_iter()
        .flat_map(|object| object.iter());
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(items) => {
                pairs.extend(
                    items
                        .iter()
                        .map(|item| (name.to_string(), item.to_text().into_owned())),
                );
            }
            value => pairs.push((name.to_string(), value.to_text().into_owned())),
        }
    }
    pairs
}

fn kind(kind: Kind) -> exchange::ExchangeKind {
    match kind {
        Kind::None => exchange::ExchangeKind::None,
        Kind::Http => exchange::ExchangeKind::Http,
        Kind::Opened => exchange::ExchangeKind::Opened,
        Kind::Message => exchange::ExchangeKind::Message,
        Kind::Tick => exchange::ExchangeKind::Tick,
        Kind::Broadcast => exchange::ExchangeKind::Broadcast,
        Kind::Closed => exchange::ExchangeKind::Closed,
        Kind::Callback => exchange::ExchangeKind::Callback,
    }
}
