//! `wasmock plugin build`: the language's own tool, its command line printed first.
//!
//! What stands on the screen can be copied: nothing here is needed to build a plugin. Exit codes:
//! 0 for a component in `dist`, 1 when a tool failed, 2 when one is missing.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::arguments::{Build, Language};
use super::{Ended, manifest, print, tools};

/// Builds the project of a folder.
pub(crate) fn run(arguments: &Build) -> Ended {
    let built = build(&arguments.folder)?;
    Ok(ExitCode::from(u8::from(!built)))
}

/// Builds; false when a tool failed, which has said why.
pub(crate) fn build(folder: &Path) -> Result<bool, Box<dyn Error>> {
    let Some(language) = tools::language(folder) else {
        return Err(format!(
            "{} is no plugin's folder: it has no Cargo.toml, package.json, src/plugin.py or src/plugin.c; \
             `wasmock plugin new` writes one",
            folder.display()
        )
        .into());
    };
    let missing: Vec<String> = tools::needed(language)
        .iter()
        .filter(|tool| tool.version().is_none())
        .map(|tool| format!("{} is missing: {}", tool.name, tool.remedy))
        .collect();
    if !missing.is_empty() {
        return Err(missing.join("\n  ").into());
    }
    let steps: &[&[&str]] = match language {
        Language::Rust => &[&["cargo", "build", "--release", "--target", "wasm32-wasip2"]],
        Language::Js | Language::Ts if folder.join("node_modules").exists() => {
            &[&["npm", "run", "build"]]
        }
        Language::Js | Language::Ts => &[
            &["npm", "install", "--no-audit", "--no-fund"],
            &["npm", "run", "build"],
        ],
        Language::Python | Language::C => &[&["sh", "build.sh"]],
    };
    for step in steps {
        print(&format!("$ {}\n", step.join(" ")));
        let Some((program, arguments)) = step.split_first() else {
            continue;
        };
        let status = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .status()
            .map_err(|error| format!("{program} does not start: {error}"))?;
        if !status.success() {
            return Ok(false);
        }
    }
    if language == Language::Rust {
        copy_cargos(folder)?;
    }
    let manifest = folder.join(manifest::FILE);
    for component in components(&folder.join("dist")) {
        if manifest.exists() {
            print(&format!(
                "$ wasmock plugin manifest {} --set {}\n",
                component.display(),
                manifest.display()
            ));
            manifest::put(&manifest, &component)?;
        }
        print(&format!("{}\n", component.display()));
    }
    Ok(true)
}

/// Cargo leaves the component deep in its own folder.
fn copy_cargos(folder: &Path) -> Result<(), String> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let name = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("name"))
        .find_map(|rest| rest.trim_start().strip_prefix('='))
        .map(|name| name.trim().trim_matches('"').to_owned())
        .ok_or("Cargo.toml has no `name`")?;
    // Where `CARGO_TARGET_DIR` or a workspace put it, cargo knows.
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata cannot be read: {error}"))?;
    let target = metadata["target_directory"].as_str().unwrap_or("target");
    let built = Path::new(target)
        .join("wasm32-wasip2/release")
        .join(format!("{}.wasm", name.replace('-', "_")));
    let dist = folder.join("dist");
    let component = dist.join(format!("{name}.wasm"));
    print(&format!("$ cp {} dist/{name}.wasm\n", built.display()));
    // Whole or not at all: a server may be watching.
    let part = dist.join(format!(".{name}.wasm"));
    std::fs::create_dir_all(&dist)
        .and_then(|()| std::fs::copy(&built, &part))
        .and_then(|_| std::fs::rename(&part, &component))
        .map_err(|error| format!("cannot copy {}: {error}", built.display()))?;
    Ok(())
}

fn components(dist: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dist).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect()
}
