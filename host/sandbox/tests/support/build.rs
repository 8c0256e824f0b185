//! Components that tests build from source.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the component of that name in a folder of `host/sandbox/tests`.
pub fn build(name: &str) -> PathBuf {
    // The command line's tests share this file; both crates stand in `host/`.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../sandbox/tests")
        .join(name);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--target", "wasm32-wasip2"])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(folder)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .status()
        .unwrap();
    assert!(status.success(), "the plugin `{name}` does not build");
    target.join(format!("wasm32-wasip2/release/{name}.wasm"))
}
