//! `wasmock plugin check`: whether a component fits, and everything that does not.
//!
//! It looks at the component without running it. Exit codes: 0 when it fits, 1 when not, 2 when
//! the file cannot be read.

use std::process::ExitCode;

use serde_json::json;
use wasmock_sandbox::inspect;

use super::arguments::{Check, Format};
use super::{Ended, print};

/// Prints one problem a line.
pub(crate) fn run(arguments: &Check) -> Ended {
    let file = arguments.file.display();
    let wasm = crate::components::read(&arguments.file)?;
    let inspection = inspect(&wasm);
    let fits = inspection.problems.is_empty();
    let roles: Vec<&str> = inspection.roles.iter().map(|role| bare(role)).collect();
    match arguments.format {
        Format::Json => {
            let result = json!({ "fits": fits, "roles": roles, "problems": inspection.problems });
            print(&format!("{result:#}\n"));
        }
        Format::Text if fits => print(&format!("{file}: fits ({})\n", roles.join(", "))),
        Format::Text => {
            let lines = inspection
                .problems
                .iter()
                .map(|problem| format!("{file}: {problem}\n"));
            print(&lines.collect::<String>());
        }
    }
    Ok(ExitCode::from(u8::from(!fits)))
}

/// `responder` of `wasmock:plugin/responder@0.1.0`.
fn bare(role: &str) -> &str {
    let name = role.rsplit('/').next().unwrap_or(role);
    name.split('@').next().unwrap_or(name)
}
