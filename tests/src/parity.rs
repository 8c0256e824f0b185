//! Runs a group of parity cases: many in one server process, and alone where that fails.
//!
//! `pending.txt` names groups and cases that wasmock does not answer like Mockoon yet. They
//! run too; one that passes fails the test, so that the list can only shrink.
//! `PARITY=word` in the environment runs only the cases whose name contains the word.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{
    case::{self, Case},
    run::{Prepared, Wrong},
    server::Server,
};

/// Cases in one server process.
const BATCH: usize = 30;

/// The folder of the cases.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("parity")
}

/// The groups that have cases.
pub fn groups() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !["lib", "node_modules"].contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

/// The lines of `pending.txt`: `GROUP`, `GROUP/NAME` or `GROUP/NAME#EXCHANGE`.
fn pending() -> Vec<String> {
    let text = fs::read_to_string(root().join("pending.txt")).unwrap_or_default();
    let words = text
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    words
        .filter(|word| !word.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn cases(group: &str) -> Result<Vec<Case>, String> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join(group))
        .map_err(|error| format!("{group}: {error}"))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    paths.sort();
    let mut cases = paths
        .iter()
        .map(|path| case::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    if let Ok(word) = env::var("PARITY") {
        cases.retain(|case| case.name.contains(&word));
    }
    Ok(cases)
}

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn stuck(line: String) -> Vec<Wrong> {
    vec![Wrong {
        exchange: 0,
        asked: "start".to_owned(),
        lines: vec![line],
    }]
}

fn play(batch: &[Prepared<'_>], results: &mut Vec<(String, Vec<Wrong>)>) {
    let Some(first) = batch.first() else { return };
    let files: Vec<(PathBuf, u16)> = batch
        .iter()
        .map(|one| (one.file.clone(), one.port))
        .collect();
    let (options, env) = first.settings();
    let started = Server::start(&files, options, env);
    if let (Some(code), 1) = (first.case().fails, batch.len()) {
        let wrong = match started {
            // It may listen before it finds out.
            Ok(mut server) => match server.exit_code(Duration::from_secs(5)) {
                Some(found) if found == code => Vec::new(),
                Some(found) => stuck(format!(
                    "wanted code {code}, got {found}: {}",
                    server.output()
                )),
                None => stuck("the server starts".to_owned()),
            },
            Err(error) if error.contains(&format!("exit status: {code}:")) => Vec::new(),
            Err(error) => stuck(format!("wanted code {code}, {error}")),
        };
        results.push((first.case().name.clone(), wrong));
        return;
    }
    match started {
        Ok(_server) => results.extend(batch.iter().map(|one| (one.case().name.clone(), one.run()))),
        Err(error) if batch.len() == 1 => {
            results.push((
                first.case().name.clone(),
                stuck(format!("the server does not start: {error}")),
            ));
        }
        // One bad data file stops them all: each on its own shows which.
        Err(_) => batch
            .iter()
            .for_each(|one| play(std::slice::from_ref(one), results)),
    }
}

/// Runs a group; the error is the report of what differs.
pub fn group(name: &str) -> Result<String, String> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let scratch =
        Scratch(env::temp_dir().join(format!("wasmock-parity-{}-{number}", std::process::id())));
    let cases = cases(name)?;
    let mut prepared = Vec::new();
    for case in &cases {
        prepared.push(Prepared::new(case, &scratch.0)?);
    }
    let mut results = Vec::new();
    let (alone, together): (Vec<_>, Vec<_>) = prepared.into_iter().partition(|one| {
        let (options, env) = one.settings();
        !options.is_empty() || !env.is_empty() || one.case().fails.is_some()
    });
    together
        .chunks(BATCH)
        .for_each(|batch| play(batch, &mut results));
    alone.chunks(1).for_each(|batch| play(batch, &mut results));
    Report::new(name, &results).finish(&cases)
}

#[derive(Default)]
struct Report {
    name: String,
    text: Vec<String>,
    /// What would have to stand in `pending.txt` for the test to pass.
    wrong: Vec<String>,
    waiting: usize,
    right: usize,
}

impl Report {
    fn new(name: &str, results: &[(String, Vec<Wrong>)]) -> Self {
        let pending = pending();
        let group_waits = pending.iter().any(|word| word == name);
        let mut report = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        for (case, wrong) in results {
            let waits = |word: &str| pending.iter().any(|other| other == word);
            if wrong.is_empty() {
                report.right += 1;
            }
            if waits(case) && wrong.is_empty() {
                report
                    .text
                    .push(format!("{case} passes now: take it out of pending.txt"));
            }
            // An exchange that is listed alone must fail, or its line has to go.
            let listed = pending
                .iter()
                .filter_map(|word| word.strip_prefix(&format!("{case}#")));
            for number in listed {
                if wrong.iter().all(|one| one.exchange.to_string() != number) {
                    report.text.push(format!(
                        "{case}#{number} passes now: take it out of pending.txt"
                    ));
                }
            }
            let mut fresh = String::new();
            for one in wrong {
                let place = format!("{case}#{}", one.exchange);
                if group_waits || waits(case) || waits(&place) {
                    report.waiting += 1;
                    continue;
                }
                fresh.push_str(&format!(
                    "\n  #{} {}\n    {}",
                    one.exchange,
                    one.asked,
                    one.lines.join("\n    ")
                ));
                report.wrong.push(place);
            }
            if !fresh.is_empty() {
                report.text.push(format!("{case}{fresh}"));
            }
        }
        report
    }

    fn finish(self, cases: &[Case]) -> Result<String, String> {
        let exchanges: usize = cases.iter().map(|case| case.exchanges.len()).sum();
        let summary = format!(
            "{}: {} cases, {} as Mockoon; {exchanges} exchanges, {} different, {} pending",
            self.name,
            cases.len(),
            self.right,
            self.wrong.len(),
            self.waiting
        );
        if self.text.is_empty() {
            return Ok(summary);
        }
        Err(format!(
            "{}\n\ndifferent: {}\n{summary}",
            self.text.join("\n\n"),
            self.wrong.join(" ")
        ))
    }
}
