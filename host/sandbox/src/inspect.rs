//! What a component says of itself, without running it.

use wit_parser::WorldItem;
use wit_parser::decoding::{DecodedWasm, decode};

use crate::fit;

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
        let grant = grant(&name);
        inspection.imports.push(Import {
            name,
            functions,
            grant,
        });
    }
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

/// What an interface needs to be granted. Everything is linked; without the grant, calls answer
/// an error.
fn grant(interface: &str) -> Option<&'static str> {
    let bare = interface.split('@').next().unwrap_or_default();
    match bare {
        "wasmock:host/configuration" => Some("env, for `variable`"),
        _ if bare.starts_with("wasi:filesystem/") => Some("read or write, for folders"),
        _ if bare.starts_with("wasi:http/") => Some("http, for hosts"),
        _ if bare.starts_with("wasi:sockets/") => Some("sockets are never granted"),
        _ => None,
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
