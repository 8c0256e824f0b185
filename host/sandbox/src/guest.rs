//! The host's side of one instance: what belongs to the instance for its life (WASI, limits),
//! and what belongs to the call in progress.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use wasmock_exchange::{Budget, Call, Document, Right, Rights, limits};
use wasmock_javascript::Value;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::PluginName;
use crate::grants::Held;
use crate::imports::{Lines, Outbound};
use crate::stdio::Captured;
use crate::values::References;

/// On whose behalf a call is made.
type Behalf = Option<Arc<dyn Rights>>;

/// Memory of all instances of the process.
static ALL_MEMORY: AtomicUsize = AtomicUsize::new(0);

/// What a store holds.
pub(crate) struct Guest {
    pub(crate) plugin: PluginName,
    /// The plugin's own configuration, JSON text.
    pub(crate) configuration: Arc<str>,
    /// The same as a value, once somebody asks.
    pub(crate) parsed_configuration: OnceCell<Value>,
    pub(crate) held: Arc<Held>,
    /// How many log lines the plugin wrote lately.
    pub(crate) lines: Arc<Lines>,
    /// The call in progress; lent to nested calls while they run.
    pub(crate) call: Option<Call>,
    /// How often the plugin asked about it.
    pub(crate) asked: AtomicU64,
    /// The running time of the call in progress.
    pub(crate) budget: Option<Arc<Budget>>,
    pub(crate) references: References,
    pub(crate) output: Captured,
    pub(crate) memory: Memory,
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    /// The descriptor that stands for all folders that are not granted.
    pub(crate) outside: Option<u32>,
    pub(crate) http: WasiHttpCtx,
    pub(crate) outbound: Outbound,
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.outbound,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

impl Guest {
    /// The call in progress. Outside a call (while an instance starts) there is none.
    pub(crate) fn current(&self) -> wasmtime::Result<&Call> {
        self.count();
        self.call.as_ref().ok_or_else(no_call)
    }

    pub(crate) fn current_mut(&mut self) -> wasmtime::Result<&mut Call> {
        self.count();
        self.call.as_mut().ok_or_else(no_call)
    }

    /// Lends the call to a nested one, which is asked on behalf of this plugin. The second part
    /// is on whose behalf it was before, for [`Guest::take_back`].
    pub(crate) fn lend_call(&mut self) -> wasmtime::Result<(Call, Behalf)> {
        let mut call = self.call.take().ok_or_else(no_call)?;
        let before = call.behalf.clone();
        if !self.held.deputy {
            call.behalf = Some(self.held.clone());
        }
        Ok((call, before))
    }

    /// Takes a call back that was lent.
    pub(crate) fn take_back(&mut self, mut call: Call, behalf: Behalf) {
        call.behalf = behalf;
        self.call = Some(call);
    }

    /// Whether the plugin may do something, and, if it acts for another, that one too.
    pub(crate) fn may(&self, right: Right<'_>) -> bool {
        let behalf = self.call.as_ref().and_then(|call| call.behalf.as_ref());
        let behalf = behalf.filter(|_| self.held.deputy);
        self.held.allow(right) && behalf.is_none_or(|behalf| behalf.allow(right))
    }

    /// The document behind a reference.
    pub(crate) fn document(&self, reference: u64) -> Option<&Arc<Document>> {
        self.count();
        self.references.get(reference)
    }

    /// One thread at a time has the guest, so that a plain addition does.
    fn count(&self) {
        self.asked
            .store(self.asked.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

fn no_call() -> wasmtime::Error {
    wasmtime::Error::msg("this can only be asked during a call, not while the plugin starts")
}

/// How much memory an instance has and may have.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) bytes: usize,
    /// A growth was refused; the reason for what happens next.
    pub(crate) refused: bool,
}

impl Drop for Memory {
    fn drop(&mut self) {
        ALL_MEMORY.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl wasmtime::ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let all = ALL_MEMORY.fetch_add(more, Ordering::Relaxed) + more;
        if self.bytes + more > limits::INSTANCE_MEMORY || all > limits::ALL_INSTANCES_MEMORY {
            ALL_MEMORY.fetch_sub(more, Ordering::Relaxed);
            self.refused = true;
            return Ok(false);
        }
        self.bytes += more;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= limits::TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        limits::PARTS_OF_A_COMPONENT
    }

    fn tables(&self) -> usize {
        limits::PARTS_OF_A_COMPONENT
    }

    fn memories(&self) -> usize {
        limits::PARTS_OF_A_COMPONENT
    }
}
