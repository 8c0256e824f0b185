//! The first start on a machine: nobody waits for the compiler who does not need what it makes.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, unreachable_pub)]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Running, http, wasmock};

/// Serves a fixed text and a template with nothing compiled yet.
fn serve(folder: &Path) -> Running {
    let text = r#"{ "routes": [
        { "type": "http", "method": "get", "endpoint": "fixed",
          "responses": [{ "body": "alive" }] },
        { "type": "http", "method": "get", "endpoint": "made",
          "responses": [{ "body": "{{uppercase 'alive'}}" }] }
    ] }"#;
    std::fs::write(folder.join("mock.json"), text).unwrap();
    let mut command = wasmock(folder, &folder.join("cache"));
    command.args(["serve", "mock.json", "--port", "0"]);
    Running::start(&mut command)
}

#[test]
fn what_needs_no_plugin_is_answered_before_all_are_compiled() {
    let folder = tempfile::tempdir().unwrap();
    let compiled = || {
        let files = std::fs::read_dir(folder.path().join("cache/compiled")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".compiled")).count()
    };
    let mut server = serve(folder.path());
    let port = server.port();
    assert!(http(port, "GET", "/fixed", "", b"").1.ends_with("alive"));
    let before = compiled();
    assert!(before < 4, "it waited for the compiler");
    assert!(http(port, "GET", "/made", "", b"").1.ends_with("ALIVE"));
    assert!(compiled() > before);
}

#[test]
fn a_server_stops_in_the_middle_of_compiling() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path());
    server.port();
    let id = server.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    assert!(server.end().success(), "{}", server.output());
}

#[test]
fn a_locale_that_does_not_exist_still_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mock.json"), r#"{ "routes": [] }"#).unwrap();
    let mut command = wasmock(folder.path(), &folder.path().join("cache"));
    command.args(["serve", "mock.json", "--port", "0", "--faker-locale", "xx"]);
    let (code, output) = support::run(&mut command);
    assert_eq!(code, 2, "{output}");
    assert!(output.contains("Invalid Faker.js locale"), "{output}");
}
