//! WASI's files: its own implementation, watched where it refuses, so that the missing grant is
//! logged.
//!
//! A guest without a folder never gets as far as opening a file: its C library asks for the
//! folders once, finds none and gives up. Asked during a call, that is an attempt to use files
//! (while an instance starts, interpreters ask out of habit).

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::preopens;

use crate::guest::Guest;

impl preopens::Host for Guest {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        if self.call.is_some() && self.held.folders.is_empty() {
            self.held.refuse_folder(false);
        }
        preopens::Host::get_directories(&mut self.filesystem())
    }
}
