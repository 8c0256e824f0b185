//! Files as bodies: where they lie, what type they are, and their content.
//!
//! Small files are kept in memory and checked against the disk (size and time of change) at
//! each use, so a changed file shows at once; larger ones are streamed.

pub(crate) mod mime;
pub(crate) mod path;
pub(crate) mod range;
mod stream;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

use crate::mock::Text;

pub(crate) use stream::FileStream;

/// Larger files are streamed.
const KEPT: u64 = 1 << 20;
/// Bytes of all files that are kept; beyond it all are forgotten.
const ALL_KEPT: u64 = 64 << 20;

/// Files that were read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    files: HashMap<PathBuf, Arc<Content>>,
    size: u64,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Content {
    version: (u64, Option<SystemTime>),
    pub(crate) bytes: Bytes,
    template: OnceLock<Text>,
}

impl Content {
    /// The content as a template, compiled once while the file does not change.
    pub(crate) fn template(&self) -> &Text {
        self.template
            .get_or_init(|| Text::new(&String::from_utf8_lossy(&self.bytes)))
    }
}

/// A file as it can be had.
#[derive(Debug)]
pub(crate) enum Opened {
    Kept(Arc<Content>),
    /// Too large to keep.
    Large {
        size: u64,
    },
}

impl Files {
    /// Looks a file up.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) async fn open(&self, path: &Path) -> io::Result<Opened> {
        let metadata = std::fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        if metadata.len() > KEPT || !metadata.is_file() {
            return Ok(Opened::Large {
                size: metadata.len(),
            });
        }
        let version = (metadata.len(), metadata.modified().ok());
        let known = self.lock().files.get(path).cloned();
        if let Some(content) = known.filter(|content| content.version == version) {
            return Ok(Opened::Kept(content));
        }
        let content = self.read_now(path, version).await?;
        let mut kept = self.lock();
        if kept.size + content.bytes.len() as u64 > ALL_KEPT {
            *kept = Kept::default();
        }
        kept.size += content.bytes.len() as u64;
        if let Some(old) = kept.files.insert(path.to_owned(), content.clone()) {
            kept.size = kept.size.saturating_sub(old.bytes.len() as u64);
        }
        Ok(Opened::Kept(content))
    }

    /// Reads a file whatever its size.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) async fn read(&self, path: &Path) -> io::Result<Arc<Content>> {
        match self.open(path).await? {
            Opened::Kept(content) => Ok(content),
            Opened::Large { size } => self.read_now(path, (size, None)).await,
        }
    }

    async fn read_now(
        &self,
        path: &Path,
        version: (u64, Option<SystemTime>),
    ) -> io::Result<Arc<Content>> {
        let bytes = Bytes::from(tokio::fs::read(path).await?);
        Ok(Arc::new(Content {
            version,
            bytes,
            template: OnceLock::new(),
        }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error in the words of Node, which clients see; `operation` is what Node would have done.
pub(crate) fn describe(error: &io::Error, operation: &str, path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains('\0') {
        let path = path.replace('\0', "\\x00");
        return format!(
            "The argument 'path' must be a string, Uint8Array, or URL without null bytes. Received '{path}'"
        );
    }
    let words = match error.kind() {
        io::ErrorKind::NotFound => "ENOENT: no such file or directory",
        io::ErrorKind::PermissionDenied => "EACCES: permission denied",
        io::ErrorKind::NotADirectory => "ENOTDIR: not a directory",
        io::ErrorKind::IsADirectory => {
            return "EISDIR: illegal operation on a directory, read".to_owned();
        }
        _ => return format!("{error}, {operation} '{path}'"),
    };
    format!("{words}, {operation} '{path}'")
}
