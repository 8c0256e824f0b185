//! What happens, as server-sent events: the buckets and past transactions first, then each new
//! transaction, and the buckets again whenever one got its first content.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{broadcast, watch};
use wasmock_javascript::{Value, json, number};

use super::logs::show;
use super::state::buckets;
use super::{Asked, object};
use crate::http::{Reply, ReplyBody};
use crate::journal::Transaction;
use crate::site::Site;

/// Events that may wait for a client that does not read.
const QUEUED: usize = 64;
/// Something is sent at least so often, so that nobody in between gives up.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

impl Asked<'_> {
    pub(super) fn events(self) -> Reply {
        let most = self
            .query("maxlogs")
            .map(|text| number::parse_int(&text))
            .filter(|most| *most > 0.0);
        let new = self.site.journal().subscribe();
        let past = self.site.journal().list();
        let skipped = most.map_or(0, |most| past.len().saturating_sub(most as usize));
        let (sender, receiver) = channel(QUEUED);
        let filled = self.site.filled_buckets();
        tokio::spawn(lead(self.site.clone(), past, skipped, new, filled, sender));
        self.stream(ReplyBody::channel(receiver))
    }
}

async fn lead(
    site: Arc<Site>,
    past: Vec<Arc<Transaction>>,
    skipped: usize,
    mut new: broadcast::Receiver<Arc<Transaction>>,
    mut filled: watch::Receiver<u64>,
    client: Sender<Bytes>,
) {
    if !site.mock().buckets.is_empty() && client.send(processed(&site)).await.is_err() {
        return;
    }
    for one in past.iter().skip(skipped) {
        if client.send(transaction(one)).await.is_err() {
            return;
        }
    }
    // What was recorded between the subscription and the look at the past is in both.
    let known = past.last().map_or(0, |last| last.order);
    drop(past);
    let stopped = site.sockets().stopped();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(KEEP_ALIVE, new.recv()) => next,
            Ok(()) = filled.changed() => {
                if client.send(processed(&site)).await.is_err() {
                    return;
                }
                continue;
            }
            () = client.closed() => return,
            () = &mut stopped => return,
        };
        let event = match next {
            Ok(Ok(one)) if one.order <= known => continue,
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

fn processed(site: &Site) -> Bytes {
    event("data-bucket-processed", "dataBuckets", buckets(site, true))
}

fn transaction(one: &Transaction) -> Bytes {
    event("transaction-complete", "transaction", show(one))
}

fn event(name: &str, field: &str, value: Value) -> Bytes {
    let event = object([("event", Value::text(name)), (field, value)]);
    format!("data: {}\n\n", json::to_text(&event).unwrap_or_default()).into()
}
