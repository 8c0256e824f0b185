//! `wasmock plugin new`: a small project that builds, passes its test and can be served.
//!
//! Everything it writes is inside the binary, the contract included, so it needs no network. What
//! a plugin does is the same in every language: one table of tests fits all of them.

mod bindings;
mod files;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::arguments::New;
use super::{Ended, print};

/// Writes the project into a folder of its name.
pub(crate) fn run(arguments: &New) -> Ended {
    let name = &arguments.name;
    if !is_name(name) {
        return Err(format!(
            "`{name}` is no name for a plugin; take small letters, digits and hyphens, beginning with a letter: `price-feed`"
        )
        .into());
    }
    let folder = Path::new(name);
    if folder.exists() {
        return Err(format!("{name} is there already; choose another name, or remove it").into());
    }
    for (path, text) in files::project(name, arguments.lang, arguments.role)? {
        let path = folder.join(path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    print(&format!(
        "{name} is written. Next:\n  cd {name}\n  wasmock plugin build\n  wasmock plugin test\n  wasmock serve mock.json\n"
    ));
    Ok(ExitCode::SUCCESS)
}

/// A name that every language's packages accept.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 64
        && !name.ends_with('-')
        && !name.contains("--")
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::super::arguments::{Language, Role};
    use super::*;

    #[test]
    fn names_fit_every_language() {
        assert!(is_name("a") && is_name("price-feed-2"));
        for name in ["", "Price", "2fast", "a_b", "a-", "a--b", "../a", "a b"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn every_project_has_its_parts_and_no_path_twice() {
        for language in Language::value_variants() {
            for role in Role::value_variants() {
                let files = files::project("a", *language, *role).unwrap();
                let mut paths: Vec<_> = files.iter().map(|(path, _)| path).collect();
                for wanted in ["README.md", "mock.json", "tests.yaml", "wit/plugin.wit"] {
                    assert!(
                        paths.iter().any(|path| **path == wanted),
                        "{language:?} {role:?}: {wanted}"
                    );
                }
                paths.sort();
                let count = paths.len();
                paths.dedup();
                assert_eq!(paths.len(), count, "{language:?} {role:?}");
            }
        }
    }
}
