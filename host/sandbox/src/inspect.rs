//! What a component says of itself, without running it.

use wasmock_environment::Grants;
use wit_parser::WorldItem;
use wit_parser::decoding::{DecodedWasm, decode};

use crate::fit;
use crate::grants::asked;
use crate::manifest::Manifest;

/// What a component is, for `wasmock plugin inspect`.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// Bytes of the file.
    pub size: usize,
    /// The roles it exports, by full name.
    pub roles: Vec<String>,
    /// Other things it exports.
    pub exports: Vec<String>,
    /// The interfaces it imports.
    pub imports: Vec<Import>,
    /// The tools it was made with: name and version.
    pub producers: Vec<(String, String)>,
    /// Everything that does not fit; empty for a plugin that can be loaded.
    pub problems: Vec<String>,
    /// What it carries about itself.
    pub manifest: Option<Manifest>,
    /// What it asks for: as its manifest says, or, without one, as its imports mean.
    pub asks: Grants,
}

/// An interface a component imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its full name.
    pub name: String,
    /// The functions it uses of it.
    pub functions: Vec<String>,
    /// What must be granted for it to do anything; none: nothing.
    pub grant: Option<&'static str>,
    /// What it is for, and why it may be there unused.
    pub why: &'static str,
}

/// Looks at a component.
pub fn inspect(wasm: &[u8]) -> Inspection {
    let mut inspection = Inspection {
        size: wasm.len(),
        ..Inspection::default()
    };
    if let Some(problem) = fit::not_a_component(wasm) {
        inspection.problems.push(problem);
        return inspection;
    }
    inspection.problems = fit::problems(wasm);
    match Manifest::of(wasm) {
        Ok(manifest) => inspection.manifest = manifest,
        Err(problem) => inspection.problems.push(problem),
    }
    inspection.producers = producers(wasm);
    let Ok(DecodedWasm::Component(resolve, world)) = decode(wasm) else {
        return inspection;
    };
    let world = &resolve.worlds[world];
    for (key, item) in &world.imports {
        let name = resolve.name_world_key(key);
        let functions = match item {
            WorldItem::Interface { id, .. } => {
                resolve.interfaces[*id].functions.keys().cloned().collect()
            }
            _ => Vec::new(),
        };
        let (grant, why) = about(&name);
        inspection.imports.push(Import {
            name,
            functions,
            grant,
            why,
        });
    }
    let imports = inspection.imports.iter().map(|import| import.name.as_str());
    inspection.asks = asked(inspection.manifest.as_ref(), imports);
    for key in world.exports.keys() {
        let name = resolve.name_world_key(key);
        if name.starts_with("wasmock:plugin/") {
            inspection.roles.push(name);
        } else {
            inspection.exports.push(name);
        }
    }
    inspection
}

/// What an interface needs to be granted, and what it is for. Everything is linked; without the
/// grant, calls answer an error.
fn about(interface: &str) -> (Option<&'static str>, &'static str) {
    let bare = interface.split('@').next().unwrap_or_default();
    match bare {
        "wasmock:host/answer" => (None, "the answer in progress"),
        "wasmock:host/buckets" => (Some("readBuckets, writeBuckets"), "data buckets"),
        "wasmock:host/clock" => (None, "the time; `clock` makes it stand still"),
        "wasmock:host/configuration" => (
            Some("env, for `variable`"),
            "its configuration, and environment variables",
        ),
        "wasmock:host/documents" => (None, "values that stay in the host until they are read"),
        "wasmock:host/exchange" => (None, "the request or the message"),
        "wasmock:host/helpers" => (None, "helpers of other plugins, within its own rights"),
        "wasmock:host/log" => (None, "the log"),
        "wasmock:host/private-state" => (None, "state of its own that nobody else reads"),
        "wasmock:host/random" => (None, "chance; `random` makes it repeatable"),
        "wasmock:host/rule" => (None, "the rule that is being decided"),
        "wasmock:host/session-state" => (None, "what a session keeps between events"),
        "wasmock:host/templates" => (None, "rendering templates, within its own rights"),
        "wasmock:host/types" => (None, "types that the others share"),
        "wasmock:host/variables" => (Some("readVariables, writeVariables"), "global variables"),
        "wasi:cli/environment" => (
            Some("env"),
            "environment variables; runtimes of languages read them while they start",
        ),
        "wasi:http/outgoing-handler" => (Some("http, for hosts"), "outbound HTTP"),
        "wasi:http/types" => (None, "requests and responses of HTTP, as data"),
        _ if bare.starts_with("wasi:cli/") => (
            None,
            "printing and exiting, which runtimes of languages import; what is printed goes to the log",
        ),
        _ if bare.starts_with("wasi:clocks/") => (None, "the time; `clock` makes it stand still"),
        _ if bare.starts_with("wasi:filesystem/") => (
            Some("read or write, for folders"),
            "files; C libraries import them whether they are used or not",
        ),
        _ if bare.starts_with("wasi:io/") => {
            (None, "streams and waiting, for the other interfaces")
        }
        _ if bare.starts_with("wasi:random/") => (
            None,
            "chance, which hash tables need too; `random` makes it repeatable",
        ),
        _ if bare.starts_with("wasi:sockets/") => (
            Some("sockets are never granted"),
            "sockets; C libraries import them whether they are used or not",
        ),
        _ => (None, "not known to wasmock"),
    }
}

fn producers(wasm: &[u8]) -> Vec<(String, String)> {
    let Ok(payload) = wasm_metadata::Payload::from_binary(wasm) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let mut pending = vec![&payload];
    while let Some(payload) = pending.pop() {
        if let wasm_metadata::Payload::Component { children, .. } = payload {
            pending.extend(children);
        }
        let producers = payload.metadata().producers.iter();
        for (_, tools) in producers.flat_map(|producers| producers.iter()) {
            for (tool, version) in tools.iter() {
                let entry = (tool.clone(), version.clone());
                if !all.contains(&entry) {
                    all.push(entry);
                }
            }
        }
    }
    all.sort();
    all
}
