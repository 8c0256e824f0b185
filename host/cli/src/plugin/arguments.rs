//! The command lines of `wasmock plugin …`, as users type them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wasmock_javascript::json;

use crate::grant::{Grant, THIS};

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The component.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How to print what does not fit.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The component.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The request to answer, as a file: `.http` (request line, headers, empty line, body) or
    /// JSON (`method`, `url`, `params`, `query`, `headers`, `cookies`, `body`). `GET /` without.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// A WebSocket message; once for each.
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Vec<String>,
    /// After the messages: how many ticks a session gets, as long as it asks for them.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) ticks: u32,
    /// A helper and its arguments: JSON or texts, `name=value` for named ones.
    #[arg(long, num_args = 1.., allow_negative_numbers = true, value_name = "NAME ARGS", conflicts_with_all = ["message", "ticks", "rule"])]
    pub(crate) helper: Vec<String>,
    /// A rule for a predicate: `target` (the value it looks at), `modifier`, `value`.
    #[arg(long, value_name = "JSON", value_parser = is_json, conflicts_with_all = ["message", "ticks"])]
    pub(crate) rule: Option<String>,
    /// The plugin's configuration.
    #[arg(long, default_value = "{}", value_parser = is_json, value_name = "JSON")]
    pub(crate) config: String,
    /// The configuration of this use: what stands in the response, rule or route.
    #[arg(long, default_value = "{}", value_parser = is_json, value_name = "JSON")]
    pub(crate) usage: String,
    /// What there is before: a JSON or YAML file with `variables`, `buckets`, `private`.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Allow it something it asks for, as in `wasmock serve --grant`, without its name.
    #[arg(long, value_name = "WORD=VALUE", value_parser = for_this)]
    pub(crate) grant: Vec<Grant>,
    /// Repeats chance and stops the clock.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Stops the clock at a time: `2025-01-31T12:00:00Z`.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The plugin's folder; its table is `tests.yaml`, `tests.yml` or `tests.json`.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Only tests with this in their name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) only: String,
    /// Write what tests without expectations answer into `tests.snapshot.json`.
    #[arg(long)]
    pub(crate) update: bool,
    /// Also write the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// The plugin's name, and its folder's: small letters, digits and hyphens.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The language.
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub(crate) lang: Language,
    /// What it is to do.
    #[arg(long, value_enum, default_value_t = Role::Responder, value_name = "ROLE")]
    pub(crate) role: Role,
}

/// A language with templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    #[value(alias = "javascript")]
    Js,
    #[value(alias = "typescript")]
    Ts,
    Python,
    C,
}

/// A role with templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Responder,
    Predicate,
    Helpers,
    Session,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Only the tools for one language.
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,
}

/// A grant for the one plugin that there is.
fn for_this(text: &str) -> Result<Grant, String> {
    format!("{THIS}:{text}").parse()
}

fn is_json(text: &str) -> Result<String, String> {
    match json::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("this is not JSON: {error}")),
    }
}
