//! `wasmock plugin run`: one plugin, one input, printed for people or as JSON.
//!
//! Exit codes: 0 when the plugin did what it was asked, 1 when it failed, 2 when it could not be
//! begun.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value as Json, json};
use wasmock_sandbox::Grants;

use super::arguments::{Format, Run};
use super::lines::Lines;
use super::state::Before;
use super::trial::{Input, Report, Setting, Trials, shown, time};
use super::{Ended, print};
use crate::grant::{self, THIS};
use crate::request::{Request, values};

/// Makes the trial and prints what came of it.
pub(crate) fn run(arguments: &Run) -> Ended {
    let wasm = crate::components::read(&arguments.file)?;
    let mut grants = wasmock_environment::Grants::default();
    grant::extend(&mut grants, &arguments.grant, THIS)?;
    let setting = Setting {
        name: plugin_name(&arguments.file),
        wasm,
        configuration: arguments.config.clone(),
        usage: arguments.usage.clone(),
        // Folders on the command line are relative to where it runs already.
        grants: Grants::new(grants, Path::new("")),
        before: arguments
            .state
            .as_deref()
            .map_or_else(|| Ok(Before::default()), before)?,
        seed: arguments.seed,
        at: arguments
            .at
            .as_deref()
            .map(time)
            .transpose()
            .map_err(|error| format!("--at: {error}"))?,
    };
    let input = input(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(async {
        let trials = Trials::new(Lines::start()).await?;
        trials.run(&setting, &input).await
    })?;
    match arguments.format {
        Format::Text => print(&for_people(&report)),
        Format::Json => {
            let mut result = report.result.clone();
            result.insert("cost".to_owned(), cost_json(&report));
            print(&format!("{:#}\n", Json::Object(result)));
        }
    }
    Ok(ExitCode::from(u8::from(!report.is_success())))
}

/// A plugin's name is its file's.
pub(crate) fn plugin_name(file: &Path) -> String {
    file.file_stem().map_or_else(
        || "plugin".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn before(file: &Path) -> Result<Before, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    // JSON is YAML.
    serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn input(arguments: &Run) -> Result<Input, String> {
    let request = match &arguments.request {
        Some(file) => Request::from_file(file)?,
        None => Request::default(),
    };
    if let Some((name, rest)) = arguments.helper.split_first() {
        let mut positional = Vec::new();
        let mut named = Vec::new();
        for argument in rest {
            match argument.split_once('=') {
                Some((name, value)) if is_name(name) => {
                    named.push((name.to_owned(), value_of(value)));
                }
                _ => positional.push(value_of(argument)),
            }
        }
        return Ok(Input::Helper {
            name: name.clone(),
            arguments: positional,
            named,
        });
    }
    if let Some(rule) = &arguments.rule {
        let rule = serde_json::from_str(rule).map_err(|error| format!("--rule: {error}"))?;
        return Ok(Input::Rule { request, rule });
    }
    if !arguments.message.is_empty() || arguments.ticks > 0 {
        let (messages, ticks) = (arguments.message.clone(), arguments.ticks);
        return Ok(Input::Messages {
            handshake: request,
            messages,
            ticks,
        });
    }
    Ok(Input::Request(request))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// JSON, or the text itself.
fn value_of(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn for_people(report: &Report) -> String {
    let mut lines = Vec::new();
    for (part, value) in &report.result {
        match (&**part, value) {
            ("answer", answer) => lines.push(answer_lines(answer)),
            ("frames", Json::Array(frames)) => match report.events.as_slice() {
                [] => lines.extend(frames.iter().map(shown)),
                events => lines.extend(events.iter().cloned()),
            },
            ("close", close) => {
                lines.push(format!(
                    "closes with {} {}",
                    close["code"],
                    shown(&close["reason"])
                ));
            }
            ("next", ms) => lines.push(format!("asks for a tick in {ms} ms")),
            ("value", value) => lines.push(shown(value)),
            ("holds", holds) => lines.push(holds.to_string()),
            ("error", error) => lines.push(format!("error: {}", shown(error))),
            ("state", Json::Object(state)) => lines.push(state_lines(state)),
            ("log", Json::Array(log)) => {
                lines.push("\nlog".to_owned());
                lines.extend(log.iter().map(|line| format!("  {}", shown(line))));
            }
            _ => {}
        }
    }
    lines.push(format!("\n{}", cost_line(report)));
    lines.join("\n") + "\n"
}

fn answer_lines(answer: &Json) -> String {
    let mut lines = vec![format!("HTTP {}", answer["status"])];
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let line = |value| format!("{name}: {}", shown(value));
        lines.extend(values(value).iter().map(line));
    }
    match (&answer["body"], &answer["file"]) {
        (Json::Null, Json::Null) => {}
        (Json::Null, file) => lines.push(format!("\n(the file {})", shown(file))),
        (Json::String(text), _) => lines.push(format!("\n{text}")),
        (body, _) => lines.push(format!("\n{body:#}")),
    }
    lines.join("\n")
}

fn state_lines(state: &Map<String, Json>) -> String {
    let mut lines = vec!["\nwritten state".to_owned()];
    for (kind, entries) in state {
        match entries {
            Json::Object(entries) if kind != "session" => {
                lines.extend(
                    entries
                        .iter()
                        .map(|(name, value)| format!("  {kind} {name} = {value}")),
                );
            }
            session => lines.push(format!("  {kind} = {session}")),
        }
    }
    lines.join("\n")
}

fn cost_line(report: &Report) -> String {
    let cost = &report.cost;
    format!(
        "cost: {:.3} ms running, {:.3} ms to start, {:.1} MiB, asked the host {} times",
        cost.running.as_secs_f64() * 1e3,
        cost.starting.as_secs_f64() * 1e3,
        cost.memory as f64 / f64::from(1 << 20),
        cost.asked,
    )
}

fn cost_json(report: &Report) -> Json {
    let cost = &report.cost;
    json!({
        "runningMs": cost.running.as_secs_f64() * 1e3,
        "startingMs": cost.starting.as_secs_f64() * 1e3,
        "memoryBytes": cost.memory,
        "asked": cost.asked,
    })
}
