//! `wasmock plugin pull`, and the component behind whatever a command line names.
//!
//! What `pull` fetches is kept for later starts without network, and what an environment names
//! is locked in `wasmock.lock` beside it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use wasmock_environment::{LoadOptions, load};
use wasmock_library::{LOCK_FILE, Library, Lock, Locked, Place};

use crate::arguments::Pull;
use crate::built_in::library_folder;
use crate::logging;

/// The component of a path or an address, from a command that has no runtime of its own.
pub(crate) fn read(place: &Path) -> Result<Bytes, Box<dyn Error>> {
    let text = place.display().to_string();
    if !text.contains("://") {
        let bytes = std::fs::read(place).map_err(|error| format!("cannot read {text}: {error}"))?;
        return Ok(bytes.into());
    }
    let here = Path::new("");
    read_place(&Place::parse(&text, here, None)?, here)
}

/// As [`read`], for a place that is locked in a folder.
pub(crate) fn read_place(place: &Place, folder: &Path) -> Result<Bytes, Box<dyn Error>> {
    let lock = Lock::of(folder)?;
    let library = Library::new(library_folder());
    Ok(runtime()?.block_on(library.get(place, &lock))?)
}

/// The file that a plugin's path means, if it means one.
pub(crate) fn file(path: &str, directory: &Path) -> Option<PathBuf> {
    let place = Place::parse(path, directory, None).ok()?;
    place.file().map(Path::to_owned)
}

/// Fetches everything that the environments and addresses name; exit code 1 when one of them
/// cannot be had.
pub(crate) fn pull(arguments: &Pull) -> Result<ExitCode, Box<dyn Error>> {
    logging::to_stderr();
    let runtime = runtime()?;
    let mut failed = false;
    for target in &arguments.targets {
        let pulled = match target.contains("://") {
            true => runtime.block_on(pull_address(target)),
            false => runtime.block_on(pull_environment(Path::new(target), arguments.update))?,
        };
        for line in pulled {
            match line {
                Ok(line) => crate::plugin::print(&format!("{line}\n")),
                Err(problem) => {
                    failed = true;
                    logging::problem(&problem);
                }
            }
        }
    }
    Ok(ExitCode::from(u8::from(failed)))
}

/// A line for each plugin, or what is wrong with it.
type Pulled = Vec<Result<String, String>>;

/// An address by itself: there is no environment to lock, so its digest is printed.
async fn pull_address(address: &str) -> Pulled {
    let library = Library::new(library_folder());
    let pulled = async {
        let place = Place::parse(address, Path::new(""), None)?;
        let Locked { sha256, size } = library.pull(&place, &mut Lock::default(), true).await?;
        let kib = size.div_ceil(1024);
        Ok(format!("{}#sha256={sha256}  ({kib} KiB)", place.address()))
    };
    vec![
        pulled
            .await
            .map_err(|error: wasmock_library::Error| error.to_string()),
    ]
}

async fn pull_environment(file: &Path, update: bool) -> Result<Pulled, Box<dyn Error>> {
    let loaded = load(file, &LoadOptions::default())?;
    let library = Library::new(library_folder());
    let before = Lock::of(&loaded.directory)?;
    let mut lock = before.clone();
    let mut lines = Vec::new();
    for plugin in &loaded.environment.wasmock.plugins {
        let pulled = async {
            let sha256 = plugin.sha256.as_deref();
            let place = Place::parse(&plugin.path, &loaded.directory, sha256)?;
            if place.file().is_some() {
                return Ok(None);
            }
            let locked = library.pull(&place, &mut lock, update).await?;
            Ok(Some((place, locked)))
        };
        match pulled.await {
            Ok(None) => {}
            Ok(Some((place, Locked { sha256, size }))) => lines.push(Ok(format!(
                "{}  {}  sha256:{sha256}  ({} KiB)",
                plugin.name,
                place.address(),
                size.div_ceil(1024)
            ))),
            Err(error) => {
                let error: wasmock_library::Error = error;
                lines.push(Err(format!("plugin `{}`: {error}", plugin.name)));
            }
        }
    }
    if lock != before {
        lock.write(&loaded.directory)?;
        lines.push(Ok(format!(
            "wrote {}",
            loaded.directory.join(LOCK_FILE).display()
        )));
    }
    if lines.is_empty() {
        lines.push(Ok(format!(
            "{}: all plugins are files, there is nothing to pull",
            file.display()
        )));
    }
    Ok(lines)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
