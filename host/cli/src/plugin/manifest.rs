//! `wasmock plugin manifest`: what a component carries about itself, shown or put into it.

use std::path::Path;
use std::process::ExitCode;

use wasmock_sandbox::Manifest;

use super::{Ended, print};
use crate::arguments::SetManifest;

/// The file beside a plugin's source that `plugin build` puts into the component.
pub(crate) const FILE: &str = "wasmock.json";

/// Prints or replaces the manifest.
pub(crate) fn run(arguments: &SetManifest) -> Ended {
    let file = &arguments.file;
    if let Some(manifest) = &arguments.set {
        put(manifest, file)?;
        return Ok(ExitCode::SUCCESS);
    }
    let component = crate::components::read(file)?;
    let manifest =
        Manifest::of(&component).map_err(|problem| format!("{}: {problem}", file.display()))?;
    match manifest {
        Some(manifest) => {
            print(&format!("{}\n", serde_json::to_string_pretty(&manifest)?));
            Ok(ExitCode::SUCCESS)
        }
        None => Err(format!(
            "{}: there is no manifest in it; it asks for what its imports say",
            file.display()
        )
        .into()),
    }
}

/// Puts a manifest's file into a component's.
pub(crate) fn put(manifest: &Path, component: &Path) -> Result<(), String> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let text = read(manifest)?;
    let parsed =
        Manifest::parse(&text).map_err(|problem| format!("{}: {problem}", manifest.display()))?;
    let with = parsed
        .put_into(&read(component)?)
        .map_err(|problem| format!("{}: {problem}", component.display()))?;
    // Whole or not at all: a server may be watching.
    let partial = component.with_extension("wasm.partial");
    std::fs::write(&partial, with)
        .and_then(|()| std::fs::rename(&partial, component))
        .map_err(|error| format!("cannot write {}: {error}", component.display()))
}
