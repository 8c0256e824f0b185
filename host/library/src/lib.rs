//! Where components come from: files, addresses of the web, registries.
//!
//! What is fetched is named by its SHA-256 and kept in a folder, so that a plugin with a known
//! digest starts without a network. The digest stands in the address, in the environment file or
//! in `wasmock.lock` beside it, which [`Library::pull`] writes. Everything is checked against its
//! digest each time it is read: the folder needs no trust.
//!
//! The trade-off: an address of the web without a digest is refused, a registry's tag is not (it
//! is looked up at every start until it is locked), because that is how people use tags.

mod digest;
mod lock;
mod place;
mod registry;
mod shelf;

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::StatusCode;
use wasmock_client::{FetchError, get};
use wasmock_exchange::limits;

pub use digest::Digest;
pub use lock::{LOCK_FILE, Lock, Locked};
pub use place::{Place, Where};
pub use registry::Reference;

use shelf::Shelf;

/// Why there is no component: a sentence for people, with what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub(crate) String);

impl From<FetchError> for Error {
    fn from(error: FetchError) -> Self {
        Self(error.to_string())
    }
}

/// Components fetched so far, and how to fetch more.
#[derive(Clone, Debug)]
pub struct Library {
    shelf: Option<Shelf>,
}

impl Library {
    /// A library that keeps what it fetches in that folder.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            shelf: folder.map(Shelf::new),
        }
    }

    /// The component of a place: from its file, from the shelf, or fetched.
    ///
    /// # Errors
    /// It is not there, cannot be reached, or is not what its digest says.
    pub async fn get(&self, place: &Place, lock: &Lock) -> Result<Bytes, Error> {
        let locked = lock.get(place);
        let expected = place.digest().or(locked.map(|locked| &locked.sha256));
        if let Where::File(path) = place.at() {
            let bytes = read(path)?;
            if let Some(expected) = place.digest() {
                check(place, expected, &bytes)?;
            }
            return Ok(bytes);
        }
        match (expected, place.at()) {
            (Some(digest), _) => self.known(place, digest).await,
            (None, Where::Registry(reference)) => {
                tracing::warn!(
                    "{place} is not locked, and its tag may move; `wasmock plugin pull` writes \
                     {LOCK_FILE}"
                );
                let digest = reference.resolve().await?;
                self.known(place, &digest).await
            }
            (None, _) => Err(Error(format!(
                "{place} needs a digest, because what is there may change: write `#sha256=…` \
                 after it, or lock it with `wasmock plugin pull`"
            ))),
        }
    }

    /// Fetches what a place holds now, keeps it, and locks it. What is locked already is fetched
    /// as it was locked, unless it is to be brought up to date.
    ///
    /// # Errors
    /// As [`Library::get`].
    pub async fn pull(
        &self,
        place: &Place,
        lock: &mut Lock,
        update: bool,
    ) -> Result<Locked, Error> {
        let known = place.digest().cloned().or_else(|| {
            let locked = lock.get(place).filter(|_| !update)?;
            Some(locked.sha256.clone())
        });
        let (digest, bytes) = match (known, place.at()) {
            (_, Where::File(_)) => {
                let bytes = self.get(place, &Lock::default()).await?;
                (Digest::of(&bytes), bytes)
            }
            (Some(digest), _) => {
                let bytes = self.known(place, &digest).await?;
                (digest, bytes)
            }
            (None, Where::Registry(reference)) => {
                let digest = reference.resolve().await?;
                let bytes = self.known(place, &digest).await?;
                (digest, bytes)
            }
            (None, Where::Web(address)) => {
                let bytes = fetch(address).await?;
                let digest = Digest::of(&bytes);
                self.keep(&digest, &bytes);
                (digest, bytes)
            }
        };
        let locked = Locked {
            sha256: digest,
            size: bytes.len() as u64,
        };
        if !matches!(place.at(), Where::File(_)) {
            lock.put(place, locked.clone());
        }
        Ok(locked)
    }

    /// The component with that digest: from the shelf, else fetched and put there.
    async fn known(&self, place: &Place, digest: &Digest) -> Result<Bytes, Error> {
        if let Some(bytes) = self.shelf.as_ref().and_then(|shelf| shelf.get(digest)) {
            return Ok(bytes);
        }
        let bytes = match place.at() {
            Where::Registry(reference) => reference.fetch(digest).await?,
            Where::Web(address) => fetch(address).await?,
            Where::File(path) => read(path)?,
        };
        check(place, digest, &bytes)?;
        self.keep(digest, &bytes);
        Ok(bytes)
    }

    fn keep(&self, digest: &Digest, bytes: &Bytes) {
        if let Some(shelf) = &self.shelf {
            shelf.put(digest, bytes);
        }
    }
}

fn check(place: &Place, expected: &Digest, bytes: &[u8]) -> Result<(), Error> {
    let found = Digest::of(bytes);
    if found == *expected {
        return Ok(());
    }
    Err(Error(format!(
        "{place} has the SHA-256 {found}, and {expected} was expected; if the change is meant, \
         write the new digest, or lock it with `wasmock plugin pull --update`"
    )))
}

fn read(path: &Path) -> Result<Bytes, Error> {
    let bytes = fs::read(path);
    bytes
        .map(Bytes::from)
        .map_err(|error| Error(format!("cannot read {}: {error}", path.display())))
}

async fn fetch(address: &str) -> Result<Bytes, Error> {
    let document = get(address, &[], limits::COMPONENT).await?;
    match document.status {
        StatusCode::OK => Ok(document.body),
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            Err(Error(format!("there is nothing at {address}")))
        }
        status => Err(Error(format!("{address} answers {status}"))),
    }
}
