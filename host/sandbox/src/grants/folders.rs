//! Folders: what a plugin sees under which name.
//!
//! A grant is `FOLDER`, or `NAME=FOLDER` where the plugin is to see it under another name. What
//! is opened is the folder itself, its links resolved; from there on `wasmtime-wasi` keeps paths
//! inside. A plugin that asks for less than a granted folder sees only that part of it.

use std::path::{Component, Path, PathBuf};

/// A folder that a plugin sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) at: PathBuf,
    /// What the plugin calls it.
    pub(crate) name: String,
    pub(crate) write: bool,
}

/// A granted folder by its name, its links resolved.
///
/// # Errors
/// It is not there or cannot be read.
pub(crate) fn granted<'a>(grant: &'a str, base: &Path) -> Result<(&'a str, PathBuf), String> {
    let (name, path) = grant.split_once('=').unwrap_or((grant, grant));
    let at = base.join(path);
    let whole = at
        .canonicalize()
        .and_then(|whole| std::fs::read_dir(&whole).map(|_| whole));
    whole.map(|whole| (name, whole)).map_err(|error| {
        let at = at.display();
        format!("the folder {at} is granted, but cannot be used: {error}")
    })
}

/// [`granted`] for each of several, without those that cannot be used.
pub(crate) fn all_granted<'a>(grants: &'a [String], base: &Path) -> Vec<(&'a str, PathBuf)> {
    let granted = grants.iter().map(|grant| granted(grant, base));
    granted.filter_map(Result::ok).collect()
}

/// The folders that were granted (see [`granted`]) and asked for.
pub(crate) fn folders(granted: &[(&str, PathBuf)], asked: &[String], write: bool) -> Vec<Folder> {
    let mut folders = Vec::new();
    for (name, whole) in granted {
        for wanted in asked {
            let Some((name, part)) = common(name, wanted) else {
                continue;
            };
            // A part that is not there yet is nothing to see.
            let Ok(at) = whole.join(part).canonicalize() else {
                continue;
            };
            let folder = Folder { at, name, write };
            if folder.at.starts_with(whole) && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
    folders
}

/// The name under which a plugin sees what is both granted and asked for, and where it is below
/// the granted folder.
fn common(granted: &str, asked: &str) -> Option<(String, PathBuf)> {
    if asked == "*" {
        return Some((granted.to_owned(), PathBuf::new()));
    }
    let (outer, inner) = (plain(granted)?, plain(asked)?);
    if let Ok(part) = inner.strip_prefix(&outer) {
        let name = if part.as_os_str().is_empty() {
            granted
        } else {
            asked
        };
        return Some((name.to_owned(), part.to_owned()));
    }
    outer
        .starts_with(&inner)
        .then(|| (granted.to_owned(), PathBuf::new()))
}

/// A path without `.`; none for one that climbs.
fn plain(path: &str) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => return None,
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(base: &Path, grant: &str, asked: &str) -> Vec<(String, PathBuf)> {
        let folders = folders(&[granted(grant, base).unwrap()], &[asked.into()], false);
        let base = base.canonicalize().unwrap();
        folders
            .into_iter()
            .map(|f| (f.name, f.at.strip_prefix(&base).unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn the_smaller_of_two_folders_is_seen() {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(base.path().join("data/in")).unwrap();
        for (granted, asked, name, at) in [
            ("data", "*", "data", "data"),
            ("data", "data", "data", "data"),
            ("./data", "data/", "./data", "data"),
            ("data", "data/in", "data/in", "data/in"),
            ("data/in", "data", "data/in", "data/in"),
            ("there=data", "there", "there", "data"),
            ("there=data", "there/in", "there/in", "data/in"),
        ] {
            let expected = vec![(name.to_owned(), PathBuf::from(at))];
            assert_eq!(found(base.path(), granted, asked), expected, "{granted}");
        }
        for (granted, asked) in [
            ("data", "other"),
            ("data", "data/../.."),
            ("data", "dat"),
            ("data", "data/missing"),
        ] {
            assert_eq!(found(base.path(), granted, asked), [], "{granted} {asked}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_of_the_folder_is_not_followed() {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(base.path().join("data")).unwrap();
        std::os::unix::fs::symlink("/etc", base.path().join("data/out")).unwrap();
        assert_eq!(found(base.path(), "data", "data/out"), []);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said_so() {
        let base = tempfile::tempdir().unwrap();
        std::fs::write(base.path().join("file"), "").unwrap();
        for name in ["missing", "file"] {
            let error = granted(name, base.path()).unwrap_err();
            assert!(error.contains("cannot be used"), "{error}");
        }
    }
}
