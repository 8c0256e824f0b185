//! Builds the built-in plugins from `plugins/` and leaves their components where `include_bytes!`
//! finds them, with their digests, by which their compiled code is found.
//!
//! They are built into a target folder of their own (cargo inside cargo on one folder waits for
//! itself for ever), without the flags of the outer build, which are for another machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "wasm32-wasip2";
const PLUGINS: [&str; 4] = ["templating", "data-buckets", "global-variables", "regex"];

fn main() {
    if let Err(message) = build() {
        // One readable message instead of a panic with a backtrace.
        for line in message.lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    let plugins = root.join("plugins");
    for name in PLUGINS {
        watch(&plugins.join(name));
    }
    for folder in [
        "plugins/faker",
        "plugins/wasmock-plugin",
        "plugins/Cargo.toml",
        "plugins/Cargo.lock",
        "wit",
        "host/javascript",
    ] {
        watch(&root.join(folder));
    }
    ensure_target()?;
    let mut cargo = clean_command(&variable("CARGO")?);
    cargo
        .args(["build", "--release", "--target", TARGET])
        .arg("--manifest-path")
        .arg(plugins.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(plugins.join("target"));
    for name in PLUGINS {
        cargo.args(["-p", &package(name)]);
    }
    run(&mut cargo, "the built-in plugins do not build")?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    for name in PLUGINS {
        let file = format!("{}.wasm", package(name).replace('-', "_"));
        let built = plugins
            .join("target")
            .join(TARGET)
            .join("release")
            .join(file);
        let copied = fs::read(&built).and_then(|wasm| {
            fs::write(out.join(format!("{name}.wasm")), &wasm)?;
            let digest = blake3::hash(&wasm);
            fs::write(out.join(format!("{name}.blake3")), digest.as_bytes())
        });
        copied.map_err(|error| format!("{}: {error}", built.display()))?;
    }
    Ok(())
}

fn package(name: &str) -> String {
    format!("wasmock-{name}")
}

/// Installs the target where rustup can; rustup does not do it by itself when automatic installs
/// are off.
fn ensure_target() -> Result<(), String> {
    if has_target() {
        return Ok(());
    }
    let remedy = format!(
        "the Rust target {TARGET} is missing and could not be installed; run `rustup target add {TARGET}`"
    );
    run(
        Command::new("rustup").args(["target", "add", TARGET]),
        &remedy,
    )?;
    if has_target() { Ok(()) } else { Err(remedy) }
}

fn has_target() -> bool {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    output.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

/// A command without what the outer cargo says about the outer build.
fn clean_command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let inherited = text.starts_with("CARGO_FEATURE_")
            || text.starts_with("CARGO_CFG_")
            || text.starts_with("CARGO_PROFILE_")
            || text.starts_with("CARGO_PKG_")
            || matches!(
                &*text,
                "CARGO_ENCODED_RUSTFLAGS"
                    | "RUSTFLAGS"
                    | "RUSTC_WRAPPER"
                    | "RUSTC_WORKSPACE_WRAPPER"
                    | "CARGO_TARGET_DIR"
                    | "CARGO_BUILD_TARGET"
                    | "TARGET"
                    | "HOST"
                    | "PROFILE"
                    | "OPT_LEVEL"
                    | "DEBUG"
                    | "NUM_JOBS"
                    | "MAKEFLAGS"
                    | "CARGO_MAKEFLAGS"
            );
        if inherited {
            command.env_remove(name);
        }
    }
    command
}

fn run(command: &mut Command, failure: &str) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{failure}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    // What was compiled before the failure helps nobody.
    let reasons: Vec<&str> = stderr
        .lines()
        .skip_while(|line| !line.starts_with("error"))
        .collect();
    Err(format!(
        "{failure}\n{}",
        if reasons.is_empty() {
            stderr.to_string()
        } else {
            reasons.join("\n")
        }
    ))
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}
