//! The schema that the repository ships is the one that the types give.

use std::path::Path;

/// Run with `WASMOCK_UPDATE=1` to write it anew after a change to the model.
#[test]
fn the_shipped_schema_is_current() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/environment.schema.json");
    let current = format!("{:#}\n", wasmock_environment::schema());
    if std::env::var_os("WASMOCK_UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == current,
        "docs/schema/environment.schema.json is out of date: \
         run `WASMOCK_UPDATE=1 cargo test -p wasmock-environment --test schema`"
    );
}
