//! A WebSocket route while it is served, across reloads: who is connected, and in which groups.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use wasmock_environment::Recipients;
use wasmock_exchange::{BoxFuture, Clock, Close, limits};

use super::answers::Definition;
use super::broadcast;
use super::client::Client;
use super::setup::Mode;
use crate::scheduler::{Audience, Lanes, Membership, Pace};
use crate::site::Site;

/// A WebSocket route that is served.
#[derive(Debug)]
pub(crate) struct LiveRoute {
    pub(crate) id: Arc<str>,
    definition: ArcSwapOption<Definition>,
    /// Rings when the definition has changed.
    pub(crate) changed: Notify,
    /// All clients.
    pub(crate) audience: Arc<Audience>,
    pub(crate) pace: Pace,
    lanes: Arc<Lanes>,
    groups: Mutex<HashMap<Arc<str>, Arc<Group>>>,
    stream: Mutex<Option<AbortHandle>>,
}

/// Some of a route's clients, with a stream of their own if the route broadcasts.
#[derive(Debug)]
pub(crate) struct Group {
    name: Arc<str>,
    audience: Arc<Audience>,
    stream: Mutex<Option<AbortHandle>>,
    /// Whether somebody waits to end it.
    ending: AtomicBool,
}

impl LiveRoute {
    pub(crate) fn new(id: Arc<str>, definition: Arc<Definition>, lanes: &Arc<Lanes>) -> Arc<Self> {
        Arc::new(Self {
            id,
            definition: ArcSwapOption::new(Some(definition)),
            changed: Notify::new(),
            audience: lanes.audience(),
            pace: Pace::new(Clock::instant()),
            lanes: lanes.clone(),
            groups: Mutex::default(),
            stream: Mutex::default(),
        })
    }

    /// What the route answers now; nothing once it is removed.
    pub(crate) fn definition(&self) -> Option<Arc<Definition>> {
        self.definition.load_full()
    }

    /// Serves another definition from the next message on.
    pub(crate) fn redefine(&self, definition: Arc<Definition>) {
        self.definition.store(Some(definition));
        self.changed.notify_waiters();
        for group in self.groups().values() {
            group.audience.wake();
        }
        self.audience.wake();
    }

    /// Starts the stream of a broadcast, unless it runs.
    pub(crate) fn start(self: &Arc<Self>, site: &Arc<Site>) {
        let Some(definition) = self.definition() else {
            return;
        };
        if definition.mode() == Mode::Broadcast && definition.setup.group.is_none() {
            let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
            if stream.is_none() {
                *stream = Some(broadcast::start(site, self, &self.audience));
            }
        }
    }

    /// Ends the streams and asks all clients to close.
    pub(crate) fn end(&self, close: &Close) {
        self.definition.store(None);
        self.changed.notify_waiters();
        stop(&self.stream);
        for (_, group) in self.groups().drain() {
            stop(&group.stream);
        }
        self.audience.close(close);
    }

    fn groups(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, Arc<Group>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The group of that name, begun if there is none; nothing when there are too many.
    pub(crate) fn group(self: &Arc<Self>, name: &str) -> Option<Arc<Group>> {
        let mut groups = self.groups();
        if let Some(group) = groups.get(name) {
            return Some(group.clone());
        }
        if groups.len() >= limits::GROUPS {
            return None;
        }
        let group = Arc::new(Group {
            name: name.into(),
            audience: self.lanes.audience(),
            stream: Mutex::default(),
            ending: AtomicBool::new(false),
        });
        groups.insert(group.name.clone(), group.clone());
        Some(group)
    }

    /// A client takes its place.
    pub(crate) fn join(
        self: &Arc<Self>,
        site: &Arc<Site>,
        client: &Arc<Client>,
        group: Option<Arc<Group>>,
    ) -> Arc<Place> {
        let group = group.map(|group| {
            let membership = group.audience.join(client);
            let broadcasts = self
                .definition()
                .is_some_and(|d| d.mode() == Mode::Broadcast);
            let mut stream = group.stream.lock().unwrap_or_else(PoisonError::into_inner);
            if broadcasts && stream.is_none() {
                *stream = Some(broadcast::start(site, self, &group.audience));
            }
            drop(stream);
            (group, Some(membership))
        });
        Arc::new(Place {
            route: self.clone(),
            _all: self.audience.join(client),
            group,
        })
    }

    /// Whoever is there receives these messages.
    pub(crate) fn audience_of(&self, group: Option<&str>) -> Option<Arc<Audience>> {
        match group {
            None => Some(self.audience.clone()),
            Some(name) => self.groups().get(name).map(|group| group.audience.clone()),
        }
    }
}

impl Drop for LiveRoute {
    fn drop(&mut self) {
        stop(&self.stream);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        stop(&self.stream);
    }
}

fn stop(stream: &Mutex<Option<AbortHandle>>) {
    if let Some(stream) = stream.lock().unwrap_or_else(PoisonError::into_inner).take() {
        stream.abort();
    }
}

/// A client's place among the others of its route. Once it is dropped, the client has left.
#[derive(Debug)]
pub(crate) struct Place {
    route: Arc<LiveRoute>,
    _all: Membership,
    group: Option<(Arc<Group>, Option<Membership>)>,
}

impl Place {
    /// Sends messages to others.
    pub(crate) fn deliver(
        &self,
        to: Recipients,
        frames: Arc<[Bytes]>,
        except: u64,
    ) -> BoxFuture<()> {
        let audience = match (to, &self.group) {
            (Recipients::All, _) | (_, None) => self.route.audience.clone(),
            (_, Some((group, _))) => group.audience.clone(),
        };
        Box::pin(async move { audience.send(frames, Some(except)).await })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((group, membership)) = &mut self.group else {
            return;
        };
        drop(membership.take());
        // Its sequence is kept for a while, for clients that come back.
        if group.audience.len() == 0 && !group.ending.swap(true, Ordering::AcqRel) {
            let Ok(runtime) = tokio::runtime::Handle::try_current() else {
                return;
            };
            runtime.spawn(end_later(
                Arc::downgrade(&self.route),
                Arc::downgrade(group),
            ));
        }
    }
}

/// Ends a group that stays empty.
async fn end_later(route: Weak<LiveRoute>, group: Weak<Group>) {
    loop {
        sleep(limits::GROUP_KEPT).await;
        let (Some(route), Some(group)) = (route.upgrade(), group.upgrade()) else {
            return;
        };
        let mut groups = route.groups();
        group.ending.store(false, Ordering::Release);
        if group.audience.len() > 0 {
            return;
        }
        if group.audience.has_been_empty_for(limits::GROUP_KEPT) {
            groups.remove(&group.name);
            stop(&group.stream);
            return;
        }
        group.ending.store(true, Ordering::Release);
    }
}
