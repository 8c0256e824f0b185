//! One instance of a component: a store, and the functions it exports.

use std::sync::Arc;

use wasmock_exchange::{Budget, limits};
use wasmtime::component::{InstancePre, ResourceTable};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::WasiHttpCtx;

use crate::bindings::exports::wasmock::plugin as exports;
use crate::conditions::Conditions;
use crate::grants::Grants;
use crate::guest::{Guest, Memory};
use crate::imports::{Lines, Outbound};
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
    pub(crate) grants: Arc<Grants>,
    pub(crate) lines: Arc<Lines>,
    pub(crate) pre: InstancePre<Guest>,
    pub(crate) indices: ExportIndices,
    pub(crate) calls: u32,
    pub(crate) conditions: Conditions,
}

impl Blueprint {
    /// A fresh instance, configured.
    ///
    /// # Errors
    /// It traps, takes too long, or refuses its configuration.
    pub(crate) async fn instantiate(&self) -> wasmtime::Result<Instance> {
        let output = Captured::default();
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(output.clone()).stderr(output.clone());
        self.conditions.prepare(&mut wasi);
        let wasi = wasi.build();
        let mut store = Store::new(
            self.pre.engine(),
            Guest {
                plugin: self.plugin.clone(),
                configuration: self.configuration.clone(),
                grants: self.grants.clone(),
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
                    plugin: self.plugin.clone(),
                    grants: self.grants.clone(),
                },
                table: {
                    let mut table = ResourceTable::new();
                    table.set_max_capacity(limits::HANDLES);
                    table
                },
            },
        );
        store.limiter(|guest| &mut guest.memory);
        store.set_hostcall_fuel(limits::BOUNDARY_BYTES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| match &store.data().budget {
            Some(budget) if budget.running() > budget.limit() => {
                Err(RunningTooLong(budget.limit()).into())
            }
            _ => Ok(UpdateDeadline::Yield(1)),
        });
        let instance = self.pre.instantiate_async(&mut store).await?;
        macro_rules! load {
            ($role:ident) => {
                match &self.indices.$role {
                    Some(indices) => Some(indices.load(&mut store, &instance)?),
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
            lifecycle
                .call_configure(&mut instance.store, &self.configuration)
                .await?
                .map_err(|message| wasmtime::Error::from(RefusedConfiguration(message)))?;
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

/// A plugin said no to its configuration.
#[derive(Debug)]
pub(crate) struct RefusedConfiguration(pub(crate) String);

impl std::fmt::Display for RefusedConfiguration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "it refuses its configuration: {}", self.0)
    }
}

impl std::error::Error for RefusedConfiguration {}
