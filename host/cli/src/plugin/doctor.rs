//! `wasmock plugin doctor`: which tools are here, and the line that installs what is missing.
//!
//! Exit code 1 when something is missing for a language that was asked for; without a language
//! nobody needs all of them, so nothing fails.

use std::process::ExitCode;

use clap::ValueEnum;

use super::arguments::{Doctor, Language};
use super::{Ended, print, tools};

/// Prints a line a tool.
pub(crate) fn run(arguments: &Doctor) -> Ended {
    let all = Language::value_variants();
    let wanted = arguments.lang.as_ref().map_or(all, std::slice::from_ref);
    let mut missing = false;
    for language in wanted {
        let name = language
            .to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned());
        for tool in tools::needed(*language) {
            let line = match tool.version() {
                Some(version) => format!("{name:<8}ok       {} ({version})\n", tool.name),
                None => {
                    missing = true;
                    format!("{name:<8}missing  {}: {}\n", tool.name, tool.remedy)
                }
            };
            print(&line);
        }
    }
    Ok(ExitCode::from(u8::from(
        missing && arguments.lang.is_some(),
    )))
}
