//! What happens, as server-sent events: past transactions first, then each new one.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{Sender, channel};
use wasmock_javascript::{Value, json, number};

use super::logs::show;
use super::state::{buckets, whole};
use super::{Asked, object};
use crate::http::Reply;
use crate::journal::Transaction;
use crate::site::Site;
use crate::ws::stream_body;

/// Events that may wait for a client that does not read.
const QUEUED: usize = 64;
/// Something is sent at least so often, so that nobody in between gives up.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

impl Asked<'_> {
    pub(super) fn events(self) -> Reply {
        let most = self.query("maxlogs").map(|text| number::parse_int(&text)).filter(|most| *most > 0.0);
        let new = self.site.journal().subscribe();
        let past = self.site.journal().list();
        let skipped = most.map_or(0, |most| past.len().saturating_sub(most as usize));
        let mut first = Vec::new();
        if !self.site.mock().buckets.is_empty() {
            let all = buckets(self.site, |bucket, _| whole(self.site, bucket));
            first.push(event("data-bucket-processed", "dataBuckets", all));
        }
        first.extend(past.iter().skip(skipped).map(|one| transaction(one)));
        let (sender, receiver) = channel(QUEUED);
        tokio::spawn(lead(self.site.clone(), first, new, sender));
        self.stream(stream_body(receiver))
    }
}

async fn lead(
    site: Arc<Site>,
    first: Vec<Bytes>,
    mut new: tokio::sync::broadcast::Receiver<Arc<Transaction>>,
    client: Sender<Bytes>,
) {
    for event in first {
        if client.send(event).await.is_err() {
            return;
        }
    }
    let stopped = site.sockets().stopped();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(KEEP_ALIVE, new.recv()) => next,
            () = client.closed() => return,
            () = &mut stopped => return,
        };
        let event = match next {
            Ok(Ok(one)) => transaction(&one),
            // A client that is too slow misses what it did not read in time.
            Ok(Err(RecvError::Lagged(_))) => continue,
            Ok(Err(RecvError::Closed)) => return,
            Err(_) => Bytes::from_static(b":\n\n"),
        };
        if client.send(event).await.is_err() {
            return;
        }
    }
}

fn transaction(one: &Transaction) -> Bytes {
    event("transaction-complete", "transaction", show(one))
}

fn event(name: &str, field: &str, value: Value) -> Bytes {
    let event = object([("event", Value::text(name)), (field, value)]);
    format!("data: {}\n\n", json::to_text(&event).unwrap_or_default()).into()
}
