//! What is generated from `wit/` and kept in the repository: the contract as Markdown, the
//! bindings of new projects in C, the types for TypeScript.
//!
//! Kept, because the tools that generate them take minutes to build or need a registry; compared
//! by the tests, so that they cannot fall behind.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{build_example, cargo, root, run};

const ROLES: [&str; 4] = ["responder", "predicate", "helpers", "session"];
const BINDINGS: &str = "host/cli/src/plugin/new/templates/c/bindings";

/// Writes all of it.
pub(crate) fn write() -> Result<(), String> {
    let mut docs = cargo(["test", "--workspace", "--test", "wit_docs"]);
    run(docs.env("WASMOCK_UPDATE", "1"))?;
    for (name, bytes) in bindings()? {
        let file = root().join(BINDINGS).join(&name);
        std::fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
        run(Command::new("gzip")
            .args(["-9nf", &name])
            .current_dir(root().join(BINDINGS)))?;
    }
    let folder = root().join("examples/plugins/typescript");
    run(Command::new("npm")
        .args(["run", "types"])
        .current_dir(folder))
}

/// Whether the bindings for C are what the generator writes today.
pub(crate) fn compare_bindings() -> Result<(), String> {
    for (name, bytes) in bindings()? {
        let output = Command::new("gzip")
            .args(["-dc", &format!("{name}.gz")])
            .current_dir(root().join(BINDINGS))
            .output()
            .map_err(|error| format!("gzip: {error}"))?;
        if output.stdout != bytes {
            return Err(format!(
                "{BINDINGS}/{name}.gz is not what wit/ says; `cargo xtask generate` writes it"
            ));
        }
    }
    Ok(())
}

/// The generator's files of all roles. The example in C has the generator.
fn bindings() -> Result<Vec<(String, Vec<u8>)>, String> {
    let generator = root().join("examples/plugins/c/.tools/bin/wit-bindgen");
    if !generator.exists() {
        build_example("c")?;
    }
    let out = root().join("target/tmp/bindings-for-c");
    for role in ROLES {
        let mut command = Command::new(&generator);
        command
            .args(["c", "wit", "--world", &format!("{role}-plugin")])
            .args(["--autodrop-borrows=yes", "--out-dir"])
            .arg(&out);
        run(&mut command)?;
    }
    let mut files = Vec::new();
    for path in list(&out)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        files.push((name.into_owned(), bytes));
    }
    Ok(files)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, String> {
    std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|error| format!("{}: {error}", folder.display()))
}
