//! Templates with the text Mockoon 9.9.0 made of them, kept as data in `cases/`.
//!
//! A case is `{template, request, expected}`, or `error` instead of `expected`: then the error's
//! text, of a parse error only the beginning. They were recorded from Mockoon's own template
//! parser at the same instant, in UTC. Only `faker.json` draws: each of its cases begins with seed 42.

#[path = "support/mod.rs"]
mod support;

use std::fmt::Write as _;

use support::Double;
use wasmock_javascript::{Object, Value};
use wasmock_templating::{NoLookup, Template};

/// When the cases were recorded.
const NOW: f64 = 1_764_000_000_123.0;

fn run(name: &str, text: &str) {
    let cases = support::cases(text);
    assert!(cases.len() > 50, "{name} holds {} cases", cases.len());
    let mut failures = String::new();
    for case in &cases {
        let wanted = wanted(case);
        let got = render(case);
        let same = match (&wanted, &got) {
            (Err(wanted), Err(got)) if wanted.ends_with(':') || wanted.starts_with("Lexical") => {
                got.starts_with(wanted)
            }
            (wanted, got) => wanted == got,
        };
        if !same {
            let template = case.get("template").map(Value::to_text).unwrap_or_default();
            let _ = writeln!(
                failures,
                "{template}\n  wanted {wanted:?}\n  got    {got:?}"
            );
        }
    }
    assert!(failures.is_empty(), "{name}:\n{failures}");
}

fn wanted(case: &Object) -> Result<String, String> {
    match case.get("error") {
        Some(error) => Err(error.to_text().into_owned()),
        None => Ok(case
            .get("expected")
            .map(|text| text.to_text().into_owned())
            .unwrap_or_default()),
    }
}

fn render(case: &Object) -> Result<String, String> {
    let template = case
        .get("template")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let template = Template::compile(template, &NoLookup).map_err(|error| error.message)?;
    let mut host = Double::new(case.get("request"));
    host.now = NOW;
    template
        .render(&mut host)
        .map_err(|error| error.message().to_owned())
}

#[test]
fn language() {
    run("language", include_str!("cases/language.json"));
}

#[test]
fn blocks() {
    run("blocks", include_str!("cases/blocks.json"));
}

#[test]
fn helpers() {
    run("helpers", include_str!("cases/helpers.json"));
}

#[test]
fn dates() {
    run("dates", include_str!("cases/dates.json"));
}

#[test]
fn request() {
    run("request", include_str!("cases/request.json"));
}

#[test]
fn faker() {
    run("faker", include_str!("cases/faker.json"));
}
