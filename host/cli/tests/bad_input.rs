//! Plugins that are wrong, and machines that are: each gets its own sentence, and the server
//! goes on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub
)]

#[path = "../../sandbox/tests/support/build.rs"]
mod build;
mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use build::build;
use support::{BUCKETS, REGEX, Running, environment, files, http, ok, run, wasmock};

fn serve(folder: &Path, cache: &Path, more: &[&str]) -> Command {
    let mut command = wasmock(folder, cache);
    command
        .args(["serve", "mock.json", "--port", "0"])
        .args(more);
    command
}

#[test]
fn what_does_not_load_stops_the_start_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::write(folder.join("rx.wasm"), REGEX).unwrap();
    std::fs::write(folder.join("text.wasm"), "export function respond() {}").unwrap();
    std::fs::write(folder.join("core.wasm"), b"\0asm\x01\0\0\0").unwrap();
    std::fs::write(folder.join("half.wasm"), &REGEX[..REGEX.len() / 2]).unwrap();
    let reach = build("reach");
    let plugin = |path: &str| format!(r#"{{ "name": "shared", "path": "{path}" }}"#);
    let reach = reach.display();
    for (plugins, words) in [
        (plugin("none.wasm"), "cannot read"),
        (plugin("."), "cannot read"),
        (
            plugin("text.wasm"),
            "this is a text file, not a WebAssembly component",
        ),
        (
            plugin("core.wasm"),
            "this is a core module, not a component",
        ),
        (plugin("half.wasm"), "the component is damaged or not valid"),
        (
            plugin("rx.wasm") + "," + &plugin("rx.wasm"),
            "there are two plugins called `shared`",
        ),
        (
            format!(
                r#"{{ "name": "shared", "path": "{reach}", "configuration": {{ "start": 7 }} }}"#
            ),
            "does not match its schema at `/start`",
        ),
        (
            format!(
                r#"{{ "name": "shared", "path": "{reach}", "configuration": {{ "start": "panic" }} }}"#
            ),
            "it does not start: it panicked or aborted",
        ),
        (
            format!(
                r#"{{ "name": "shared", "path": "{reach}", "grants": {{ "http": ["http://a/b"] }} }}"#
            ),
            "the granted `http`: `http://a/b` is an address of the web, not a host",
        ),
        (
            format!(
                r#"{{ "name": "shared", "path": "{reach}", "grants": {{ "read": ["nowhere"] }} }}"#
            ),
            "nowhere is granted, but cannot be used",
        ),
    ] {
        environment(folder, &plugins);
        let (code, text) = run(&mut serve(folder, &cache, &[]));
        assert_eq!(code, 2, "{plugins}: {text}");
        assert!(text.contains(words), "{plugins}: {text}");
    }
    environment(folder, &plugin("rx.wasm"));
    for (flag, words) in [
        ("other:http=a.b", "neither a file nor --plugin names"),
        ("shared:htp=a.b", "did you mean `http`?"),
        ("shared:http", "expected NAME:WORD=VALUE"),
    ] {
        let (code, text) = run(&mut serve(folder, &cache, &["--grant", flag]));
        assert_eq!(code, 2, "{flag}: {text}");
        assert!(text.contains(words), "{flag}: {text}");
    }
}

