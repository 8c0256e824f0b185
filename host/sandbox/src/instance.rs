//! One instance of a component: a store, and the functions it exports.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::yield_now;
use wasmock_exchange::{Budget, limits};
use wasmtime::component::{InstancePre, ResourceTable};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};
use wasmtime_wasi_http::WasiHttpCtx;

use crate::bindings::exports::wasmock::plugin as exports;
use crate::conditions::Conditions;
use crate::grants::{Folder, Held};
use crate::guest::{Guest, Memory};
use crate::imports::{Lines, Outbound};
use crate::plugin::in_words;
use crate::stdio::Captured;
use crate::values::References;
use crate::{PluginName, RunningTooLong};

/// Which roles a component exports, found once.
#[derive(Clone)]
pub(crate) struct ExportIndices {
    pub(crate) responder: Option<exports::responder::GuestIndices>,
    pub(crate) predicate: Option<exports::predicate::GuestIndices>,
    pub(crate) helpers: Option<exports::helpers::GuestIndices>,
    pub(crate) session: Option<exports::session::GuestIndices>,
    pub(crate) templates: Option<exports::templates::GuestIndices>,
    pub(crate) lifecycle: Option<exports::lifecycle::GuestIndices>,
}

impl ExportIndices {
    pub(crate) fn of(pre: &InstancePre<Guest>) -> Self {
        Self {
            responder: exports::responder::GuestIndices::new(pre).ok(),
            predicate: exports::predicate::GuestIndices::new(pre).ok(),
            helpers: exports::helpers::GuestIndices::new(pre).ok(),
            session: exports::session::GuestIndices::new(pre).ok(),
            templates: exports::templates::GuestIndices::new(pre).ok(),
            lifecycle: exports::lifecycle::GuestIndices::new(pre).ok(),
        }
    }
}

impl ExportIndices {
    /// Whether it can do anything.
    pub(crate) fn has_role(&self) -> bool {
        self.responder.is_some()
            || self.predicate.is_some()
            || self.helpers.is_some()
            || self.session.is_some()
            || self.templates.is_some()
    }
}

/// A live instance. It serves one call at a time and many one after the other.
pub(crate) struct Instance {
    pub(crate) store: Store<Guest>,
    pub(crate) responder: Option<exports::responder::Guest>,
    pub(crate) predicate: Option<exports::predicate::Guest>,
    pub(crate) helpers: Option<exports::helpers::Guest>,
    pub(crate) session: Option<exports::session::Guest>,
    pub(crate) templates: Option<exports::templates::Guest>,
    pub(crate) lifecycle: Option<exports::lifecycle::Guest>,
    /// Calls it may still serve.
    pub(crate) calls_left: u32,
}

/// What every new instance of a plugin needs.
pub(crate) struct Blueprint {
    pub(crate) plugin: PluginName,
    pub(crate) configuration: Arc<str>,
    pub(crate) held: Arc<Held>,
    pub(crate) lines: Arc<Lines>,
    pub(crate) pre: InstancePre<Guest>,
    pub(crate) indices: ExportIndices,
    pub(crate) calls: u32,
    pub(crate) conditions: Conditions,
    /// Instances started so far.
    pub(crate) started: AtomicU64,
}

impl Blueprint {
    /// A fresh instance, configured.
    ///
    /// # Errors
    /// It traps, takes too long, or refuses its configuration: in words, see [`StartError`].
    pub(crate) async fn instantiate(&self) -> Result<Instance, StartError> {
        match tokio::time::timeout(limits::START_WAIT, self.start()).await {
            Ok(started) => started,
            Err(_) => Err(StartError(format!(
                "it did not start within {} s",
                limits::START_WAIT.as_secs()
            ))),
        }
    }

    /// Shows an instance of the machine what was granted.
    fn grant(&self, wasi: &mut WasiCtxBuilder) -> Result<(), StartError> {
        wasi.envs(&self.held.environment);
        for Folder { at, name, write } in &self.held.folders {
            let permissions = match write {
                true => FsPerms::ReadWrite,
                false => FsPerms::ReadOnly,
            };
            wasi.preopened_dir(at, name, permissions).map_err(|error| {
                StartError(format!(
                    "the folder {} is granted, but cannot be opened: {error:#}",
                    at.display()
                ))
            })?;
        }
        // Sockets can be made so that their use is seen; none may ever use an address.
        wasi.allow_tcp(true).allow_udp(true);
        let held = self.held.clone();
        wasi.socket_addr_check(move |_, _| {
            held.refuse_socket();
            Box::pin(std::future::ready(false))
        });
        Ok(())
    }

