//! `wasmock dev`: a plugin's project, built and served, and built again when its source changes.
//!
//! Building is the language's own tool, as in `plugin build`; what it makes is noticed and
//! swapped in by the same watching that serves changed environment files. A source that does not
//! build leaves the old component serving.

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use wasmock_server::Site;

use crate::arguments::Dev;
use crate::plugin::build;
use crate::serve;
use crate::watch::Watch;

const MOCKS: [&str; 3] = ["mock.json", "mock.yaml", "mock.yml"];
/// Files beside `src` that a build depends on.
const MANIFESTS: [&str; 5] = [
    "Cargo.toml",
    "package.json",
    "tsconfig.json",
    "requirements.txt",
    "build.sh",
];

/// Builds and serves until Ctrl-C.
pub(crate) fn run(arguments: Dev) -> Result<ExitCode, Box<dyn Error>> {
    let Dev {
        folder,
        data,
        mut options,
    } = arguments;
    let file = match data {
        Some(file) => file,
        None => MOCKS
            .iter()
            .map(|name| folder.join(name))
            .find(|file| file.exists())
            .ok_or_else(|| {
                format!(
                    "{} has no {}; --data names another file",
                    folder.display(),
                    MOCKS.join(", ")
                )
            })?,
    };
    // Before the first build: a change from now on is not missed.
    let project = Project::watch(folder)?;
    if !build::build(&project.folder)? {
        return Ok(ExitCode::from(1));
    }
    options.watch = true;
    options.dev = true;
    serve::run_with(vec![file], options, Some(project))
}

/// A plugin's project that is being worked on.
pub(crate) struct Project {
    folder: PathBuf,
    changes: Watch,
}

impl Project {
    fn watch(folder: PathBuf) -> Result<Self, Box<dyn Error>> {
        let mut changes = Watch::new()?;
        changes.add(&folder.join("Cargo.toml"));
        for part in ["src", "wit"] {
            changes.add_tree(&folder.join(part));
        }
        Ok(Self { folder, changes })
    }

    /// Builds after each change of the source; sites are told when it does not build.
    pub(crate) async fn rebuild(mut self, sites: &[Arc<Site>]) -> Result<(), Box<dyn Error>> {
        while let Some(changed) = self.changes.changed().await {
            if !is_source(&changed) {
                continue;
            }
            let folder = self.folder.clone();
            let built = tokio::task::spawn_blocking(move || {
                build::build(&folder).map_err(|error| error.to_string())
            });
            let problem = match built.await? {
                Ok(true) => continue,
                Ok(false) => "the plugin does not build; the terminal says why".to_owned(),
                Err(error) => error,
            };
            tracing::error!("the old version is served: {problem}");
            for site in sites {
                site.set_notice(Some(problem.clone()));
            }
        }
        Ok(())
    }
}

/// Whether one of the paths is something that an author writes: a manifest, or a file among the
/// sources that neither an editor nor an interpreter left there.
fn is_source(changed: &HashSet<PathBuf>) -> bool {
    changed.iter().any(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let folders = || path.ancestors().skip(1).filter_map(Path::file_name);
        let is_other = name.starts_with(['.', '#']) || name.ends_with('~') || path.is_dir();
        let is_source = folders().any(|folder| folder == "src" || folder == "wit")
            && !folders().any(|folder| folder == "__pycache__");
        !is_other && (MANIFESTS.contains(&&*name) || is_source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_from_what_lies_beside_them() {
        let is = |path: &str| is_source(&HashSet::from([PathBuf::from(path)]));
        for path in [
            "a/src/plugin.py",
            "a/src/more/x.rs",
            "a/Cargo.toml",
            "a/wit/x.wit",
        ] {
            assert!(is(path), "{path}");
        }
        for path in [
            "a/dist/a.wasm",
            "a/Cargo.lock",
            "a/src/.x.swp",
            "a/src/__pycache__/x.pyc",
        ] {
            assert!(!is(path), "{path}");
        }
    }

    #[tokio::test]
    async fn a_change_before_anybody_asks_for_changes_is_not_missed() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src/plugin.c");
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(&source, "").unwrap();
        let mut project = Project::watch(folder.path().to_owned()).unwrap();
        std::fs::write(&source, "int answer;").unwrap();
        assert!(is_source(&project.changes.changed().await.unwrap()));
    }
}
