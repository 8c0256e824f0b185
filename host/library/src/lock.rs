//! `wasmock.lock`: which component each address stood for when it was pulled.
//!
//! JSON with sorted addresses, made to be kept beside the environment under version control.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Digest, Error, Place};

/// The name of the file, beside the environment.
pub const LOCK_FILE: &str = "wasmock.lock";

/// The only layout so far.
const LAYOUT: u32 = 1;

/// What addresses are locked to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    plugins: BTreeMap<String, Locked>,
}

/// What one address is locked to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Locked {
    /// The component's SHA-256.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    plugins: BTreeMap<String, Locked>,
}

impl Lock {
    /// Reads the lock file of a folder; a folder without one locks nothing.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(LOCK_FILE);
        let failed = |error: &dyn std::fmt::Display| {
            Error(format!(
                "{} cannot be read: {error}; `wasmock plugin pull` writes a new one when it is \
                 deleted",
                path.display()
            ))
        };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failed(&error)),
        };
        let written: Written = serde_json::from_slice(&text).map_err(|error| failed(&error))?;
        if written.version != LAYOUT {
            return Err(failed(&format!(
                "it is of version {}, and this wasmock knows {LAYOUT}",
                written.version
            )));
        }
        Ok(Self {
            plugins: written.plugins,
        })
    }

    /// Writes the lock file of a folder, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(LOCK_FILE);
        let failed = |error: &dyn std::fmt::Display| {
            Error(format!("{} cannot be written: {error}", path.display()))
        };
        let written = Written {
            version: LAYOUT,
            plugins: self.plugins.clone(),
        };
        let text = serde_json::to_string_pretty(&written).map_err(|error| failed(&error))?;
        let partial = path.with_extension(format!("lock.{}", std::process::id()));
        fs::write(&partial, text + "\n")
            .and_then(|()| fs::rename(&partial, &path))
            .map_err(|error| {
                let _ = fs::remove_file(&partial);
                failed(&error)
            })
    }

    /// What a place is locked to.
    pub fn get(&self, place: &Place) -> Option<&Locked> {
        self.plugins.get(place.address())
    }

    pub(crate) fn put(&mut self, place: &Place, locked: Locked) {
        self.plugins.insert(place.address().to_owned(), locked);
    }

    /// Forgets all addresses but these.
    pub fn keep_only(&mut self, addresses: &[&str]) {
        self.plugins
            .retain(|address, _| addresses.contains(&address.as_str()));
    }

    /// Whether it locks nothing.
    pub fn is_empty(&self) -> bool {
        self.plugins.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::of(folder.path()).unwrap(), Lock::default());
        let place = Place::parse("oci://r/n:1", folder.path(), None).unwrap();
        let mut lock = Lock::default();
        let sha256 = Digest::of(b"x");
        lock.put(&place, Locked { sha256, size: 1 });
        lock.write(folder.path()).unwrap();
        assert_eq!(Lock::of(folder.path()).unwrap(), lock);
        assert!(lock.get(&place).is_some());
    }

    #[test]
    fn a_lock_that_is_none_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        for (text, words) in [
            ("nonsense", "expected ident"),
            (r#"{ "version": 9, "plugins": {} }"#, "version 9"),
            (
                r#"{ "version": 1, "plugins": { "a": { "sha256": "b", "size": 1 } } }"#,
                "64 hex",
            ),
        ] {
            fs::write(folder.path().join(LOCK_FILE), text).unwrap();
            let error = Lock::of(folder.path()).unwrap_err().to_string();
            assert!(
                error.contains(words) && error.contains("when it is deleted"),
                "{error}"
            );
        }
    }
}
