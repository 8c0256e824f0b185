//! WASI's files: its own implementation, watched where it refuses, so that the missing grant is
//! logged.
//!
//! A guest without a folder never gets as far as opening a file: its C library asks for the
//! folders once, finds none and gives up. Asked during a call, that is an attempt to use files
//! (while an instance starts, interpreters ask out of habit). With folders, every function that
//! takes a path is watched: WASI refuses alike what would change a folder that may only be read
//! and what leads out of one, and which of the two it was depends on the folder. A path below none
//! of them would end in the C library as well, unseen; so it is given a folder `/` of which
//! everything is refused.

use wasmtime::StoreContextMut;
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, HostDescriptor, NewTimestamp, OpenFlags, PathFlags,
};

use crate::grants::Refused;
use crate::guest::Guest;

/// The interface as wasmtime links it.
const TYPES: &str = "wasi:filesystem/types@0.2.12";

/// A function that takes a folder and paths: how it is called, whether it changes anything, and
/// the second folder where there is one.
macro_rules! watched {
    ($types:ident, $name:literal, $method:ident($($argument:ident: $type:ty),*), $writes:expr) => {
        watched!($types, $name, $method($($argument: $type),*), $writes, None)
    };
    ($types:ident, $name:literal, $method:ident($($argument:ident: $type:ty),*), $writes:expr, $target:expr) => {
        $types.func_wrap_async(
            concat!("[method]descriptor.", $name),
            |mut store: StoreContextMut<'_, Guest>,
             (folder, $($argument),*): (Resource<Descriptor>, $($type),*)| {
                Box::new(async move {
                    let writes = $writes;
                    let target: Option<u32> = $target;
                    let guest = store.data_mut();
                    if guest.is_outside(folder.rep()) || target.is_some_and(|rep| guest.is_outside(rep)) {
                        return Ok((guest.refuse_outside(writes),));
                    }
                    let same = Resource::new_borrow(folder.rep());
                    let result = guest.filesystem().$method(folder, $($argument),*).await;
                    guest.watch(result, same, writes).await
                })
            },
        )?;
    };
}

/// Puts the watched functions in the place of WASI's.
pub(crate) fn watch(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    preopens::add_to_linker::<Guest, HasSelf<Guest>>(linker, |guest| guest)?;
    let mut types = linker.instance(TYPES)?;
    watched!(types, "open-at", open_at(follow: PathFlags, path: String, how: OpenFlags, flags: DescriptorFlags),
        flags.intersects(DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY)
            || how.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE));
    watched!(types, "read-directory", read_directory(), false);
    watched!(types, "stat-at", stat_at(follow: PathFlags, path: String), false);
    watched!(types, "readlink-at", readlink_at(path: String), false);
    watched!(types, "create-directory-at", create_directory_at(path: String), true);
    watched!(types, "remove-directory-at", remove_directory_at(path: String), true);
    watched!(types, "unlink-file-at", unlink_file_at(path: String), true);
    watched!(types, "rename-at", rename_at(from: String, other: Resource<Descriptor>, to: String), true, Some(other.rep()));
    watched!(types, "link-at", link_at(follow: PathFlags, from: String, other: Resource<Descriptor>, to: String), true, Some(other.rep()));
    watched!(types, "symlink-at", symlink_at(to: String, path: String), true);
    watched!(types, "set-times-at", set_times_at(follow: PathFlags, path: String, read: NewTimestamp, written: NewTimestamp), true);
    linker.allow_shadowing(false);
    Ok(())
}

impl preopens::Host for Guest {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        if self.call.is_some() && self.held.folders.is_empty() {
            self.held.refuse_folder(Refused::Files);
        }
        let mut directories = preopens::Host::get_directories(&mut self.filesystem())?;
        let granted = directories.iter().any(|(_, name)| name == OUTSIDE);
        if directories.is_empty() || granted || self.outside.is_some() {
            return Ok(directories);
        }
        // Another descriptor of some folder will do: it is never used.
        for (descriptor, _) in preopens::Host::get_directories(&mut self.filesystem())? {
            if self.outside.is_none() {
                self.outside = Some(descriptor.rep());
                directories.push((descriptor, OUTSIDE.to_owned()));
            } else {
                HostDescriptor::drop(&mut self.filesystem(), descriptor)?;
            }
        }
        Ok(directories)
    }
}

/// What contains every path.
const OUTSIDE: &str = "/";

impl Guest {
    /// Whether that is the descriptor of what is in none of the folders.
    fn is_outside(&self, descriptor: u32) -> bool {
        self.outside == Some(descriptor)
    }

    fn refuse_outside<T>(&self, writes: bool) -> Result<T, ErrorCode> {
        if self.call.is_some() {
            self.held.refuse_folder(Refused::Escape { writes });
        }
        Err(ErrorCode::NotPermitted)
    }

    /// The answer to the guest; what was refused is logged.
    async fn watch<T>(
        &mut self,
        result: FsResult<T>,
        folder: Resource<Descriptor>,
        writes: bool,
    ) -> wasmtime::Result<(Result<T, ErrorCode>,)> {
        let code = match result {
            Ok(value) => return Ok((Ok(value),)),
            Err(error) => error.downcast()?,
        };
        if matches!(code, ErrorCode::NotPermitted | ErrorCode::ReadOnly) {
            let flags = self.filesystem().get_flags(folder).await;
            let may_write = flags.is_ok_and(|f| f.contains(DescriptorFlags::MUTATE_DIRECTORY));
            self.held.refuse_folder(match writes {
                true if !may_write => Refused::Writing,
                writes => Refused::Escape { writes },
            });
        }
        Ok((Err(code),))
    }
}
