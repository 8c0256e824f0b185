//! `wasmock plugin inspect`: what a component is, without running it.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use wasmock_sandbox::{Inspection, inspect};

use crate::arguments::Inspect;

/// Prints the inspection; exit code 1 when the component does not fit.
pub(crate) fn run(arguments: &Inspect) -> Result<ExitCode, Box<dyn Error>> {
    let file = &arguments.file;
    let wasm =
        std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let inspection = inspect(&wasm);
    let text = if arguments.json {
        as_json(&inspection)
    } else {
        for_people(&inspection)
    };
    // Standard output may be closed by `| head`; the exit code still counts.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::from(u8::from(!inspection.problems.is_empty())))
}

fn for_people(inspection: &Inspection) -> String {
    let mut lines = Vec::new();
    lines.push(format!("size       {} KiB", inspection.size.div_ceil(1024)));
    if !inspection.producers.is_empty() {
        let tools: Vec<String> = inspection
            .producers
            .iter()
            .map(|(tool, version)| format!("{tool} {version}"))
            .collect();
        lines.push(format!("made with  {}", tools.join(", ")));
    }
    section(&mut lines, "roles", inspection.roles.iter().cloned());
    section(&mut lines, "exports", inspection.exports.iter().cloned());
    let imports = inspection.imports.iter().map(|import| {
        let functions = import.functions.join(" ");
        match import.grant {
            Some(grant) => format!(
                "{}  (needs a grant: {grant})\n             {functions}",
                import.name
            ),
            None => format!("{}\n             {functions}", import.name),
        }
    });
    section(&mut lines, "imports", imports);
    match inspection.problems.as_slice() {
        [] => lines.push("fits       yes".to_owned()),
        problems => section(&mut lines, "problems", problems.iter().cloned()),
    }
    lines.join("\n") + "\n"
}

/// A heading with its first item beside it and the others below.
fn section(lines: &mut Vec<String>, heading: &str, items: impl Iterator<Item = String>) {
    for (index, item) in items.enumerate() {
        let heading = if index == 0 { heading } else { "" };
        lines.push(format!("{heading:<10} {item}").trim_end().to_owned());
    }
}

fn as_json(inspection: &Inspection) -> String {
    let imports: Vec<_> = inspection
        .imports
        .iter()
        .map(|import| json!({ "name": import.name, "functions": import.functions, "grant": import.grant }))
        .collect();
    let producers: serde_json::Map<_, _> = inspection
        .producers
        .iter()
        .map(|(tool, version)| (tool.clone(), version.clone().into()))
        .collect();
    let inspection = json!({
        "size": inspection.size, "roles": inspection.roles, "exports": inspection.exports,
        "imports": imports, "producers": producers, "problems": inspection.problems,
    });
    format!("{inspection:#}\n")
}
