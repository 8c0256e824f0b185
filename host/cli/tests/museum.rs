//! Components built with a released contract load and answer, whatever became of wasmock since.
//!
//! Each folder of `wit/released/VERSION/components` holds one component and the table of tests
//! it has to pass. They are never rebuilt.
#![allow(clippy::unwrap_used, unreachable_pub)]

use std::path::Path;
use std::process::Command;

#[test]
fn old_components_still_answer() {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/released");
    let mut tested = 0;
    for version in std::fs::read_dir(released).unwrap() {
        let components = version.unwrap().path().join("components");
        for folder in std::fs::read_dir(components).unwrap() {
            let folder = folder.unwrap().path();
            let output = Command::new(env!("CARGO_BIN_EXE_wasmock"))
                .args(["plugin", "test"])
                .arg(&folder)
                .env("WASMOCK_CACHE", env!("CARGO_TARGET_TMPDIR"))
                .output()
                .unwrap();
            let text =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(
                output.status.success() && text.contains(" 0 failed"),
                "{}: {text}",
                folder.display()
            );
            tested += 1;
        }
    }
    assert!(tested > 0, "there is nothing to test");
}
