//! The command line, as users type it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::grant::Grant;
use crate::plugin::arguments as plugin;

/// A mock server for HTTP and WebSocket that runs Mockoon files and is extended by WebAssembly.
#[derive(Debug, Parser)]
#[command(
    name = "wasmock",
    version,
    propagate_version = true,
    max_term_width = 100,
    args_override_self = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve environment files.
    #[command(after_help = "Examples:
  wasmock serve shop.json
  wasmock serve shop.json chat.yaml --port 3000 --port 3001
  wasmock serve shop.json --plugin prices=prices.wasm --grant prices:http=api.example.com")]
    Serve(Serve),
    /// Serve environment files, spelled as users of mockoon-cli know it.
    #[command(after_help = "Example:
  wasmock start --data shop.json --port 3000")]
    Start(Start),
    /// Build a plugin's project and serve its mock; every change of the source is built and live
    /// at once.
    #[command(after_help = "Example:
  wasmock plugin new hello --lang js
  wasmock dev hello")]
    Dev(Box<Dev>),
    /// List everything that is wrong with environment files.
    #[command(
        after_help = "Exit code: 0 without problems, 1 with problems, 2 for files that cannot be read.

Example:
  wasmock validate shop.json"
    )]
    Validate(Validate),
    /// Render a template, to try it.
    #[command(after_help = "Examples:
  echo 'Hello {{queryParam \"name\"}}' | wasmock render --request '{\"query\": {\"name\": \"Ada\"}}'
  wasmock render body.hbs --buckets '{\"users\": [{\"id\": 1}]}'")]
    Render(Render),
    /// List the helpers of templates.
    #[command(after_help = "Examples:
  wasmock helpers
  wasmock helpers date
  wasmock helpers --plugin prices=prices.wasm")]
    Helpers(HelpersOf),
    /// Write an API document (OpenAPI 3, Swagger 2) or an older file as a current Mockoon file.
    #[command(after_help = "Example:
  wasmock import --input petstore.yaml --output petstore.json --prettify")]
    Import(Convert),
    /// Write the HTTP routes of an environment as an OpenAPI document.
    #[command(after_help = "Example:
  wasmock export --input shop.json --output openapi.yaml --format yaml")]
    Export(Export),
    /// Move what only wasmock knows out of an environment file, into its sidecar, because
    /// Mockoon's app drops it when it saves.
    #[command(after_help = "Example:
  wasmock split shop.json      # writes shop.wasmock.yaml")]
    Split(Split),
    /// Write, build, try and test plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Write a small project that builds, passes its test and can be served.
    #[command(after_help = "Examples:
  wasmock plugin new hello --lang js
  wasmock plugin new card-check --lang rust --role predicate")]
    New(plugin::New),
    /// Build a project with its language's own tool.
    #[command(
        after_help = "Exit code: 0 for a component in dist, 1 when the tool failed, 2 when something is missing."
    )]
    Build(plugin::Build),
    /// Look for the tools of each language, and say how to install what is missing.
    Doctor(plugin::Doctor),
    /// Say everything that keeps a component from being a plugin.
    #[command(
        after_help = "Exit code: 0 for a plugin that fits, 1 for one that does not, 2 for a file that cannot be read."
    )]
    Check(plugin::Check),
    /// Try a plugin on one input, without a server.
    #[command(
        after_help = "Exit code: 0 for a result, 1 when the plugin failed, 2 when it could not be begun.

Examples:
  wasmock plugin run dist/hello.wasm --request hello.http --usage '{\"greeting\": \"Hi\"}'
  wasmock plugin run dist/chat.wasm --message hello --message bye --ticks 3
  wasmock plugin run dist/text.wasm --helper slug 'Hello, World'
  wasmock plugin run dist/card.wasm --rule '{\"target\": \"4000123456789017\"}' --seed 1"
    )]
    Run(plugin::Run),
    /// Run the table of tests beside a plugin, with a fixed clock and seed.
    #[command(
        after_help = "Exit code: 0 when all pass, 1 when one fails, 2 when the table or the plugin cannot be read.

