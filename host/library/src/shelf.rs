//! The folder of fetched components, each under its digest.
//!
//! A file that is not what its name says is not used and is fetched anew, so the folder may be
//! shared, copied to a machine without network, or deleted at any time. Where it cannot be
//! written (a full disk, no rights), fetching goes on without it.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;

use crate::Digest;

#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(crate) fn get(&self, digest: &Digest) -> Option<Bytes> {
        let path = self.path(digest);
        let bytes = fs::read(&path).ok()?;
        if Digest::of(&bytes) != *digest {
            tracing::warn!("{} is damaged and is fetched anew", path.display());
            return None;
        }
        Some(bytes.into())
    }

    pub(crate) fn put(&self, digest: &Digest, bytes: &[u8]) {
        let path = self.path(digest);
        let partial = path.with_extension(format!("{}.partial", std::process::id()));
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&partial, bytes))
            .and_then(|()| fs::rename(&partial, &path));
        if let Err(error) = written {
            let _ = fs::remove_file(&partial);
            tracing::warn!(
                "the component is not kept in {}: {error}; it is fetched again the next time",
                self.folder.display()
            );
        }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("sha256-{digest}.wasm"))
    }
}
