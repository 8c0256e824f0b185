//! `wasmock plugin test`: a table of trials beside the plugin, the same every time.
//!
//! Clock and chance are fixed, whatever the table says of them. A test without expectations is
//! compared with its snapshot, which `--update` writes. Exit codes: 0 when all pass, 1 when one
//! fails, 2 when the table or the plugin cannot be read.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use wasmock_environment::Grants as Allowed;
use wasmock_sandbox::Grants;

use super::arguments::Test;
use super::compare;
use super::junit::{self, Made};
use super::lines::Lines;
use super::run::plugin_name;
use super::state::Before;
use super::trial::{Input, Setting, Trials, time};
use super::{Ended, print};
use crate::request::Request;

const TABLES: [&str; 3] = ["tests.yaml", "tests.yml", "tests.json"];
const SNAPSHOTS: &str = "tests.snapshot.json";

/// The table as the author writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The component; without it the only one in `dist`, or in the folder itself.
    plugin: Option<PathBuf>,
    #[serde(default = "first")]
    seed: u64,
    at: Option<String>,
    #[serde(default)]
    config: Option<Json>,
    /// What the plugin is allowed, in the words of an environment file; folders are relative to
    /// the table.
    #[serde(default)]
    grants: Allowed,
    tests: Vec<Case>,
}

fn first() -> u64 {
    1
}

/// One test.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    config: Option<Json>,
    usage: Option<Json>,
    grants: Option<Allowed>,
    #[serde(default)]
    state: Before,
    seed: Option<u64>,
    at: Option<String>,
    request: Option<Json>,
    messages: Option<Vec<Json>>,
    #[serde(default)]
    ticks: u32,
    helper: Option<Vec<Json>>,
    #[serde(default)]
    named: Map<String, Json>,
    rule: Option<Json>,
    expect: Option<Json>,
}

/// Makes all tests of a folder.
pub(crate) fn run(arguments: &Test) -> Ended {
    let folder = &arguments.folder;
    let file = TABLES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists());
    let file = file.ok_or_else(|| format!("{} has no {}", folder.display(), TABLES.join(", ")))?;
    let shown = file.display();
    let text =
        std::fs::read_to_string(&file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    // JSON is YAML.
    let table: Table =
        serde_saphyr::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let component = component(folder, &table)?;
    let wasm: Bytes = std::fs::read(&component)
        .map_err(|error| {
            format!(
                "cannot read {}: {error}; `wasmock plugin build` makes it",
                component.display()
            )
        })?
        .into();
    let name = plugin_name(&component);
    let snapshots = Snapshots::read(folder.join(SNAPSHOTS))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (made, snapshots) = runtime.block_on(async {
        let trials = Trials::new(Lines::start()).await?;
        make(&trials, &table, arguments, (&name, &wasm), snapshots).await
    })?;
    if arguments.update {
        snapshots.write()?;
    }
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit::document(&name, &made))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let failed = made.iter().filter(|test| !test.problems.is_empty()).count();
    print(&format!(
        "\n{} passed, {failed} failed\n",
        made.len() - failed
    ));
    Ok(ExitCode::from(u8::from(failed > 0)))
}

