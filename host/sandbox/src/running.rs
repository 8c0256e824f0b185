//! How a call runs: to its end, whoever waits for it, and never in the way of others.
//!
//! A call is polled in place first; nearly all end there. One that does not (it waits, or its
//! turn of one millisecond is over) goes on in a task of its own, because a half-run guest must
//! not be dropped: that would trap its store for good. One that has run for more than 5 ms
//! needs a permit for every further turn, and there are fewer permits than workers. It no longer
//! counts towards the instances of its plugin then, up to a bound: whoever spins waits for others
//! that spin, and short calls wait for neither. A permit is good for 5 ms and then goes to the next
//! in line, so that a call of 6 ms does not wait for the end of those that never end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use wasmock_exchange::{BoxFuture, Budget, limits};

use crate::engine::Ticker;

/// What calls of all plugins share.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    ticker: Ticker,
    permits: Arc<Semaphore>,
    long_calls: Arc<Semaphore>,
}

impl Turns {
    pub(crate) fn new(ticker: Ticker) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            ticker,
            permits: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
            long_calls: Arc::new(Semaphore::new(limits::LONG_CALLS)),
        }
    }

    /// Runs a call that no other call is around.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        budget: Arc<Budget>,
        call: BoxFuture<T>,
    ) -> Running<T> {
        Running::InPlace(Some(InTurns {
            call,
            budget,
            turns: self.clone(),
            permit: None,
            permitted: Duration::ZERO,
            long: None,
            waiting: None,
        }))
    }
}

/// A call in turns of one millisecond, its running time measured.
pub(crate) struct InTurns<T> {
    call: BoxFuture<T>,
    budget: Arc<Budget>,
    turns: Turns,
    permit: Option<OwnedSemaphorePermit>,
    /// The running time up to which the permit is good.
    permitted: Duration,
    /// One of the long calls that hold no place of their plugin.
    long: Option<OwnedSemaphorePermit>,
    waiting: Option<BoxFuture<Option<OwnedSemaphorePermit>>>,
}

impl<T> Future for InTurns<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if this.permit.is_none() && this.budget.running() > limits::PERMIT_AFTER {
            if this.long.is_none()
                && let Ok(long) = this.turns.long_calls.clone().try_acquire_owned()
            {
                this.long = Some(long);
                this.budget.let_go();
            }
            let permits = this.turns.permits.clone();
            let waiting = this
                .waiting
                .get_or_insert_with(|| Box::pin(async move { permits.acquire_owned().await.ok() }));
            match waiting.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(permit) => {
                    this.waiting = None;
                    this.permit = permit;
                    this.permitted = this.budget.running() + limits::PERMIT_AFTER;
                }
            }
        }
        this.turns.ticker.wake();
        this.budget.begin_turn();
        let result = this.call.as_mut().poll(cx);
        this.budget.end_turn();
        if this.permit.is_some() && this.budget.running() > this.permitted {
            this.permit = None;
        }
        result
    }
}

/// A call that has to end within [`limits::CALL_WAIT`], waiting included. The timer is set only
/// when the call does not end at once: most do, and a timer costs as much as they do.
pub(crate) struct InTime<F> {
    call: F,
    timer: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl<F> InTime<F> {
    pub(crate) fn new(call: F) -> Self {
        Self { call, timer: None }
    }
}

impl<T, F: Future<Output = wasmtime::Result<T>> + Unpin> Future for InTime<F> {
    type Output = wasmtime::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(result) = Pin::new(&mut this.call).poll(cx) {
            return Poll::Ready(result);
        }
        let timer = this
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limits::CALL_WAIT)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(crate::WaitingTooLong(limits::CALL_WAIT).into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// A call, from the point of view of who waits for it.
pub(crate) enum Running<T> {
    InPlace(Option<InTurns<T>>),
    Apart(oneshot::Receiver<T>),
}

impl<T: Send + 'static> Future for Running<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if let Self::InPlace(call) = &mut *self {
            let Some(mut running) = call.take() else {
                return Poll::Pending;
            };
            if let Poll::Ready(result) = Pin::new(&mut running).poll(cx) {
                return Poll::Ready(result);
            }
            let (sender, receiver) = oneshot::channel();
            tokio::spawn(async move {
                // Nobody may be there any more; the result is then for nobody.
                let _ = sender.send(running.await);
            });
            *self = Self::Apart(receiver);
        }
        match &mut *self {
            Self::Apart(receiver) => match Pin::new(receiver).poll(cx) {
                Poll::Ready(Ok(result)) => Poll::Ready(result),
                // The task ended without a result: the process is shutting down.
                Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
            },
            Self::InPlace(_) => Poll::Pending,
        }
    }
}
