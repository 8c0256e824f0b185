//! Makes the constant tables of `src/lists.rs`: the texts of `data/`, and what
//! `build/crates.rs` takes out of other crates' word lists.

#[path = "build/crates.rs"]
mod crates;
#[path = "build/tables.rs"]
mod tables;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build");
    let mut tables = tables::Tables::default();
    crates::english(&mut tables);
    tables.read_folder("en", Path::new("data"));
    tables.derive_files();
    crates::locales(&mut tables);
    tables.read_folder("en", Path::new("data/locales"));
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("lists.rs"), tables.to_rust())
        .expect("OUT_DIR is writable");
}