Example:
  wasmock plugin test --junit results.xml"
    )]
    Test(plugin::Test),
    /// Fetch the plugins that environments name by address, keep them for starts without network,
    /// and lock them in `wasmock.lock` beside the environment.
    #[command(
        after_help = "Exit code: 0 when all could be had, 1 when one could not, 2 for files that cannot be read.

Examples:
  wasmock plugin pull shop.yaml
  wasmock plugin pull --update shop.yaml
  wasmock plugin pull oci://ghcr.io/acme/prices:1.2"
    )]
    Pull(Pull),
    /// Show a component's manifest, or put one into it.
    #[command(after_help = "Examples:
  wasmock plugin manifest dist/prices.wasm
  wasmock plugin manifest dist/prices.wasm --set wasmock.json")]
    Manifest(SetManifest),
    /// Show what a component is: roles, imports, what each needs to be granted, and everything
    /// that does not fit.
    #[command(
        after_help = "Exit code: 0 for a plugin that fits, 1 for one that does not, 2 for a file that cannot be read.

Example:
  wasmock plugin inspect prices.wasm
  wasmock plugin inspect prices --data shop.yaml"
    )]
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// Environment files, or addresses (`https://…`, `oci://…`).
    #[arg(required = true, value_name = "FILE|ADDRESS")]
    pub(crate) targets: Vec<String>,
    /// Look up again what is locked already, and lock what is there now.
    #[arg(long)]
    pub(crate) update: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SetManifest {
    /// The component.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The manifest to put into it, in the place of an earlier one.
    #[arg(long, value_name = "JSON FILE")]
    pub(crate) set: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The component; with `--data`, a plugin's name is enough.
    #[arg(value_name = "FILE|NAME")]
    pub(crate) file: PathBuf,
    /// Show what this environment allows it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// Show what this would allow it.
    #[arg(long, value_name = "NAME:WORD=VALUE")]
    pub(crate) grant: Vec<Grant>,
    /// Also start it once, and say whether it starts.
    #[arg(long)]
    pub(crate) start: bool,
    /// Also ask this server, which serves it under its name, whether its instances start.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The token of that server's admin API.
    #[arg(
        long,
        env = "MOCKOON_ADMIN_API_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        requires = "server"
    )]
    pub(crate) admin_api_token: Option<String>,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Environment files (JSON or YAML).
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) options: ServeOptions,
}

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The environment file to serve; `mock.json`, `mock.yaml` or `mock.yml` of the folder without.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) options: ServeOptions,
}

// Only here may they take what follows: behind a token of `serve` stand its files.
#[derive(Debug, Args)]
#[command(
    mut_arg("admin_api_token", |token| token.num_args(1..)),
    mut_arg("admin_api_cors_origin", |origin| origin.num_args(1..))
)]
pub(crate) struct Start {
    /// Environment files (JSON or YAML).
    #[arg(short, long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) data: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) options: ServeOptions,
}

