//! The live instances of one plugin.
//!
//! An instance serves one call at a time and is used again: a warm one answers three times as
//! fast as a fresh one. There is a ceiling; at the ceiling a call waits, within limits, for an
//! instance to come free. A call that turns out to be long gives its place to others (see
//! `running.rs`), so that a few of them do not hold all places while they wait for each other. A call inside another call never waits, because the instance it would
//! wait for may be the one that waits for it: it takes a place from a small reserve or fails.
//! State lives in the host, so an instance that traps is simply dropped.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmock_exchange::{Budget, Clock, limits};

use crate::conditions::Conditions;
use crate::instance::{Blueprint, Instance, StartError};
use crate::starts::Starts;

pub(crate) struct Pool {
    blueprint: Blueprint,
    /// The last one used stands on top: its memory is still in the processor's cache, which is
    /// worth several microseconds a call.
    #[expect(clippy::vec_box, reason = "a box moves cheaper than an instance")]
    idle: Mutex<Vec<Box<Instance>>>,
    places: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    waiting: AtomicUsize,
    starts: Starts,
}

/// An instance for the time of a call. Dropped without [`Taken::give_back`], the instance is
/// gone and its place is free.
pub(crate) struct Taken {
    pub(crate) instance: Box<Instance>,
    pool: Arc<Pool>,
    _place: Place,
}

/// A place at the ceiling, free again when this is dropped.
enum Place {
    /// One that the call may give away before it ends.
    Held(#[expect(dead_code, reason = "it is there to be dropped")] Held),
    /// Of a call inside another call.
    Nested(#[expect(dead_code, reason = "it is there to be dropped")] OwnedSemaphorePermit),
}

struct Held(Arc<Budget>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

/// Why there is no instance.
#[derive(Debug)]
pub(crate) enum NoInstance {
    /// All are in use; in words.
    Busy(String),
    /// A new one did not start.
    Start(StartError),
}

impl Pool {
    pub(crate) fn new(blueprint: Blueprint, ceiling: usize) -> Self {
        Self {
            blueprint,
            idle: Mutex::new(Vec::with_capacity(ceiling + usize::from(limits::NESTING))),
            places: Arc::new(Semaphore::new(ceiling)),
            reserve: Arc::new(Semaphore::new(limits::NESTING.into())),
            waiting: AtomicUsize::new(0),
            starts: Starts::default(),
        }
    }

    /// Why no instance is started at the moment, if none is.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.starts.trouble()
    }

    /// The conditions its instances run under.
    pub(crate) fn conditions(&self) -> &Conditions {
        &self.blueprint.conditions
    }

    /// An instance, warm if there is one. The start of a fresh one is not charged to `budget`.
    pub(crate) async fn take(
        self: &Arc<Self>,
        nested: bool,
        budget: &Arc<Budget>,
    ) -> Result<Taken, NoInstance> {
        let place = match self.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) if nested => self.reserve.clone().try_acquire_owned().map_err(|_| {
                NoInstance::Busy(format!(
                    "all instances are in use, and so are the {} kept for calls inside calls",
                    limits::NESTING
                ))
            })?,
            Err(_) => self.wait_for_place().await?,
        };
        let place = if nested {
            Place::Nested(place)
        } else {
            budget.hold(Box::new(place));
            Place::Held(Held(budget.clone()))
        };
        let warm = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let instance = match warm {
            Some(instance) => instance,
            None => {
                self.starts.may_try().map_err(NoInstance::Start)?;
                let (began, ran) = (Clock::instant(), budget.running());
                let started = self.blueprint.instantiate().await;
                budget.forgive(budget.running().saturating_sub(ran));
                self.starts
                    .tried(&self.blueprint.plugin, started.as_ref().err());
                if let Some(meter) = &self.blueprint.conditions.meter {
                    meter.started(began.elapsed());
                }
                Box::new(started.map_err(NoInstance::Start)?)
            }
        };
        Ok(Taken {
            instance,
            pool: self.clone(),
            _place: place,
        })
    }

    async fn wait_for_place(&self) -> Result<OwnedSemaphorePermit, NoInstance> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if waiting >= limits::WAITING_CALLS {
            return Err(NoInstance::Busy(format!(
                "{waiting} calls are already waiting for it"
            )));
        }
        let place = self.places.clone().acquire_owned();
        match tokio::time::timeout(limits::WAIT_FOR_INSTANCE, place).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(NoInstance::Busy(format!(
                "all its instances were busy for {} seconds",
                limits::WAIT_FOR_INSTANCE.as_secs()
            ))),
        }
    }
}

impl Taken {
    /// Gives the instance back after a call that went well.
    pub(crate) fn give_back(self) {
        if self.instance.is_reusable() {
            let mut idle = self
                .pool
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if idle.len() < idle.capacity() {
                idle.push(self.instance);
            }
        }
    }
}
