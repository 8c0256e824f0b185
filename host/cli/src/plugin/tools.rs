//! The tools that build plugins: which are needed, whether they are here, and how to get them.

use std::path::Path;
use std::process::{Command, Stdio};

use super::arguments::Language;

/// A tool, as `doctor` and `build` ask for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// Prints its version.
    ask: &'static [&'static str],
    /// What the output has to contain.
    contains: &'static str,
    /// The line that installs it.
    pub(crate) remedy: &'static str,
}

const CARGO: Tool = Tool {
    name: "cargo",
    ask: &["cargo", "--version"],
    contains: "cargo",
    remedy: "install Rust from https://rustup.rs",
};
const TARGET: Tool = Tool {
    name: "target wasm32-wasip2",
    ask: &["rustup", "target", "list", "--installed"],
    contains: "wasm32-wasip2",
    remedy: "rustup target add wasm32-wasip2",
};
const NODE: Tool = Tool {
    name: "node",
    ask: &["node", "--version"],
    contains: "v",
    remedy: "install Node 20 or later from https://nodejs.org",
};
const NPM: Tool = Tool {
    name: "npm",
    ask: &["npm", "--version"],
    contains: ".",
    remedy: "npm comes with Node: https://nodejs.org",
};
const PYTHON: Tool = Tool {
    name: "python3",
    ask: &["python3", "--version"],
    contains: "Python 3",
    remedy: "install Python 3.10 or later from https://www.python.org",
};
const VENV: Tool = Tool {
    name: "python3 -m venv",
    ask: &["python3", "-m", "venv", "--help"],
    contains: "venv",
    remedy: "on Debian and Ubuntu: apt-get install python3-venv",
};

/// What a language's projects need from the machine. Everything else they install into their own
/// folder.
pub(crate) fn needed(language: Language) -> &'static [Tool] {
    match language {
        Language::Rust => &[CARGO, TARGET],
        Language::Js | Language::Ts => &[NODE, NPM],
        // The compiler for C comes from PyPI.
        Language::Python | Language::C => &[PYTHON, VENV],
    }
}

impl Tool {
    /// Its version in one line; none when it is not here.
    pub(crate) fn version(&self) -> Option<String> {
        let (program, arguments) = self.ask.split_first()?;
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find(|line| line.contains(self.contains))?;
        output.status.success().then(|| line.trim().to_owned())
    }
}

/// The language of a project, by what lies in its folder.
pub(crate) fn language(folder: &Path) -> Option<Language> {
    let has = |name: &str| folder.join(name).exists();
    if has("Cargo.toml") {
        Some(Language::Rust)
    } else if has("tsconfig.json") {
        Some(Language::Ts)
    } else if has("package.json") {
        Some(Language::Js)
    } else if has("src/plugin.py") || has("plugin.py") {
        Some(Language::Python)
    } else if has("src/plugin.c") {
        Some(Language::C)
    } else {
        None
    }
}