async fn make(
    trials: &Trials,
    table: &Table,
    arguments: &Test,
    (name, wasm): (&str, &Bytes),
    mut snapshots: Snapshots,
) -> Result<(Vec<Made>, Snapshots), Box<dyn Error>> {
    let mut made = Vec::new();
    for case in table
        .tests
        .iter()
        .filter(|case| case.name.contains(&arguments.only))
    {
        let place = |error: String| format!("test `{}`: {error}", case.name);
        let at = case.at.as_deref().or(table.at.as_deref());
        let configuration = case.config.as_ref().or(table.config.as_ref());
        let allowed = case.grants.as_ref().unwrap_or(&table.grants);
        let setting = Setting {
            name: name.to_owned(),
            wasm: wasm.clone(),
            configuration: configuration.map_or_else(|| "{}".to_owned(), Json::to_string),
            usage: case
                .usage
                .as_ref()
                .map_or_else(|| "{}".to_owned(), Json::to_string),
            grants: Grants::new(allowed.clone(), &arguments.folder),
            before: case.state.clone(),
            seed: Some(case.seed.unwrap_or(table.seed)),
            at: at.map(time).transpose().map_err(place)?,
        };
        let input = input(case).map_err(place)?;
        let (result, time) = match trials.run(&setting, &input).await {
            Ok(report) => (Json::Object(report.result), report.cost.running),
            // A plugin that does not load fails its tests; it is not the table's mistake.
            Err(error) => (
                serde_json::json!({ "error": error.to_string() }),
                std::time::Duration::ZERO,
            ),
        };
        let problems = match &case.expect {
            Some(expected) => compare::expectation(expected, &result),
            None => snapshots.compare(&case.name, result, arguments.update),
        };
        let word = if problems.is_empty() {
            "ok    "
        } else {
            "FAILED"
        };
        let lines: String = problems
            .iter()
            .map(|problem| format!("       {problem}\n"))
            .collect();
        print(&format!("{word} {}\n{lines}", case.name));
        made.push(Made {
            name: case.name.clone(),
            time,
            problems,
        });
    }
    Ok((made, snapshots))
}

fn input(case: &Case) -> Result<Input, String> {
    let request = case
        .request
        .as_ref()
        .map_or_else(|| Ok(Request::default()), Request::from_json)?;
    if let Some((name, arguments)) = case.helper.as_ref().and_then(|helper| helper.split_first()) {
        let name = name
            .as_str()
            .ok_or("`helper` begins with the helper's name")?
            .to_owned();
        let named = case
            .named
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        return Ok(Input::Helper {
            name,
            arguments: arguments.to_vec(),
            named,
        });
    }
    if let Some(rule) = &case.rule {
        return Ok(Input::Rule {
            request,
            rule: rule.clone(),
        });
    }
    if case.messages.is_some() || case.ticks > 0 {
        let messages = case
            .messages
            .iter()
            .flatten()
            .map(super::trial::shown)
            .collect();
        return Ok(Input::Messages {
            handshake: request,
            messages,
            ticks: case.ticks,
        });
    }
    match &case.request {
        Some(_) => Ok(Input::Request(request)),
        None => Err("it needs one of `request`, `messages`, `ticks`, `helper`, `rule`".to_owned()),
    }
}

fn component(folder: &Path, table: &Table) -> Result<PathBuf, String> {
    if let Some(path) = &table.plugin {
        return Ok(folder.join(path));
    }
    for folder in [folder.join("dist"), folder.to_owned()] {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut components: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "wasm")
            })
            .collect();
        match (components.pop(), components.len()) {
            (Some(component), 0) => return Ok(component),
            (Some(_), _) => {
                return Err(format!(
                    "{} holds several components; name one: `plugin: dist/NAME.wasm`",
                    folder.display()
                ));
            }
            (None, _) => {}
        }
    }
    Err("there is no component in `dist`; `wasmock plugin build` makes it".to_owned())
}

/// What tests without expectations answered when somebody last looked.
struct Snapshots {
    file: PathBuf,
    results: BTreeMap<String, Json>,
}

impl Snapshots {
    fn read(file: PathBuf) -> Result<Self, String> {
        let results = match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|error| format!("{}: {error}", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(format!("cannot read {}: {error}", file.display())),
        };
        Ok(Self { file, results })
    }

    fn write(&self) -> Result<(), String> {
        if self.results.is_empty() && !self.file.exists() {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&self.results).unwrap_or_default() + "\n";
        std::fs::write(&self.file, text)
            .map_err(|error| format!("cannot write {}: {error}", self.file.display()))
    }

    fn compare(&mut self, name: &str, result: Json, update: bool) -> Vec<String> {
        if update {
            self.results.insert(name.to_owned(), result);
            return Vec::new();
        }
        match self.results.get(name) {
            Some(expected) => compare::snapshot(expected, &result),
            None => vec!["it has no `expect` and no snapshot; `--update` writes one".to_owned()],
        }
    }
}
