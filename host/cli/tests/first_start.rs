//! The first start on a machine: nobody waits for the compiler who does not need what it makes.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, unreachable_pub)]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Running, http, wasmock};

/// Serves a text with nothing compiled yet.
fn serve(folder: &Path, body: &str) -> Running {
    let text = format!(
        r#"{{ "routes": [{{ "type": "http", "method": "get", "endpoint": "a",
            "responses": [{{ "body": "{body}" }}] }}] }}"#
    );
    std::fs::write(folder.join("mock.json"), text).unwrap();
    let mut command = wasmock(folder, &folder.join("cache"));
    command.args(["serve", "mock.json", "--port", "0"]);
    Running::start(&mut command)
}

/// How many plugins are compiled.
fn compiled(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder.join("cache/compiled")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".compiled")).count()
}

#[test]
fn a_file_that_needs_no_plugin_is_served_while_they_are_compiled() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path(), "alive");
    let port = server.port();
    assert!(http(port, "GET", "/a", "", b"").1.ends_with("alive"));
    assert!(compiled(folder.path()) < 4, "it waited for the compiler");
    // One that comes to need one waits for it.
    let token = server.wait_for("Admin API token (auto-generated): ");
    let token = token.split('"').next().unwrap();
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let changed = std::fs::read_to_string(folder.path().join("mock.json")).unwrap();
    let changed = changed.replace("alive", "{{uppercase 'alive'}}");
    let path = "/mockoon-admin/environment";
    let (status, answer) = http(port, "PUT", path, &headers, changed.as_bytes());
    assert_eq!(status, 200, "{answer}");
    assert!(http(port, "GET", "/a", "", b"").1.ends_with("ALIVE"));
}

#[test]
fn a_file_with_templates_is_served_when_they_can_be_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path(), "{{uppercase 'alive'}}");
    let port = server.port();
    assert_eq!(compiled(folder.path()), 4);
    assert!(http(port, "GET", "/a", "", b"").1.ends_with("ALIVE"));
}

#[test]
fn a_server_stops_in_the_middle_of_compiling() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path(), "alive");
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