#[test]
fn two_plugins_with_the_same_helper_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    let reach = build("reach");
    let mock = |body: &str| {
        let path = reach.display();
        let text = format!(
            r#"{{
                "wasmock": {{ "plugins": [
                    {{ "name": "one", "path": "{path}" }}, {{ "name": "two", "path": "{path}" }} ] }},
                "routes": [{{ "type": "http", "method": "get", "endpoint": "a",
                    "responses": [{{ "body": "{body}" }}] }}]
            }}"#
        );
        std::fs::write(folder.join("mock.json"), text).unwrap();
    };
    mock("{{try 'time'}}");
    let (code, text) = run(&mut serve(folder, &cache, &[]));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("`one:try`"), "{text}");
    mock("{{two:try 'private x'}}");
    let mut server = Running::start(&mut serve(folder, &cache, &[]));
    let (status, text) = http(server.port(), "GET", "/a", "", b"");
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("Undefined"), "{text}");
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("rx.wasm"), REGEX).unwrap();
    std::fs::write(folder.join("file"), "").unwrap();
    environment(folder, r#"{ "name": "shared", "path": "rx.wasm" }"#);
    // A place where nobody may make a folder.
    let mut server = Running::start(&mut serve(folder, &folder.join("file/below"), &[]));
    let port = server.port();
    assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
    assert!(
        server.output().contains("is not cached in"),
        "{}",
        server.output()
    );
    drop(server);

    // A disk that is full: one of 64 KiB, where the system lets us make one.
    let cache = folder.join("full");
    std::fs::create_dir(&cache).unwrap();
    let on_a_small_disk = |script: &str| {
        let mount = "mount -t tmpfs -o size=64k none \"$WASMOCK_CACHE\"";
        let mut command = Command::new("unshare");
        command
            .args(["--map-root-user", "--mount", "sh", "-c"])
            .arg(format!("{mount} && {script}"))
            .arg(env!("CARGO_BIN_EXE_wasmock"))
            .current_dir(folder)
            .env("WASMOCK_CACHE", &cache)
            .env("NO_COLOR", "1");
        command
    };
    let possible = on_a_small_disk("true").output();
    if possible.is_ok_and(|output| output.status.success()) {
        let script = "exec \"$0\" serve mock.json --port 0";
        let mut server = Running::start(&mut on_a_small_disk(script));
        let port = server.port();
        assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
        let output = server.output();
        assert!(
            output.contains("is not cached in") && output.contains("No space left"),
            "{output}"
        );
    } else {
        eprintln!("left out: no small disk can be mounted here");
    }
    // What was fetched is used, though it cannot be kept.
    let port = files(vec![("/rx.wasm", ok(REGEX))]);
    let path = format!(
        "http://127.0.0.1:{port}/rx.wasm#sha256={}",
        support::sha256(REGEX)
    );
    environment(
        folder,
        &format!(r#"{{ "name": "shared", "path": "{path}" }}"#),
    );
    let mut server = Running::start(&mut serve(folder, &folder.join("file/below"), &[]));
    server.port();
    assert!(
        server.output().contains("is not kept in"),
        "{}",
        server.output()
    );
}

#[test]
fn a_changed_plugin_that_does_not_load_leaves_the_old_one_serving() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::write(folder.join("rx.wasm"), REGEX).unwrap();
    environment(folder, r#"{ "name": "shared", "path": "rx.wasm" }"#);
    let mut server = Running::start(&mut serve(folder, &cache, &["--watch"]));
    let port = server.port();
    std::fs::write(folder.join("rx.wasm"), "nonsense").unwrap();
    server.wait_for("is served as it was before");
    assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
    std::fs::write(folder.join("rx.wasm"), BUCKETS).unwrap();
    server.wait_for("was reloaded");
    assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
}

#[test]
fn validate_refuses_the_grants_that_serve_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::write(folder.join("rx.wasm"), REGEX).unwrap();
    for (grants, pointer, words) in [
        (
            r#"{ "http": ["a.b", "http://a/b"] }"#,
            "/wasmock/plugins/0/grants/http/1",
            "is an address of the web, not a host",
        ),
        (
            r#"{ "write": ["data=nowhere"] }"#,
            "/wasmock/plugins/0/grants/write/0",
            "nowhere is granted, but cannot be used",
        ),
        (
            r#"{ "time": "noon" }"#,
            "/wasmock/plugins/0/grants/time",
            "expected a time such as 2025-01-31T12:00:00Z",
        ),
        (
            r#"{ "htp": ["a.b"] }"#,
            "/wasmock/plugins/0/grants/htp",
            "did you mean `http`?",
        ),
    ] {
        let plugin = r#""name": "shared", "path": "rx.wasm""#;
        environment(folder, &format!(r#"{{ {plugin}, "grants": {grants} }}"#));
        let (code, text) = run(&mut serve(folder, &cache, &[]));
        assert_eq!(code, 2, "{grants}: {text}");
        assert!(text.contains(words), "{grants}: {text}");
        let validate = ["validate", "mock.json", "--json"];
        let (code, text) = run(wasmock(folder, &cache).args(validate));
        assert_eq!(code, 1, "{grants}: {text}");
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let problems = report["problems"].as_array().unwrap();
        let at: Vec<_> = problems
            .iter()
            .filter(|p| p["pointer"] == pointer)
            .collect();
        assert_eq!(at.len(), 1, "{grants}: {text}");
        let message = at[0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{grants}: {text}");
        assert!(at[0]["line"].is_number(), "{grants}: {text}");
    }
}

#[test]
fn a_table_of_tests_grants_to_all_or_to_one() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::create_dir_all(folder.join("kit/data")).unwrap();
    std::fs::write(folder.join("kit/data/a"), "in there").unwrap();
    std::fs::copy(build("reach"), folder.join("kit/reach.wasm")).unwrap();
    let friend = files(vec![("/x", ok(b"hello"))]);
    let table = format!(
        r#"
grants: {{ read: [data], env: [REACH_ME], http: ["localhost:{friend}"], writeVariables: [w] }}
tests:
  - {{ name: a file, request: GET /, usage: "read data/a", expect: {{ answer: {{ body: '"in there"' }} }} }}
  - {{ name: a host, request: GET /, usage: "get http://localhost:{friend}/x", expect: {{ answer: {{ body: 200 hello }} }} }}
  - {{ name: an environment variable, request: GET /, usage: "env REACH_ME", expect: {{ answer: {{ body: 'Some("here") Some("here")' }} }} }}
  - {{ name: a variable, request: GET /, usage: "variable w x", expect: {{ state: {{ variables: {{ w: x }} }} }} }}
  - name: another variable
    request: GET /
    usage: variable v x
    expect: {{ answer: {{ body: 'error: Failure::Denied("writing the variable `v`")' }} }}
  - name: a bucket
    request: GET /
    usage: bucket users
    state: {{ buckets: {{ users: Ada }} }}
    grants: {{ readBuckets: [users] }}
    expect: {{ answer: {{ body: 'Value::Text("Ada")' }} }}
  - name: nothing of the table's when it has grants of its own
    request: GET /
    usage: env REACH_ME
    grants: {{}}
    expect: {{ answer: {{ body: None None }} }}
"#
    );
    std::fs::write(folder.join("kit/tests.yaml"), table).unwrap();
    let mut command = wasmock(folder, &cache);
    let (code, text) = run(command
        .args(["plugin", "test", "kit"])
        .env("REACH_ME", "here"));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("7 passed, 0 failed"), "{text}");
}

/// An environment whose routes ask the plugin different things.
fn asking(folder: &Path, plugin: &str, routes: &[(&str, &str)]) {
    let routes: Vec<String> = routes
        .iter()
        .map(|(path, what)| {
            format!(
                r#"{{ "type": "http", "method": "get", "endpoint": "{path}", "responses": [{{
                    "wasmock": {{ "plugin": "shared", "configuration": "{what}" }} }}] }}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{ "wasmock": {{ "plugins": [{plugin}] }}, "routes": [{}, {{
            "type": "http", "method": "get", "endpoint": "a", "responses": [{{ "body": "alive" }}] }}] }}"#,
        routes.join(",")
    );
    std::fs::write(folder.join("mock.json"), text).unwrap();
}

