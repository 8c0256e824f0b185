//! `docs/templating.md` is written from the table of helpers; this test keeps them equal.
//!
//! `UPDATE_DOCS=1 cargo test --test reference` writes the file again.

#[path = "support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::Path;

use support::Double;
use wasmock_javascript::{Object, Value, json};
use wasmock_templating::{Effects, NoLookup, Template, helpers, nearest};

const BEGIN: &str =
    "<!-- helpers: written from the code, see plugins/templating/tests/reference.rs -->";
const END: &str = "<!-- end of helpers -->";

/// The request of the examples.
const REQUEST: &str = r#"{"method":"POST","params":{"id":"42"},"query":{"page":"2"},
  "headers":{"accept":"text/html"},"cookies":{"session":"s1"},
  "body":{"user":{"name":"Ann"},"items":["a","b"]},"stringBody":"{…}","ip":"127.0.0.1",
  "hostname":"localhost","baseUrl":"http://localhost:3000"}"#;

#[test]
fn the_reference_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/templating.md");
    let present = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = present.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let wanted = format!("\n{}", reference());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        return;
    }
    assert!(
        table == wanted,
        "docs/templating.md is older than the table of helpers"
    );
}

/// The same table for programs: `wasmock helpers` reads it.
#[test]
fn the_list_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("helpers.json");
    let wanted = list();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
        return;
    }
    let present = std::fs::read_to_string(&path).unwrap();
    assert!(
        present == wanted,
        "helpers.json is older than the table of helpers"
    );
}

#[test]
fn names_that_nobody_knows_are_named() {
    let source = "{{urlparam 'id'}}{{#each (array 1)}}{{name}}{{upercase this}}{{/each}}\n{{#if x}}{{nwo}}{{/if}}";
    let template = Template::compile(source, &NoLookup).unwrap();
    let unknown: Vec<_> = template.unknown().collect();
    assert_eq!(
        unknown,
        [("urlparam", 1, 1), ("upercase", 1, 45), ("nwo", 2, 10)]
    );
    let names = || helpers().map(|helper| helper.name);
    let near: Vec<_> = unknown
        .iter()
        .map(|(name, ..)| nearest(name, names()))
        .collect();
    assert_eq!(near, [Some("urlParam"), Some("uppercase"), Some("now")]);
}

#[test]
fn every_example_renders() {
    for helper in helpers() {
        example(helper.example).unwrap_or_else(|error| panic!("{}: {error}", helper.name));
    }
}

fn example(template: &str) -> Result<String, String> {
    let request = json::parse(REQUEST).map_err(|error| error.to_string())?;
    let mut host = Double::new(Some(&request));
    host.now = 1_764_000_000_123.0;
    let template = Template::compile(template, &NoLookup).map_err(|error| error.message)?;
    template
        .render(&mut host)
        .map_err(|error| error.message().to_owned())
}

fn list() -> String {
    let lines = helpers().map(|helper| {
        let row: Object = [
            ("name", Value::text(helper.name)),
            ("usage", Value::text(helper.usage)),
            ("about", Value::text(helper.about)),
            ("example", Value::text(helper.example)),
            ("family", Value::text(helper.family.title())),
            ("block", Value::Bool(helper.block)),
        ]
        .into_iter()
        .collect();
        json::to_text(&Value::object(row)).unwrap_or_default()
    });
    let lines: Vec<String> = lines.collect();
    format!("[\n  {}\n]\n", lines.join(",\n  "))
}

fn reference() -> String {
    let mut out = String::new();
    let mut family = None;
    for helper in helpers() {
        if family != Some(helper.family) {
            family = Some(helper.family);
            let _ = writeln!(out, "\n### {}\n", helper.family.title());
            out.push_str("| helper | what it gives | example | prints |\n|---|---|---|---|\n");
        }
        let block = if helper.block { "#" } else { "" };
        let usage = format!("{block}{} {}", helper.name, helper.usage);
        let random = helper.effects.contains(Effects::DRAWS_RANDOM);
        let prints = match example(helper.example) {
            _ if random => "*varies*".to_owned(),
            Ok(text) if text.is_empty() => String::new(),
            Ok(text) => code(&text.replace('\n', "⏎")),
            Err(error) => error,
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {prints} |",
            code(usage.trim()),
            helper.about.replace('|', "\\|"),
            code(helper.example),
        );
    }
    out.push('\n');
    out
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}
