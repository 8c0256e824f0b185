//! One message to many clients.
//!
//! A lane is a task that owns the clients of its share: one for each core, so that the writes
//! of one tick are done on all of them. A client belongs to the lane of its number. Joining,
//! leaving and messages travel in one channel, so they take effect in order; messages are
//! bounded by permits, so a lane that cannot keep up slows the streams, not the memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use wasmock_exchange::{Clock, Close, unique_id};

use crate::ws::client::Client;

/// Messages that may wait in a lane.
const WAITING: usize = 256;
/// Writes after which a lane lets other tasks of its thread run: about a third of a millisecond.
const WRITES: usize = 64;

/// The lanes of a server.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Box<[Lane]>,
}

#[derive(Debug)]
struct Lane {
    orders: UnboundedSender<Order>,
    room: Arc<Semaphore>,
}

enum Order {
    Join(u64, Arc<Client>),
    Leave(u64),
    Send {
        audience: u64,
        frames: Arc<[Bytes]>,
        except: Option<u64>,
        _room: OwnedSemaphorePermit,
    },
    Close(u64, Close),
    End(u64),
}

impl Lanes {
    /// One lane for each core; they end with the last [`Lanes`].
    pub(crate) fn start(count: usize) -> Arc<Self> {
        let lanes = (0..count.max(1)).map(|_| {
            let (orders, inbox) = unbounded_channel();
            tokio::spawn(run(inbox));
            Lane {
                orders,
                room: Arc::new(Semaphore::new(WAITING)),
            }
        });
        Arc::new(Self {
            lanes: lanes.collect(),
        })
    }

    /// A new audience without members.
    pub(crate) fn audience(self: &Arc<Self>) -> Arc<Audience> {
        Arc::new(Audience {
            id: unique_id(),
            lanes: self.clone(),
            members: self.lanes.iter().map(|_| AtomicUsize::new(0)).collect(),
            turn: Mutex::new(()),
            joined: Notify::new(),
            left: std::sync::Mutex::default(),
        })
    }

    fn of(&self, client: &Client) -> usize {
        (client.number % self.lanes.len() as u64) as usize
    }
}

/// Clients that receive the same messages.
#[derive(Debug)]
pub(crate) struct Audience {
    id: u64,
    lanes: Arc<Lanes>,
    members: Box<[AtomicUsize]>,
    /// Messages reach all lanes in one order.
    turn: Mutex<()>,
    joined: Notify,
    /// When the last client left.
    left: std::sync::Mutex<Option<Instant>>,
}

impl Audience {
    /// Adds a client for as long as the membership lives.
    pub(crate) fn join(self: &Arc<Self>, client: &Arc<Client>) -> Membership {
        let lane = self.lanes.of(client);
        self.members[lane].fetch_add(1, Ordering::AcqRel);
        self.order(lane, Order::Join(self.id, client.clone()));
        self.joined.notify_one();
        Membership {
            audience: self.clone(),
            lane,
        }
    }

    /// Waits for a client to join, or for one that joined since the last time.
    pub(crate) async fn joined(&self) {
        self.joined.notified().await;
    }

    /// As if a client had joined: whoever waits for one looks again.
    pub(crate) fn wake(&self) {
        self.joined.notify_one();
    }

    /// Whether nobody has been there for so long.
    pub(crate) fn has_been_empty_for(&self, time: Duration) -> bool {
        let left = *self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let long_ago = |left| Clock::instant().saturating_duration_since(left) >= time;
        self.len() == 0 && left.is_none_or(long_ago)
    }

    /// How many clients there are.
    pub(crate) fn len(&self) -> usize {
        self.members
            .iter()
            .map(|count| count.load(Ordering::Acquire))
            .sum()
    }

    /// Sends encoded messages to every client but one.
    pub(crate) async fn send(&self, frames: Arc<[Bytes]>, except: Option<u64>) {
        let _turn = self.turn.lock().await;
        for (lane, members) in self.lanes.lanes.iter().zip(&self.members) {
            if members.load(Ordering::Acquire) == 0 {
                continue;
            }
            if let Ok(room) = lane.room.clone().acquire_owned().await {
                let frames = frames.clone();
                let _ = lane.orders.send(Order::Send {
                    audience: self.id,
                    frames,
                    except,
                    _room: room,
                });
            }
        }
    }

    /// Asks every client to close.
    pub(crate) fn close(&self, close: &Close) {
        for lane in 0..self.members.len() {
            self.order(lane, Order::Close(self.id, close.clone()));
        }
    }

    /// A lane that is gone has no clients to tell.
    fn order(&self, lane: usize, order: Order) {
        let _ = self.lanes.lanes[lane].orders.send(order);
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        for lane in 0..self.members.len() {
            self.order(lane, Order::End(self.id));
        }
    }
}

/// A client's place in an audience; it leaves when this is dropped.
#[derive(Debug)]
pub(crate) struct Membership {
    audience: Arc<Audience>,
    lane: usize,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.audience.members[self.lane].fetch_sub(1, Ordering::AcqRel);
        let mut left = self
            .audience
            .left
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *left = Some(Clock::instant());
        drop(left);
        self.audience
            .order(self.lane, Order::Leave(self.audience.id));
    }
}

/// The share of an audience that one lane holds.
#[derive(Default)]
struct Share {
    clients: Vec<Arc<Client>>,
    /// Clients that have left since the list was last gone through.
    left: usize,
}

async fn run(mut inbox: UnboundedReceiver<Order>) {
    let mut shares: HashMap<u64, Share> = HashMap::new();
    while let Some(order) = inbox.recv().await {
        match order {
            Order::Join(audience, client) => {
                shares.entry(audience).or_default().clients.push(client);
            }
            Order::Leave(audience) => {
                if let Some(share) = shares.get_mut(&audience) {
                    share.left += 1;
                    // Going through the list now and then costs each client a constant.
                    if share.left * 2 > share.clients.len() {
                        share.clients.retain(|client| !client.out.is_gone());
                        share.left = 0;
                    }
                }
            }
            Order::Send {
                audience,
                frames,
                except,
                _room,
            } => {
                let Some(share) = shares.get(&audience) else {
                    continue;
                };
                for (n, client) in share.clients.iter().enumerate() {
                    if except != Some(client.number) {
                        for frame in &*frames {
                            client.push(frame);
                        }
                    }
                    if n % WRITES == WRITES - 1 {
                        yield_now().await;
                    }
                }
            }
            Order::Close(audience, close) => {
                for client in shares
                    .get(&audience)
                    .map_or(&[][..], |share| &share.clients)
                {
                    client.out.ask_close(close.clone());
                }
            }
            Order::End(audience) => {
                shares.remove(&audience);
            }
        }
    }
}
