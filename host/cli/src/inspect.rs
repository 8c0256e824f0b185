//! `wasmock plugin inspect`: what a component is, what it asks for and what it is allowed,
//! without running it (`--start` starts it once, `--server` asks a server that runs it).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bytes::Bytes;
use serde_json::{Value as Json, json};
use wasmock_environment::{Grants as Allowed, LoadOptions, load};
use wasmock_library::Place;
use wasmock_sandbox::{Grants, Inspection, Sandbox, Source, inspect};

use crate::arguments::Inspect;
use crate::plugin::print;
use crate::{built_in, components, grant, served};

/// What is looked at: a component, and what a user allows it.
struct Subject {
    name: String,
    wasm: Bytes,
    configuration: String,
    allowed: Allowed,
    folder: PathBuf,
}

/// Prints the inspection; exit code 1 when the component does not fit, does not start, or the
/// server that runs it has trouble with it.
pub(crate) fn run(arguments: &Inspect) -> Result<ExitCode, Box<dyn Error>> {
    let subject = subject(arguments)?;
    let mut inspection = inspect(&subject.wasm);
    if arguments.start && inspection.problems.is_empty() {
        inspection.problems = start(&subject)?;
    }
    if let Some(server) = &arguments.server {
        let token = arguments.admin_api_token.as_deref();
        inspection
            .problems
            .extend(served::trouble(server, token, &subject.name)?);
    }
    let text = if arguments.json {
        as_json(&inspection, &subject)
    } else {
        for_people(&inspection, &subject, arguments.start)
    };
    print(&text);
    Ok(ExitCode::from(u8::from(!inspection.problems.is_empty())))
}

/// The plugin of an environment with that name, or the component of that file.
fn subject(arguments: &Inspect) -> Result<Subject, Box<dyn Error>> {
    let file = &arguments.file;
    let mut subject = match &arguments.data {
        None => Subject {
            name: crate::plugin::plugin_name(file),
            wasm: components::read(file)?,
            configuration: "{}".to_owned(),
            allowed: Allowed::default(),
            folder: PathBuf::new(),
        },
        Some(data) => in_environment(data, &file.display().to_string())?,
    };
    grant::extend(&mut subject.allowed, &arguments.grant, &subject.name)?;
    Ok(subject)
}

fn in_environment(data: &Path, wanted: &str) -> Result<Subject, Box<dyn Error>> {
    let loaded = load(data, &LoadOptions::default())?;
    let plugins = &loaded.environment.wasmock.plugins;
    let plugin = plugins
        .iter()
        .find(|plugin| plugin.name == wanted || plugin.path == wanted)
        .ok_or_else(|| {
            let names: Vec<&str> = plugins.iter().map(|plugin| &*plugin.name).collect();
            format!(
                "{} names no plugin `{wanted}`; it names {}",
                data.display(),
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            )
        })?;
    let place = Place::parse(&plugin.path, &loaded.directory, plugin.sha256.as_deref())?;
    Ok(Subject {
        name: plugin.name.clone(),
        wasm: components::read_place(&place, &loaded.directory)?,
        configuration: plugin
            .configuration
            .as_ref()
            .map_or_else(|| "{}".to_owned(), Json::to_string),
        allowed: plugin.grants.clone(),
        folder: loaded.directory,
    })
}

/// Starts the component once, as a server does.
fn start(subject: &Subject) -> Result<Vec<String>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
        let source = Source {
            name: &subject.name,
            wasm: subject.wasm.clone(),
            digest: None,
            configuration: subject.configuration.as_str().into(),
            grants: Grants::new(subject.allowed.clone(), &subject.folder),
        };
        Ok(match sandbox.load(source).await {
            Ok(_) => Vec::new(),
            Err(error) => error.problems,
        })
    })
}

fn for_people(inspection: &Inspection, subject: &Subject, started: bool) -> String {
    let mut lines = Vec::new();
    if let Some(manifest) = &inspection.manifest {
        let parts = [&manifest.name, &manifest.version, &manifest.about];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        section(&mut lines, "plugin", Some(parts.join(", ")).into_iter());
    }
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
        let grant = import
            .grant
            .map_or_else(String::new, |grant| format!("  (needs a grant: {grant})"));
        format!(
            "{}{grant}\n             {}\n             {functions}",
            import.name, import.why
        )
    });
    section(&mut lines, "imports", imports);
    section(
        &mut lines,
        "asks for",
        rights(inspection, subject).into_iter(),
    );
    match inspection.problems.as_slice() {
        [] if started => lines.push("fits       yes, and it starts".to_owned()),
        [] => lines.push("fits       yes".to_owned()),
        problems => section(&mut lines, "problems", problems.iter().cloned()),
    }
    lines.join("\n") + "\n"
}

/// What it asks for, why, and whether it is allowed: a line for each word.
fn rights(inspection: &Inspection, subject: &Subject) -> Vec<String> {
    let (Ok(asks), Ok(allowed)) = (
        serde_json::to_value(&inspection.asks),
        serde_json::to_value(&subject.allowed),
    ) else {
        return Vec::new();
    };
    let reasons = inspection
        .manifest
        .as_ref()
        .map(|manifest| &manifest.reasons);
    let mut lines = Vec::new();
    for (word, asked) in asks.as_object().into_iter().flatten() {
        if asked.as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let reason = reasons
            .and_then(|reasons| reasons.get(word))
            .map_or_else(String::new, |reason| format!(" ({reason})"));
        let allowed = match allowed.get(word) {
            Some(allowed) => format!("allowed: {}", listed(allowed)),
            None if word.ends_with("Variables") || word.ends_with("Buckets") => {
                "allowed: all, the mock's own data".to_owned()
            }
            None if asked.is_array() => format!(
                "not allowed; --grant '{}:{word}={}' allows it",
                subject.name,
                asked
                    .get(0)
                    .and_then(Json::as_str)
                    .filter(|name| *name != "*")
                    .unwrap_or("…")
            ),
            None => "as it asks".to_owned(),
        };
        lines.push(format!("{word}: {}{reason}; {allowed}", listed(asked)));
    }
    if lines.is_empty() {
        lines.push("nothing".to_owned());
    }
    if inspection.manifest.is_none() {
        lines.push("(it has no manifest; this is what its imports mean)".to_owned());
    }
    lines
}

/// A list or a value, for people.
fn listed(value: &Json) -> String {
    let text = |value: &Json| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value {
        Json::Array(items) if items.is_empty() => "nothing".to_owned(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        value => text(value),
    }
}

/// A heading with its first item beside it and the others below.
fn section(lines: &mut Vec<String>, heading: &str, items: impl Iterator<Item = String>) {
    for (index, item) in items.enumerate() {
        let heading = if index == 0 { heading } else { "" };
        lines.push(format!("{heading:<10} {item}").trim_end().to_owned());
    }
}

fn as_json(inspection: &Inspection, subject: &Subject) -> String {
    let imports: Vec<_> = inspection
        .imports
        .iter()
        .map(|import| {
            json!({
                "name": import.name, "functions": import.functions, "grant": import.grant,
                "why": import.why,
            })
        })
        .collect();
    let producers: serde_json::Map<_, _> = inspection
        .producers
        .iter()
        .map(|(tool, version)| (tool.clone(), version.clone().into()))
        .collect();
    let inspection = json!({
        "size": inspection.size, "roles": inspection.roles, "exports": inspection.exports,
        "imports": imports, "producers": producers, "manifest": inspection.manifest,
        "asks": inspection.asks, "allowed": subject.allowed, "problems": inspection.problems,
    });
    format!("{inspection:#}\n")
}
