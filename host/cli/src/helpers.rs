//! `wasmock helpers`: every helper that templates can use here.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use wasmock_environment::Environment;
use wasmock_sandbox::Sandbox;
use wasmock_server::{Options, Plugin};

use crate::arguments::HelpersOf;
use crate::built_in;
use crate::logging;

/// Prints name, arguments and purpose of each helper, by plugin.
pub(crate) fn run(arguments: &HelpersOf) -> Result<ExitCode, Box<dyn Error>> {
    logging::to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let plugins = runtime.block_on(load(arguments))?;
    let mut out = std::io::stdout().lock();
    for plugin in plugins {
        let Some(helpers) = &plugin.roles.helpers else { continue };
        for helper in helpers.list().iter().filter(|helper| helper.name.contains(&arguments.text)) {
            let usage = format!("{{{{{} {}}}}}", helper.name, helper.usage);
            // Standard output may be closed by `| head`.
            if writeln!(out, "{usage:<44} {}  [{}]", helper.about, plugin.name).is_err() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn load(arguments: &HelpersOf) -> Result<Vec<Plugin>, Box<dyn Error>> {
    let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
    let Options { env_vars_prefix, faker_locale, .. } = Options::default();
    let mut plugins = built_in::load_built_ins(&sandbox, &env_vars_prefix, &faker_locale).await?;
    let nothing = Environment::default();
    let here = Path::new("");
    plugins.extend(built_in::load_plugins(&sandbox, &nothing, here, &arguments.plugin).await?);
    Ok(plugins)
}
