//! `--watch`: what changed on disk is served at once, and what is broken is not.
//!
//! The folders of everything an environment was made of are watched. A change waits until the
//! folder has been quiet for a moment, because editors write in several steps; then the
//! environment and its plugins are loaded beside those that serve, and take their place only if
//! all of them load.

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// How long a folder must be quiet. Short, because a change is to be live at once; what was read
/// too early fails, and is then given [`SETTLE`].
const QUIET: Duration = Duration::from_millis(10);
/// How long whoever writes a file in several steps has for the next one.
const SETTLE: Duration = Duration::from_millis(300);

/// Watches the folders of files and calls back after changes to one of them, until dropped.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    folders: HashSet<PathBuf>,
    changes: mpsc::Receiver<PathBuf>,
}

impl Watch {
    /// Watches nothing yet.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        // A full queue loses nothing: a change that does not fit is one of many just now.
        let (sender, changes) = mpsc::channel(1024);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if event.kind.is_access() {
                return;
            }
            for path in event.paths {
                let _ = sender.try_send(path);
            }
        })?;
        Ok(Self {
            watcher,
            folders: HashSet::new(),
            changes,
        })
    }

    /// Also watches the folder of that file: an editor may replace the file itself.
    pub(crate) fn add(&mut self, file: &Path) {
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        if !self.folders.insert(folder.clone()) {
            return;
        }
        if let Err(error) = self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
            tracing::warn!("{} cannot be watched: {error}", folder.display());
        }
    }

    /// Also watches a folder with all that is in it.
    pub(crate) fn add_tree(&mut self, folder: &Path) {
        if !folder.is_dir() || !self.folders.insert(folder.to_owned()) {
            return;
        }
        if let Err(error) = self.watcher.watch(folder, RecursiveMode::Recursive) {
            tracing::warn!("{} cannot be watched: {error}", folder.display());
        }
    }

    /// More changes, if they come soon.
    pub(crate) async fn changed_again(&mut self) -> Option<HashSet<PathBuf>> {
        tokio::time::timeout(SETTLE, self.changed()).await.ok()?
    }

    /// Waits for changes and for the quiet after them; answers the paths.
    pub(crate) async fn changed(&mut self) -> Option<HashSet<PathBuf>> {
        let mut paths = HashSet::from([self.changes.recv().await?]);
        while let Ok(next) = tokio::time::timeout(QUIET, self.changes.recv()).await {
            paths.insert(next?);
        }
        Some(paths)
    }
}

/// Whether one of the changed paths is that file.
pub(crate) fn concerns(changed: &HashSet<PathBuf>, file: &Path) -> bool {
    let Some(name) = file.file_name() else {
        return false;
    };
    let folder = file.parent().and_then(|folder| folder.canonicalize().ok());
    changed.iter().any(|path| {
        path.file_name() == Some(name)
            && (folder.is_none()
                || path.parent().and_then(|other| other.canonicalize().ok()) == folder)
    })
}