#[test]
fn grants_reach_from_the_file_and_the_command_line_to_the_guest() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::create_dir_all(folder.join("there/data")).unwrap();
    std::fs::write(folder.join("there/data/a"), "in there").unwrap();
    std::fs::copy(build("reach"), folder.join("reach.wasm")).unwrap();
    let manifest = r#"{
        "name": "reach", "version": "1.2.3", "about": "Reaches for things.",
        "asks": { "http": ["localhost:*"], "read": ["data"], "env": ["REACH_*"], "readVariables": ["*"] },
        "reasons": { "http": "to ask a friend" }
    }"#;
    std::fs::write(folder.join("wasmock.json"), manifest).unwrap();
    let set = ["plugin", "manifest", "reach.wasm", "--set", "wasmock.json"];
    assert_eq!(run(wasmock(folder, &cache).args(set)), (0, String::new()));
    let (code, text) = run(wasmock(folder, &cache).args(["plugin", "manifest", "reach.wasm"]));
    assert_eq!(
        (code, text.contains("to ask a friend")),
        (0, true),
        "{text}"
    );

    let friend = files(vec![("/x", ok(b"hello"))]);
    let url = format!("get http://localhost:{friend}/x");
    let routes = [
        ("get", url.as_str()),
        ("read", "read data/a"),
        ("env", "env REACH_ME"),
        ("set", "variable v x"),
    ];
    let plugin = r#"{ "name": "shared", "path": "reach.wasm", "grants": { "env": ["REACH_ME"] } }"#;
    asking(folder, plugin, &routes);
    let body = |port, path: &str| {
        let (_, text) = http(port, "GET", path, "", b"");
        text.split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned())
            .unwrap_or_default()
    };
    {
        let mut server = Running::start(serve(folder, &cache, &[]).env("REACH_ME", "here"));
        let port = server.port();
        assert!(body(port, "/get").contains("HttpRequestDenied"));
        assert!(body(port, "/read").starts_with("error"));
        assert_eq!(body(port, "/env"), r#"Some("here") Some("here")"#);
        assert!(body(port, "/set").contains("Denied"));
        server.wait_for(&format!(
            "--grant 'shared:http=localhost:{friend}' allows it"
        ));
        server.wait_for("its manifest does not ask for it (`writeVariables` under `asks`)");
    }
    let grants = [
        "--grant".to_owned(),
        format!("shared:http=localhost:{friend}"),
        "--grant".to_owned(),
        "shared:read=data=there/data".to_owned(),
    ];
    let grants: Vec<&str> = grants.iter().map(String::as_str).collect();
    let mut server = Running::start(&mut serve(folder, &cache, &grants));
    let port = server.port();
    assert_eq!(body(port, "/get"), "200 hello");
    assert_eq!(body(port, "/read"), r#""in there""#);

    // `run` grants without a server.
    let usage = format!("\"{url}\"");
    let grant = format!("http=localhost:{friend}");
    let trial = ["plugin", "run", "reach.wasm", "--usage", &usage];
    let (_, text) = run(wasmock(folder, &cache)
        .args(trial)
        .args(["--grant", &grant]));
    assert!(text.contains("200 hello"), "{text}");
    let (_, text) = run(wasmock(folder, &cache).args(trial));
    assert!(text.contains("HttpRequestDenied"), "{text}");

    // `inspect` says the same without running it.
    let inspect = [
        "plugin",
        "inspect",
        "shared",
        "--data",
        "mock.json",
        "--start",
    ];
    let (code, text) = run(wasmock(folder, &cache).args(inspect).args(&grants[..2]));
    assert_eq!(code, 0, "{text}");
    for words in [
        "reach, 1.2.3, Reaches for things.",
        &format!("http: localhost:* (to ask a friend); allowed: localhost:{friend}"),
        "read: data; not allowed; --grant 'shared:read=data' allows it",
        "env: REACH_*; allowed: REACH_ME",
        "readVariables: *; allowed: all, the mock's own data",
        "outbound HTTP",
        "C libraries import them whether they are used or not",
        "yes, and it starts",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_plugin_in_quarantine_is_shown_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, cache) = (folder.path(), folder.path().join("cache"));
    std::fs::create_dir(folder.join("data")).unwrap();
    std::fs::write(folder.join("data/ready"), "").unwrap();
    let plugin = format!(
        r#"{{ "name": "shared", "path": "{}", "configuration": {{ "start": "file" }},
            "grants": {{ "read": ["data"] }} }}"#,
        build("reach").display()
    );
    asking(folder, &plugin, &[("die", "die"), ("time", "time")]);
    let mut server = Running::start(&mut serve(folder, &cache, &["--admin-api-token", "t"]));
    let port = server.port();
    let trouble = || {
        let headers = "Authorization: Bearer t\r\n";
        let (status, text) = http(port, "GET", "/mockoon-admin/plugins", headers, b"");
        assert_eq!(status, 200, "{text}");
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let plugins: serde_json::Value = serde_json::from_str(body).unwrap();
        plugins[0]["trouble"].as_str().map(str::to_owned)
    };
    let address = format!("http://localhost:{port}");
    let inspect = |more: &[&str]| {
        let command = ["plugin", "inspect", "shared", "--data", "mock.json"];
        let command = [&command[..], &["--server", &*address], more].concat();
        run(wasmock(folder, &cache).args(command))
    };
    assert_eq!(http(port, "GET", "/time", "", b"").0, 200);
    assert_eq!(trouble(), None);
    let (code, text) = inspect(&["--admin-api-token", "t"]);
    assert_eq!(code, 0, "{text}");
    std::fs::remove_file(folder.join("data/ready")).unwrap();
    assert_eq!(http(port, "GET", "/die", "", b"").0, 500);
    let began = Instant::now();
    while !trouble().is_some_and(|trouble| trouble.contains("quarantine")) {
        assert!(began.elapsed() < Duration::from_secs(90), "{:?}", trouble());
        assert_eq!(http(port, "GET", "/time", "", b"").0, 500);
        assert!(http(port, "GET", "/a", "", b"").1.contains("alive"));
    }
    server.wait_for("the plugin is not started any more");
    let (code, text) = inspect(&["--admin-api-token", "t"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("it is in quarantine after 8 failed starts"),
        "{text}"
    );
    let (code, text) = inspect(&[]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("--admin-api-token"), "{text}");
}
