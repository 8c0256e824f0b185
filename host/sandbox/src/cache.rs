//! Compiled components on disk, so that only the first start pays for compiling.
//!
//! A file holds native code and a checksum, and loading native code is the one thing in this
//! project that the compiler cannot check: whoever can write the file decides what the process
//! does. Therefore (1) the folder belongs to the user the process runs as, and nobody else may
//! write to it (mode 0700, checked at every load); (2) files are created with mode 0600 and
//! moved into place whole, so a reader sees all of a file or nothing; (3) the bytes must match
//! the BLAKE3 checksum behind them, so a damaged file is compiled anew instead of run;
//! (4) the name holds the hash of the component *and* of everything in the engine that changes
//! compiled code, and wasmtime refuses code of another version, target or setting by itself.
//! A file that a user names is never loaded this way.
//!
//! Code is mapped from the file rather than copied: only the pages that run take memory. A file
//! is never written in place, so a mapping never changes.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use blake3::Hash;
use wasmock_exchange::limits;
use wasmtime::Engine;
use wasmtime::component::Component;

const CHECKSUM: usize = blake3::OUT_LEN;

/// A folder of compiled components.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The compiled form of the component with that digest, if the cache has a sound one.
    pub(crate) fn load(&self, engine: &Engine, digest: Hash) -> Option<Component> {
        let path = self.path(engine, digest);
        let file = fs::File::open(&path).ok()?;
        if let Err(reason) = self.check_folder() {
            tracing::warn!(
                "compiled components in {} are not used: {reason}",
                self.folder.display()
            );
            return None;
        }
        if !is_sound(file).unwrap_or(false) {
            tracing::warn!("{} is damaged and is made anew", path.display());
            return None;
        }
        match deserialize(engine, &path) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::debug!("{} does not fit this engine: {error}", path.display());
                None
            }
        }
    }

    /// Keeps a compiled component. A cache that cannot be written costs time, nothing else.
    pub(crate) fn store(&self, engine: &Engine, digest: Hash, component: &Component) {
        if let Err(error) = self.try_store(engine, digest, component) {
            tracing::warn!(
                "the compiled component is not cached in {}: {error}",
                self.folder.display()
            );
        }
    }

    fn try_store(
        &self,
        engine: &Engine,
        digest: Hash,
        component: &Component,
    ) -> Result<(), Box<dyn std::error::Error>> {
        create_private_folder(&self.folder)?;
        self.check_folder()?;
        let code = component.serialize().map_err(|error| error.to_string())?;
        let path = self.path(engine, digest);
        let partial = path.with_extension(format!("{}.partial", std::process::id()));
        let written = write_private_file(&partial, &[&code, blake3::hash(&code).as_bytes()])
            .and_then(|()| fs::rename(&partial, &path));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        }
        written?;
        self.make_room(limits::COMPILED, &path)?;
        Ok(())
    }

    /// Removes the oldest files until the others take no more than `room` bytes; `newest` stays.
    fn make_room(&self, room: u64, newest: &Path) -> std::io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            files.push((metadata.modified()?, metadata.len(), entry.path()));
        }
        files.sort();
        let mut taken: u64 = files.iter().map(|(_, length, _)| length).sum();
        for (_, length, path) in files {
            if taken <= room {
                break;
            }
            if path != newest {
                // Another process may have been faster.
                let _ = fs::remove_file(path);
                taken -= length;
            }
        }
        Ok(())
    }

    fn path(&self, engine: &Engine, digest: Hash) -> PathBuf {
        let mut compatibility = DefaultHasher::new();
        engine
            .precompile_compatibility_hash()
            .hash(&mut compatibility);
        let name = format!(
            "{}-{:016x}.compiled",
            digest.to_hex(),
            compatibility.finish()
        );
        self.folder.join(name)
    }

    /// Whether nobody else can have written here.
    #[cfg(unix)]
    fn check_folder(&self) -> Result<(), String> {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::symlink_metadata(&self.folder).map_err(|error| error.to_string())?;
        if !metadata.is_dir() {
            return Err("it is not a folder".into());
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err("the folder belongs to another user".into());
        }
        if metadata.mode() & 0o022 != 0 {
            return Err("other users may write to the folder; `chmod 700` it".into());
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn check_folder(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Whether a file ends with the checksum of what it begins with.
fn is_sound(mut file: fs::File) -> std::io::Result<bool> {
    let length = file.metadata()?.len();
    let Some(code) = length.checked_sub(CHECKSUM as u64) else {
        return Ok(false);
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader((&mut file).take(code))?;
    let mut checksum = [0; CHECKSUM];
    file.read_exact(&mut checksum)?;
    Ok(hasher.finalize() == blake3::Hash::from_bytes(checksum))
}

#[expect(unsafe_code, reason = "see the module's text")]
fn deserialize(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: `load` has verified the folder's owner and mode and the checksum of this file,
    // which only `try_store` writes, and which is replaced whole or not at all.
    unsafe { Component::deserialize_file(engine, path) }
}

fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private_file(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::engine;

    const COMPONENT: &str = "(component)";

    fn stored(folder: &Path) -> (Cache, Engine, Hash, PathBuf) {
        let engine = engine().unwrap();
        let wasm = wat::parse_str(COMPONENT).unwrap();
        let cache = Cache::new(folder.join("compiled"));
        let digest = blake3::hash(&wasm);
        cache.store(&engine, digest, &Component::new(&engine, &wasm).unwrap());
        let path = cache.path(&engine, digest);
        (cache, engine, digest, path)
    }

    #[test]
    fn what_was_stored_is_loaded_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, engine, digest, path) = stored(folder.path());
        assert!(cache.load(&engine, digest).is_some());
        assert!(
            cache
                .load(&engine, blake3::hash(b"another component"))
                .is_none()
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
            assert_eq!(
                fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777,
                0o700
            );
        }
    }

    #[test]
    fn damaged_foreign_and_cut_files_are_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, engine, digest, path) = stored(folder.path());
        let sound = fs::read(&path).unwrap();
        let mut flipped = sound.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let foreign = [blake3::hash(b"not code").as_bytes().as_slice(), b"not code"].concat();
        for bad in [
            flipped,
            sound[..sound.len() / 2].to_vec(),
            foreign,
            Vec::new(),
            vec![0; 5],
        ] {
            fs::write(&path, bad).unwrap();
            assert!(cache.load(&engine, digest).is_none());
        }
    }

    #[test]
    fn the_oldest_files_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, _, _, path) = stored(folder.path());
        let length = fs::metadata(&path).unwrap().len();
        let other = path.with_extension("other");
        fs::copy(&path, &other).unwrap();
        cache.make_room(2 * length, &other).unwrap();
        assert!(path.exists());
        cache.make_room(2 * length - 1, &other).unwrap();
        assert!(!path.exists() && other.exists());
        cache.make_room(0, &other).unwrap();
        assert!(other.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_others_may_write_to_is_not_trusted() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (cache, engine, digest, path) = stored(folder.path());
        let parent = path.parent().unwrap();
        fs::set_permissions(parent, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(cache.load(&engine, digest).is_none());
    }
}