/// What `serve` and `start` have in common. Lists belong to the files by position.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// The ports to listen on, instead of the files'; 0 for any free one.
    #[arg(short, long, num_args = 1.., value_name = "PORT")]
    pub(crate) port: Vec<u16>,
    /// The addresses to listen on, instead of the files'.
    #[arg(short = 'l', long, num_args = 1.., value_name = "ADDRESS")]
    pub(crate) hostname: Vec<String>,
    /// The addresses under which clients reach the mocks, for `baseUrl` and callbacks.
    #[arg(long, num_args = 1.., value_name = "URL")]
    pub(crate) public_base_url: Vec<String>,
    /// Load a plugin beside those the files name.
    #[arg(long, value_name = "NAME=PATH", value_parser = plugin)]
    pub(crate) plugin: Vec<(String, PathBuf)>,
    /// Allow a plugin something it asks for: `http`, `read`, `write`, `env`, `readVariables`,
    /// `writeVariables`, `readBuckets`, `writeBuckets`, `clock`, `time`, `random`, `seed`.
    #[arg(long, value_name = "NAME:WORD=VALUE")]
    pub(crate) grant: Vec<Grant>,
    /// Serve changed files, body files and plugins at once, without dropping a connection.
    #[arg(short, long)]
    pub(crate) watch: bool,
    /// For writing plugins: clients are told which plugin failed and why, and in the header
    /// `Wasmock-Problem` what keeps a changed file from being served; every call of a plugin gets a
    /// fresh instance.
    #[arg(long)]
    pub(crate) dev: bool,
    /// Accepted for mockoon-cli's sake: wasmock is told of changes by the system.
    #[arg(long, value_name = "MS", hide = true)]
    pub(crate) polling_interval: Option<u64>,
    /// Load a file whose layout is unknown as if it were current.
    #[arg(short, long)]
    pub(crate) repair: bool,
    /// Log whole transactions instead of one line each.
    #[arg(short = 't', long)]
    pub(crate) log_transaction: bool,
    /// How to log.
    #[arg(long, value_enum, default_value_t = LogFormat::Auto, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    /// Accepted for mockoon-cli's sake: wasmock logs to its standard output only.
    #[arg(short = 'X', long)]
    pub(crate) disable_log_to_file: bool,
    /// Do not serve routes with this uuid, with this in their path, or in a folder with this in
    /// its name; `*` for all.
    #[arg(short = 'e', long, num_args = 1.., value_name = "ROUTE")]
    pub(crate) disable_routes: Vec<String>,
    /// The locale of fake data.
    #[arg(short = 'c', long, default_value = "en", value_name = "LOCALE")]
    pub(crate) faker_locale: String,
    /// Makes fake data repeatable.
    #[arg(
        short = 's',
        long,
        allow_negative_numbers = true,
        value_name = "NUMBER"
    )]
    pub(crate) faker_seed: Option<i64>,
    /// The prefix of environment variables that templates may read; empty for all.
    #[arg(short = 'x', long, default_value = "MOCKOON_", value_name = "PREFIX")]
    pub(crate) env_vars_prefix: String,
    /// Serve plain HTTP whatever the files say.
    #[arg(long)]
    pub(crate) disable_tls: bool,
    /// Turns the files' proxies on or off.
    #[arg(long, value_enum, value_name = "SWITCH")]
    pub(crate) proxy: Option<Switch>,
    /// Transactions to keep for the admin API.
    #[arg(long, default_value = "100", value_parser = count, allow_negative_numbers = true, value_name = "NUMBER")]
    pub(crate) max_transaction_logs: u32,
    /// The largest request body (b, kb, mb, gb, tb); 0 for any.
    #[arg(long, default_value = "100MB", value_parser = size, value_name = "SIZE")]
    pub(crate) max_request_body_size: usize,
    /// How many callbacks may cause one another.
    #[arg(long, default_value = "100", value_parser = count, allow_negative_numbers = true, value_name = "NUMBER")]
    pub(crate) max_callback_depth: u32,
    /// Make each latency a random one between 0 and what the file says.
    #[arg(long)]
    pub(crate) enable_random_latency: bool,
    /// Add headers that name the route and response that answered.
    #[arg(long)]
    pub(crate) enable_route_metadata_headers: bool,
    /// Do not serve the admin API.
    #[arg(long)]
    pub(crate) disable_admin_api: bool,
    /// The token of the admin API: one for all files, or one for each.
    #[arg(
        long,
        env = "MOCKOON_ADMIN_API_TOKEN",
        value_delimiter = ',',
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub(crate) admin_api_token: Vec<String>,
    /// Web origins that may use the admin API; `*` for any.
    #[arg(
        long,
        env = "MOCKOON_ADMIN_API_CORS_ORIGIN",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub(crate) admin_api_cors_origin: Vec<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Human,
    /// One JSON object a line, with Mockoon's names.
    Json,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    Enabled,
    Disabled,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Environment files (JSON or YAML).
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print problems as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// A file with the template; standard input if there is none.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The request: `method`, `path`, `params`, `query`, `headers`, `cookies`, `body`.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) request: String,
    /// Data buckets by name.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) buckets: String,
    /// Global variables by name.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) variables: String,
    /// Load a plugin, for its helpers.
    #[arg(long, value_name = "NAME=PATH", value_parser = plugin)]
    pub(crate) plugin: Vec<(String, PathBuf)>,
    /// Makes fake data repeatable.
    #[arg(long, allow_negative_numbers = true, value_name = "NUMBER")]
    pub(crate) faker_seed: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct HelpersOf {
    /// Only helpers with this in their name.
    #[arg(value_name = "TEXT", default_value = "")]
    pub(crate) text: String,
    /// Load a plugin, for its helpers.
    #[arg(long, value_name = "NAME=PATH", value_parser = plugin)]
    pub(crate) plugin: Vec<(String, PathBuf)>,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The file to read.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Write it for people, on many lines.
    #[arg(short, long)]
    pub(crate) prettify: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) files: Convert,
    /// The notation to write.
    #[arg(short, long, value_enum, default_value_t = ExportFormat::Json, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
}

