//! `wasmock helpers`: every helper that templates can use here.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use wasmock_environment::Environment;
use wasmock_javascript::{Value, json};
use wasmock_sandbox::Sandbox;
use wasmock_server::{Options, Plugin};

use crate::arguments::HelpersOf;
use crate::built_in::{self, Added};
use crate::logging;

/// The helpers of the built-in templates, which need more of a rendering than other plugins'
/// helpers get: the table that the component itself is written from.
const TEMPLATING: &str = include_str!("../../../plugins/templating/helpers.json");

/// Prints name, arguments, purpose and an example of each helper, by plugin.
pub(crate) fn run(arguments: &HelpersOf) -> Result<ExitCode, Box<dyn Error>> {
    logging::to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let plugins = runtime.block_on(load(arguments))?;
    let mut out = std::io::stdout().lock();
    let table = json::parse(TEMPLATING)?;
    for row in table.as_array().unwrap_or_default() {
        let field = |name| row.get(name).unwrap_or_default().to_text().into_owned();
        if !field("name").contains(&arguments.text) {
            continue;
        }
        let block = if row.get("block") == Some(Value::Bool(true)) {
            "#"
        } else {
            ""
        };
        let usage =
            format!("{{{{{block}{} {}}}}}", field("name"), field("usage")).replace(" }}", "}}");
        let line = format!(
            "{usage:<44} {}  [templating]\n    {}",
            field("about"),
            field("example")
        );
        // Standard output may be closed by `| head`.
        if writeln!(out, "{line}").is_err() {
            return Ok(ExitCode::SUCCESS);
        }
    }
    for plugin in plugins {
        let Some(helpers) = &plugin.roles.helpers else {
            continue;
        };
        for helper in helpers
            .list()
            .iter()
            .filter(|helper| helper.name.contains(&arguments.text))
        {
            let usage = format!("{{{{{} {}}}}}", helper.name, helper.usage);
            // Standard output may be closed by `| head`.
            if writeln!(out, "{usage:<44} {}  [{}]", helper.about, plugin.name).is_err() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of the built-in templates' helpers.
pub(crate) fn built_in_names() -> Vec<String> {
    let table = json::parse(TEMPLATING).unwrap_or_default();
    let rows = table.as_array().unwrap_or_default();
    rows.iter()
        .filter_map(|row| Some(row.get("name")?.to_text().into_owned()))
        .collect()
}

async fn load(arguments: &HelpersOf) -> Result<Vec<Plugin>, Box<dyn Error>> {
    let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
    let Options {
        env_vars_prefix,
        faker_locale,
        ..
    } = Options::default();
    let mut plugins = built_in::load_built_ins(&sandbox, &env_vars_prefix, &faker_locale).await?;
    let nothing = Environment::default();
    let here = Path::new("");
    let added = Added {
        plugins: &arguments.plugin,
        ..Added::default()
    };
    plugins.extend(built_in::load_plugins(&sandbox, &nothing, here, &added).await?);
    Ok(plugins)
}
