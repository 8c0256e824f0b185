//! WASI's files: its own implementation, watched where it refuses, so that the missing grant is
//! logged.
//!
//! A guest without a folder never gets as far as opening a file: its C library asks for the
//! folders once, finds none and gives up. Asked during a call, that is an attempt to use files
//! (while an instance starts, interpreters ask out of habit). With folders, opening a file to
//! write where only reading is granted is seen as what it is.

use wasmtime::StoreContextMut;
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, HostDescriptor, OpenFlags, PathFlags,
};

use crate::guest::Guest;

/// The interface as wasmtime links it.
const TYPES: &str = "wasi:filesystem/types@0.2.12";

/// What `open-at` takes.
type OpenAt = (
    Resource<Descriptor>,
    PathFlags,
    String,
    OpenFlags,
    DescriptorFlags,
);
/// What it answers.
type Opened = (Result<Resource<Descriptor>, ErrorCode>,);

/// Puts the watched functions in the place of WASI's.
pub(crate) fn watch(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    preopens::add_to_linker::<Guest, HasSelf<Guest>>(linker, |guest| guest)?;
    linker.instance(TYPES)?.func_wrap_async(
        "[method]descriptor.open-at",
        |store: StoreContextMut<'_, Guest>, arguments: OpenAt| Box::new(open(store, arguments)),
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

impl preopens::Host for Guest {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        if self.call.is_some() && self.held.folders.is_empty() {
            self.held.refuse_folder(false);
        }
        preopens::Host::get_directories(&mut self.filesystem())
    }
}

async fn open(
    mut store: StoreContextMut<'_, Guest>,
    (folder, follow, path, how, flags): OpenAt,
) -> wasmtime::Result<Opened> {
    let writes = flags.intersects(DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY)
        || how.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE);
    let guest = store.data_mut();
    let mut files = guest.filesystem();
    let error = match files.open_at(folder, follow, path, how, flags).await {
        Ok(file) => return Ok((Ok(file),)),
        Err(error) => error,
    };
    let code = error.downcast()?;
    if writes && matches!(code, ErrorCode::NotPermitted | ErrorCode::ReadOnly) {
        guest.held.refuse_folder(true);
    }
    Ok((Err(code),))
}