    async fn start(&self) -> Result<Instance, StartError> {
        let output = Captured::default();
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(output.clone()).stderr(output.clone());
        let number = match self.conditions.fresh {
            true => 0,
            false => self.started.fetch_add(1, Ordering::Relaxed),
        };
        self.conditions.prepare(&mut wasi, number);
        self.grant(&mut wasi)?;
        let wasi = wasi.build();
        let mut store = Store::new(
            self.pre.engine(),
            Guest {
                plugin: self.plugin.clone(),
                configuration: self.configuration.clone(),
                parsed_configuration: Default::default(),
                held: self.held.clone(),
                lines: self.lines.clone(),
                call: None,
                asked: 0.into(),
                budget: Some(Arc::new(Budget::new(limits::CONFIGURE))),
                references: References::default(),
                output,
                memory: Memory::default(),
                wasi,
                http: WasiHttpCtx::new(),
                outbound: Outbound {
                    held: self.held.clone(),
                },
                table: {
                    let mut table = ResourceTable::new();
                    table.set_max_capacity(limits::HANDLES);
                    table
                },
                outside: None,
            },
        );
        store.limiter(|guest| &mut guest.memory);
        store.set_hostcall_fuel(limits::BOUNDARY_BYTES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| match &store.data().budget {
            Some(budget) if budget.running() > budget.limit() => {
                Err(RunningTooLong(budget.limit()).into())
            }
            // Behind everybody who has something to do, news from sockets included.
            _ => Ok(UpdateDeadline::YieldCustom(1, Box::pin(yield_now()))),
        });
        let instance = match self.pre.instantiate_async(&mut store).await {
            Ok(instance) => instance,
            Err(error) => return Err(StartError::of(&error, store.data())),
        };
        macro_rules! load {
            ($role:ident) => {
                match &self.indices.$role {
                    Some(indices) => Some(
                        indices
                            .load(&mut store, &instance)
                            .map_err(|error| StartError::of(&error, store.data()))?,
                    ),
                    None => None,
                }
            };
        }
        let mut instance = Instance {
            responder: load!(responder),
            predicate: load!(predicate),
            helpers: load!(helpers),
            session: load!(session),
            templates: load!(templates),
            lifecycle: load!(lifecycle),
            calls_left: self.calls,
            store,
        };
        if let Some(lifecycle) = &instance.lifecycle {
            let store = &mut instance.store;
            match lifecycle
                .call_configure(&mut *store, &self.configuration)
                .await
            {
                Ok(Ok(())) => {}
                Ok(Err(message)) => {
                    return Err(StartError(format!(
                        "it refuses its configuration: {message}"
                    )));
                }
                Err(error) => return Err(StartError::of(&error, store.data())),
            }
        }
        Ok(instance)
    }
}

impl Instance {
    /// Whether it may serve another call after one that went well.
    pub(crate) fn is_reusable(&self) -> bool {
        self.calls_left > 0 && self.store.data().memory.bytes <= limits::INSTANCE_MEMORY_KEPT
    }

    /// Starts to count a call's running time.
    pub(crate) fn begin(&mut self, budget: Arc<Budget>) {
        self.store.data_mut().budget = Some(budget);
        self.store.set_epoch_deadline(1);
        self.calls_left = self.calls_left.saturating_sub(1);
    }
}

/// Why an instance did not start, in words.
#[derive(Clone, Debug)]
pub(crate) struct StartError(pub(crate) String);

impl StartError {
    pub(crate) fn of(error: &wasmtime::Error, guest: &Guest) -> Self {
        let mut words = format!(
            "it does not start: {}",
            in_words(error, guest.memory.refused)
        );
        if let Some(printed) = guest.output.take() {
            words.push_str(": ");
            words.push_str(&printed);
        }
        Self(words)
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}
