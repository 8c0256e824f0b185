//! The project's own tasks. `cargo xtask start`, `cargo xtask test`, `cargo xtask check`.
//!
//! Each installs or builds what it needs first, so that a fresh machine with stable Rust, Node
//! and Python is enough. Everything uses one profile and one set of packages: wasmtime is built
//! once.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tasks talk to a terminal"
)]

mod generate;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "cargo xtask start            build everything and serve the example shop
cargo xtask test             run all tests; with WASMOCK_OFFLINE=1 those without npm and PyPI
cargo xtask check            formatting, lints, documentation
cargo xtask generate         write what is generated from wit/: docs/wit, C and TypeScript types
cargo xtask bench [OPTIONS]  measure beside the bare libraries (see docs/benchmarks.md)
cargo xtask bench plugins    measure what plugins cost, language by language";

/// Examples whose plugins need only Rust.
const RUST_EXAMPLES: [&str; 2] = ["rust", "graphql-ws"];
/// Examples that need Node, and the one that needs Python.
const NODE_EXAMPLES: [&str; 4] = ["javascript", "typescript", "price-feed", "faker-js"];
const PYTHON_EXAMPLES: [&str; 2] = ["python", "c"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        Some("start") => start(),
        Some("test") => test(),
        Some("check") => check(),
        Some("generate") => generate::write(),
        Some("bench") => bench(&arguments[1..]),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn start() -> Result<(), String> {
    run(cargo(["build", "--workspace"]))?;
    build_example("rust")?;
    println!(
        "\nTry it:\n  curl localhost:3000/hello/Ada\n  curl 'localhost:3000/search?q=lamp&size=3'\n  npx --yes wscat -c ws://localhost:3000/chat/lobby\n"
    );
    let mut wasmock = Command::new(binary());
    wasmock.arg("serve").arg("examples/environments/shop.yaml");
    run(&mut wasmock)
}

/// All tests. What cannot run because a tool is not on the machine is said in the last line; a
/// plugin that does not build although its tools are here is a failure.
fn test() -> Result<(), String> {
    run(cargo(["build", "--workspace"]))?;
    let offline = std::env::var_os("WASMOCK_OFFLINE").is_some();
    let mut skipped = Vec::new();
    let mut built = Vec::new();
    let mut projects: Vec<&str> = Vec::new();
    let tiers = [
        ("cargo", RUST_EXAMPLES.as_slice(), ["rust"].as_slice()),
        ("node", NODE_EXAMPLES.as_slice(), &["js", "ts"]),
        ("python3", PYTHON_EXAMPLES.as_slice(), &["python", "c"]),
    ];
    for (tool, examples, languages) in tiers {
        let reason = match (tool, has(tool)) {
            (_, false) => format!("{tool} is not installed"),
            ("node" | "python3", _) if offline => "WASMOCK_OFFLINE is set".to_owned(),
            _ => {
                for example in examples {
                    build_example(example)?;
                }
                built.extend(examples);
                projects.extend(languages);
                continue;
            }
        };
        skipped.push(format!(
            "example plugins {} and projects in {} ({reason})",
            examples.join(", "),
            languages.join(", ")
        ));
    }
    run(cargo(["test", "--workspace"]))?;
    run(cargo(["test", "--manifest-path", "plugins/Cargo.toml"]))?;
    let mut new = cargo(["test", "--workspace", "--test", "plugin_projects", "--"]);
    new.args(["--ignored", "--test-threads=2"])
        .args(projects.iter().map(|name| format!("{name}_projects")))
        .env("WASMOCK_TEST_LANGUAGES", projects.join(","));
    run(new)?;
    if built.contains(&"c") {
        generate::compare_bindings()?;
    }
    if has("node") {
        let mut check = Command::new("node");
        check
            .arg("--experimental-websocket")
            .arg("examples/plugins/check.mjs")
            .arg(binary());
        run(check.args(&built))?;
    }
    clients(&built, &mut skipped)?;
    // Tests of shared plugins leave their part out themselves where these are missing.
    if !answers("docker-registry", "help") {
        skipped.push("plugins from a registry (docker-registry is not installed)".to_owned());
    }
    if !answers("openssl", "version") {
        skipped.push("plugins from a secure address (openssl is not installed)".to_owned());
    }
    match skipped.as_slice() {
        [] => println!("\nAll tests passed."),
        _ => println!(
            "\nAll tests passed that could run; not run: {}.",
            skipped.join("; ")
        ),
    }
    Ok(())
}

/// Real WebSocket clients against the built server. What they need is installed beside their
/// tests; the browser is the system's.
fn clients(built: &[&str], skipped: &mut Vec<String>) -> Result<(), String> {
    let folder = root().join("tests/clients");
    let install = |program: &str, arguments: &[&str]| {
        run(Command::new(program).args(arguments).current_dir(&folder))
    };
    if !has("node") {
        skipped.push("real WebSocket clients (node is not installed)".to_owned());
        return Ok(());
    }
    if let Err(message) = install("npm", &["ci", "--no-audit", "--no-fund"]) {
        skipped.push(format!("real WebSocket clients ({message})"));
        return Ok(());
    }
    let mut clients = vec!["ws"];
    let python = install("python3", &["-m", "venv", ".venv"]).and_then(|()| {
        install(
            ".venv/bin/pip",
            &["install", "--quiet", "-r", "requirements.txt"],
        )
    });
    match python {
        Ok(()) => clients.push("websockets"),
        Err(message) => skipped.push(format!("WebSocket client in Python ({message})")),
    }
    let browsers = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    if std::env::var_os("CHROMIUM").is_some() || browsers.into_iter().any(has) {
        clients.push("browser");
    } else {
        skipped.push("WebSocket client in a browser (no Chromium is installed)".to_owned());
    }
    if built.contains(&"graphql-ws") {
        clients.push("graphql-ws");
    }
    let mut all = Command::new("node");
    all.arg("tests/clients/run.mjs").arg(binary());
    run(all.args(clients))
}

fn check() -> Result<(), String> {
    run(cargo(["fmt", "--all", "--check"]))?;
    run(cargo([
        "fmt",
        "--all",
        "--check",
        "--manifest-path",
        "plugins/Cargo.toml",
    ]))?;
    run(cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    let mut doc = cargo(["doc", "--workspace", "--no-deps"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn bench(arguments: &[String]) -> Result<(), String> {
    run(cargo(["build", "--release", "--workspace"]))?;
    if arguments.first().is_some_and(|what| what == "plugins") {
        for language in ["rust", "javascript", "python"] {
            let folder = root().join("bench/plugins").join(language);
            run(Command::new("sh").arg("build.sh").current_dir(folder))?;
        }
    }
    let mut bench = Command::new(root().join("target/release/wasmock-bench"));
    run(bench.args(arguments))
}

fn build_example(name: &str) -> Result<(), String> {
    let folder = root().join("examples/plugins").join(name);
    run(Command::new("bash").arg("build.sh").current_dir(folder))
}

fn binary() -> PathBuf {
    root().join("target/debug/wasmock")
}

fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments);
    cargo
}

fn has(tool: &str) -> bool {
    answers(tool, "--version")
}

/// Whether a tool is there and knows that word.
fn answers(tool: &str, word: &str) -> bool {
    Command::new(tool)
        .arg(word)
        .output()
        .is_ok_and(|output| output.status.success())
}

fn run(mut command: impl std::borrow::BorrowMut<Command>) -> Result<(), String> {
    let command = command.borrow_mut();
    if command.get_current_dir().is_none() {
        command.current_dir(root());
    }
    let line = format!("{command:?}");
    println!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{line} ended with {status}")),
        Err(error) => Err(format!("{line} cannot be run: {error}")),
    }
}
