//! The last transactions, for the admin API and its subscribers; memory is bounded.
//!
//! Recording is a move into a slot and one atomic addition; nothing is formatted until somebody
//! looks.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use tokio::sync::broadcast;
use wasmock_exchange::Random;

use crate::http::Recorded;
use crate::mock::Route;

/// Bytes of a body that are kept; the journal of a hundred large uploads must not fill memory.
pub(crate) const BODY: usize = 1 << 20;
/// Transactions that a slow subscriber may be behind before it misses some.
const BEHIND: usize = 256;

/// A request and its answer.
#[derive(Debug)]
pub(crate) struct Transaction {
    /// Unlike every other.
    pub(crate) id: Id,
    /// Grows with every transaction of the process.
    pub(crate) order: u64,
    /// Milliseconds since 1970.
    pub(crate) time: f64,
    pub(crate) request: Parts,
    pub(crate) body: Bytes,
    /// The route that answered, and the place of its response.
    pub(crate) route: Option<(Arc<Route>, usize)>,
    pub(crate) answer: Recorded,
    pub(crate) proxied: bool,
}

/// A transaction and its number.
type Slot = Option<(u64, Arc<Transaction>)>;

/// A ring of the last transactions.
#[derive(Debug)]
pub(crate) struct Journal {
    slots: Box<[Mutex<Slot>]>,
    next: AtomicU64,
    subscribers: broadcast::Sender<Arc<Transaction>>,
}

/// What an exchange is known by: in error answers, to plugins, in the journal. It prints as a
/// uuid; taking one is an addition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id {
    number: u64,
    /// Tells the processes apart.
    time: f64,
}

impl Id {
    /// An id unlike every other, as long as the number is a new one of the process.
    pub(crate) fn new(number: u64, now_ms: f64) -> Self {
        Self {
            number,
            time: now_ms,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let random = Random::repeatable(self.number ^ self.time.to_bits().rotate_left(17));
        let bits = (u128::from(random.bits()) << 64) | u128::from(random.bits());
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .fmt(f)
    }
}

impl Journal {
    pub(crate) fn new(length: usize) -> Self {
        Self {
            slots: (0..length).map(|_| Mutex::new(None)).collect(),
            next: AtomicU64::new(0),
            subscribers: broadcast::Sender::new(BEHIND),
        }
    }

    /// Whether nobody will ever see what is recorded.
    pub(crate) fn is_idle(&self) -> bool {
        self.slots.is_empty() && self.subscribers.receiver_count() == 0
    }

    pub(crate) fn record(&self, mut transaction: Transaction) {
        transaction.body.truncate(BODY);
        if let Recorded::Own {
            body: Some(body), ..
        } = &mut transaction.answer
        {
            body.truncate(BODY);
        }
        let transaction = Arc::new(transaction);
        if self.subscribers.receiver_count() > 0 {
            // Nobody listens any more: that is no failure.
            let _ = self.subscribers.send(transaction.clone());
        }
        if self.slots.is_empty() {
            return;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let slot = &self.slots[(number % self.slots.len() as u64) as usize];
        let old = slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace((number, transaction));
        drop(old);
    }

    /// The transactions, oldest first.
    pub(crate) fn list(&self) -> Vec<Arc<Transaction>> {
        let mut list: Vec<_> = self
            .slots
            .iter()
            .filter_map(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect();
        list.sort_by_key(|(number, _)| *number);
        list.into_iter()
            .map(|(_, transaction)| transaction)
            .collect()
    }

    pub(crate) fn clear(&self) {
        for slot in &self.slots {
            slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// Transactions from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<Transaction>> {
        self.subscribers.subscribe()
    }
}
