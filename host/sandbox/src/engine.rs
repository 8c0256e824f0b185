//! One engine, one way of calling: asynchronous on a fiber, yielding at epochs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use wasmock_exchange::limits;
use wasmtime::{Config, Engine, EngineWeak};

/// Builds the engine. Everything that changes compiled code is decided here.
///
/// Without concurrency support a call costs 2 to 3 µs less; components built for the
/// asynchronous ABI (WASI 0.3) are refused in exchange.
pub(crate) fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(limits::GUEST_STACK)
        .async_stack_size(2 * limits::GUEST_STACK)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(32));
    Engine::new(&config)
}

/// The thread that interrupts running guests once a millisecond. It sleeps for good while no
/// guest runs, so an idle server uses no time at all.
#[derive(Clone, Debug)]
pub(crate) struct Ticker(Arc<TickerState>);

#[derive(Debug)]
struct TickerState {
    thread: thread::Thread,
    /// Guests ran since the last look.
    active: Arc<AtomicBool>,
    parked: Arc<AtomicBool>,
}

/// How many ticks without a running guest until the thread parks: long enough that a steady
/// load never pays for waking it.
const IDLE_TICKS: u32 = 250;

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let active = Arc::new(AtomicBool::new(false));
        let parked = Arc::new(AtomicBool::new(false));
        let weak = engine.weak();
        let (is_active, is_parked) = (active.clone(), parked.clone());
        let handle = thread::Builder::new()
            .name("epoch".into())
            .spawn(move || tick(&weak, &is_active, &is_parked))?;
        Ok(Self(Arc::new(TickerState {
            thread: handle.thread().clone(),
            active,
            parked,
        })))
    }

    /// Says that a guest is about to run for a while.
    pub(crate) fn wake(&self) {
        if !self.0.active.load(Ordering::Relaxed) {
            self.0.active.store(true, Ordering::Release);
        }
        if self.0.parked.load(Ordering::Acquire) {
            self.0.thread.unpark();
        }
    }
}

fn tick(engine: &EngineWeak, active: &AtomicBool, parked: &AtomicBool) {
    let mut idle = 0;
    loop {
        thread::sleep(limits::EPOCH);
        let Some(engine) = engine.upgrade() else {
            return;
        };
        engine.increment_epoch();
        if active.swap(false, Ordering::AcqRel) {
            idle = 0;
            continue;
        }
        idle += 1;
        if idle < IDLE_TICKS {
            continue;
        }
        drop(engine);
        parked.store(true, Ordering::Release);
        if !active.load(Ordering::Acquire) {
            // The time-out only serves to notice that the engine is gone.
            thread::park_timeout(Duration::from_secs(10));
        }
        parked.store(false, Ordering::Release);
        idle = if active.load(Ordering::Acquire) {
            0
        } else {
            IDLE_TICKS
        };
    }
}