/// A notation for OpenAPI documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    Json,
    Yaml,
}

#[derive(Debug, Args)]
pub(crate) struct Split {
    /// The environment file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

fn plugin(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), path.into()))
        }
        _ => Err("expected NAME=PATH, for example prices=plugins/prices.wasm".to_owned()),
    }
}

/// How many; less than none is none, as for mockoon-cli.
fn count(text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse::<i64>()
        .map(|number| number.clamp(0, u32::MAX.into()) as u32)
}

/// Bytes, as mockoon-cli reads them: `100MB`, `10 kb`, `1.5gb`, `0`.
fn size(text: &str) -> Result<usize, String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let factor = match text[digits..].trim() {
        "" | "b" => 1u64,
        "kb" => 1 << 10,
        "mb" => 1 << 20,
        "gb" => 1 << 30,
        "tb" => 1 << 40,
        _ => return Err("expected a size such as 100MB".to_owned()),
    };
    let number: f64 = text[..digits]
        .parse()
        .map_err(|_| "expected a size such as 100MB".to_owned())?;
    match (number * factor as f64) as usize {
        0 => Ok(usize::MAX),
        bytes => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_count_is_never_below_zero() {
        assert_eq!(count("12"), Ok(12));
        assert_eq!(count("-1"), Ok(0));
        assert!(count("1.5").is_err());
    }

    #[test]
    fn sizes_read_as_mockoon_cli_reads_them() {
        for (text, bytes) in [
            ("100MB", 100 << 20),
            ("10 kb", 10 << 10),
            ("1.5mb", 3 << 19),
            ("7", 7),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        assert_eq!(size("0"), Ok(usize::MAX));
        assert!(size("many").is_err() && size("10 apples").is_err());
    }

    #[test]
    fn files_may_stand_behind_the_token_of_serve_and_several_tokens_in_start() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap().command;
        let Command::Serve(serve) = parse("wasmock serve --admin-api-token t a.json") else {
            panic!("serve");
        };
        assert_eq!(serve.files, [PathBuf::from("a.json")]);
        assert_eq!(serve.options.admin_api_token, ["t"]);
        let line = "wasmock start -d a.json --admin-api-token t u --admin-api-cors-origin a b";
        let Command::Start(start) = parse(line) else {
            panic!("start");
        };
        assert_eq!(start.options.admin_api_token, ["t", "u"]);
        assert_eq!(start.options.admin_api_cors_origin, ["a", "b"]);
    }

    #[test]
    fn mockoon_clis_spelling_is_understood() {
        let line = "wasmock start -d a.json b.json -p 3000 3001 --faker-seed=-5 -X -t -e users --proxy disabled";
        let Command::Start(start) = Arguments::try_parse_from(line.split(' ')).unwrap().command
        else {
            panic!("start");
        };
        assert_eq!(start.data.len(), 2);
        assert_eq!(start.options.port, [3000, 3001]);
        assert_eq!(start.options.faker_seed, Some(-5));
        assert_eq!(start.options.proxy, Some(Switch::Disabled));
    }
}
