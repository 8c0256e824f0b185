//! Files as users have them, from text to environment.

use std::fs;

use wasmock_environment::{
    LoadOptions, Origin, Severity, SourceFile, Step, Timeline, load, parse, split, validate,
    validate_file,
};

fn options() -> LoadOptions {
    LoadOptions::default()
}

#[test]
fn a_hand_written_file_of_a_few_lines_is_complete() {
    let text = r#"
name: Chat
port: 4000
routes:
  - endpoint: users
    responses:
      - body: [{ id: 1 }]
  - type: ws
    endpoint: chat
    responses: [{ body: hello }]
    wasmock:
      group: "{{urlParam 'room'}}"
      timeline: [{ text: hi }, { wait: 50 }, { close: { code: 1000 } }]
"#;
    let loaded = parse(text, None, &options()).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.origin, Origin::HandWritten);
    let environment = &loaded.environment;
    assert_eq!(environment.port, 4000);
    let routes = environment.routes_in_order();
    assert_eq!(routes[0].responses[0].body, "[\n  {\n    \"id\": 1\n  }\n]");
    assert!(!routes[0].uuid.is_empty());
    let Some(Timeline::Steps(steps)) = &routes[1].wasmock.timeline else {
        panic!("{routes:?}");
    };
    assert_eq!(steps[1], Step::Wait(50));
    assert_eq!(environment.root_children.len(), 2);
}

#[test]
fn unknown_fields_survive() {
    let text = r#"{ "lastMigration": 33, "future": [1], "routes": [{ "endpoint": "a",
        "responses": [{ "later": true, "rules": [{ "more": null }] }] }] }"#;
    let loaded = parse(text, None, &options()).unwrap();
    let written = serde_json::to_value(&loaded.environment).unwrap();
    for (pointer, value) in [
        ("/future", serde_json::json!([1])),
        ("/routes/0/responses/0/later", serde_json::json!(true)),
        (
            "/routes/0/responses/0/rules/0/more",
            serde_json::json!(null),
        ),
    ] {
        assert_eq!(written.pointer(pointer), Some(&value), "{pointer}");
    }
    assert_eq!(loaded.warnings.len(), 3, "{:?}", loaded.warnings);
    assert!(
        written.pointer("/wasmock").is_none(),
        "an empty key is not written"
    );
    let again = parse(&written.to_string(), None, &options()).unwrap();
    assert_eq!(again.environment, loaded.environment);
}

#[test]
fn what_cannot_be_loaded_says_why_and_what_to_do() {
    // (text, in the message, whether `--repair` helps)
    for (text, message, repairable) in [
        ("{ \"routes\": [ }", "this is not JSON", false),
        ("routes: [\n", "this is not YAML", false),
        ("", "the file is empty", false),
        ("[]", "this is not an environment", true),
        ("{}", "none of its fields is known", true),
        (
            "{ \"lastMigration\": 34 }",
            "newer than this program",
            false,
        ),
        (
            "{ \"routes\": [], \"https\": true }",
            "of an old layout",
            true,
        ),
        (
            "{ \"routes\": [{ \"endpoint\": \"a\", \"statusCode\": \"200\", \"body\": \"\" }] }",
            "of an old layout",
            true,
        ),
        (
            "{ \"source\": \"mockoon:1.8.0\", \"data\": [] }",
            "holds 0 environments",
            true,
        ),
    ] {
        let error = parse(text, None, &options()).unwrap_err();
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(
            error
                .problems()
                .iter()
                .all(|problem| problem.line.is_some())
                || text.is_empty()
        );
        let repair = LoadOptions {
            repair: true,
            ..options()
        };
        assert_eq!(parse(text, None, &repair).is_ok(), repairable, "{text}");
    }
}

#[test]
fn layouts() {
    for (last, layout) in [
        ("null", 0),
        ("-5", 0),
        ("\"20\"", 20),
        ("15", 15),
        ("33", 33),
        ("\"x\"", 33),
    ] {
        let text = format!("{{ \"lastMigration\": {last}, \"routes\": [] }}");
        let loaded = parse(&text, None, &options()).unwrap();
        assert_eq!(loaded.origin, Origin::Mockoon { layout }, "{last}");
        assert_eq!(loaded.environment.last_migration, 33, "{last}");
    }
}

#[test]
fn an_export_of_mockoon_1_gives_its_environment() {
    let text = r#"{ "source": "mockoon:1.8.0", "data": [ { "type": "environment", "item": {
        "lastMigration": 10, "prot": 1, "routes": [{ "endpoint": "a", "responses": [
            { "statusCode": "404 - Not Found", "rules": [{ "isRegex": true }] }] }] } } ] }"#;
    let loaded = parse(text, None, &options()).unwrap();
    let response = &loaded.environment.routes[0].responses[0];
    assert_eq!(response.status_code, 404);
    assert!(response.default);
    let unknown = loaded
        .warnings
        .iter()
        .find(|problem| problem.message.contains("prot"));
    assert_eq!(unknown.unwrap().pointer, "/data/0/item/prot");
    assert_eq!(unknown.unwrap().line, Some(2));
}

#[test]
fn validation_lists_everything_at_once_with_its_place() {
    let text = r#"{
  "lastMigration": 33,
  "port": "x",
  "folders": [{ "uuid": "11111111-1111-1111-1111-111111111111", "children": [{ "type": "route", "uuid": "22222222-2222-2222-2222-222222222222" }] }],
  "rootChildren": [{ "type": "folder", "uuid": "11111111-1111-1111-1111-111111111111" }],
  "data": [{ "id": "abcd", "name": "users" }],
  "routes": [
    { "uuid": "a", "endpoint": "x/:", "method": "gte", "responses": [
      { "statusCode": 101, "bodyType": "DATABUCKET", "databucketID": "users",
        "rules": [{ "operator": "equal", "wasmock": { "predicate": "rgex" } }],
        "callbacks": [{ "uuid": "none" }], "wasmock": { "plugin": "mine" } } ] },
    { "uuid": "a", "type": "ws", "endpoint": "s", "streamingMode": "UNICAST", "responses": [{}] }
  ]
}"#;
    let found: Vec<(String, usize, Severity)> = validate(text, None, &options())
        .into_iter()
        .map(|problem| (problem.pointer, problem.line.unwrap(), problem.severity))
        .collect();
    let expected = [
        ("/port", 3, Severity::Error),
        (
            "/routes/0/responses/0/rules/0/operator",
            10,
            Severity::Error,
        ),
        ("/routes/1/uuid", 12, Severity::Error),
        ("/folders/0/children/0", 4, Severity::Warning),
        ("/routes/0", 8, Severity::Warning),
        ("/routes/1", 12, Severity::Warning),
        ("/routes/0/endpoint", 8, Severity::Error),
        ("/routes/0/method", 8, Severity::Warning),
        ("/routes/0/responses/0/statusCode", 9, Severity::Warning),
        ("/routes/0/responses/0/databucketID", 9, Severity::Warning),
        (
            "/routes/0/responses/0/callbacks/0/uuid",
            11,
            Severity::Warning,
        ),
        (
            "/routes/0/responses/0/rules/0/wasmock/predicate",
            10,
            Severity::Error,
        ),
        ("/routes/0/responses/0/wasmock/plugin", 11, Severity::Error),
        ("/routes/1/streamingInterval", 12, Severity::Warning),
    ];
    let expected: Vec<(String, usize, Severity)> = expected
        .into_iter()
        .map(|(pointer, line, severity)| (pointer.to_owned(), line, severity))
        .collect();
    assert_eq!(found, expected);
    let with_plugin = LoadOptions {
        plugins: vec!["mine".to_owned()],
        ..options()
    };
    assert_eq!(validate(text, None, &with_plugin).len(), expected.len() - 1);
}

#[test]
fn validation_knows_what_a_websocket_cannot_do() {
    let text = r#"
routes:
  - type: ws
    endpoint: a
    streamingMode: UNICAST
    streamingInterval: 5
    responses: [{ body: x }]
    wasmock:
      ping: 5
      idleTimeout: 10
      onConnect: { base64: "not base64" }
      timeline: [{ base64: AP8= }, { base64: "?" }, { loop: 0 }, { close: { code: 1005 } }]
"#;
    let found: Vec<(String, Severity)> = validate(text, None, &options())
        .into_iter()
        .map(|problem| (problem.pointer, problem.severity))
        .collect();
    let expected = [
        ("/routes/0/wasmock/ping", Severity::Error),
        ("/routes/0/streamingInterval", Severity::Warning),
        ("/routes/0/wasmock/onConnect/base64", Severity::Error),
        ("/routes/0/wasmock/timeline/1/base64", Severity::Error),
        ("/routes/0/wasmock/timeline/2", Severity::Warning),
        ("/routes/0/wasmock/timeline/3/close/code", Severity::Error),
    ];
    let expected = expected.map(|(place, severity)| (place.to_owned(), severity));
    assert_eq!(found, expected);
}

#[test]
fn a_sidecar_is_merged_and_its_problems_are_found_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    fs::write(
        &path,
        r#"{ "lastMigration": 33, "routes": [{ "method": "post", "endpoint": "orders",
            "responses": [{ "label": "ok" }] }] }"#,
    )
    .unwrap();
    let sidecar = folder.path().join("shop.wasmock.yaml");
    fs::write(
        &sidecar,
        "plugins:\n  - { name: price, path: price.wasm }\nroutes:\n  POST /orders:\n    responses:\n      ok: { plugin: prise }\n  GET /none: {}\n",
    )
    .unwrap();
    let loaded = load(&path, &options()).unwrap();
    assert_eq!(loaded.sidecar.as_deref(), Some(sidecar.as_path()));
    assert_eq!(loaded.directory, folder.path());
    let environment = &loaded.environment;
    assert_eq!(environment.wasmock.plugins[0].path, "price.wasm");
    let plugin = &environment.routes[0].responses[0].wasmock.plugin;
    assert_eq!(plugin.as_deref(), Some("prise"));
    let places: Vec<(SourceFile, Option<usize>, &str)> = loaded
        .warnings
        .iter()
        .map(|problem| (problem.file, problem.line, problem.pointer.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (SourceFile::Sidecar, Some(7), "/routes/GET ~1none"),
            (
                SourceFile::Sidecar,
                Some(6),
                "/routes/POST ~1orders/responses/ok/plugin"
            ),
        ]
    );
    assert!(
        loaded.warnings[1].remedy.contains("`price`"),
        "{:?}",
        loaded.warnings[1]
    );
    let alone = LoadOptions {
        sidecar: false,
        ..options()
    };
    let alone = load(&path, &alone).unwrap();
    assert_eq!(alone.environment.wasmock.plugins, []);
}

#[test]
fn a_split_file_loads_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let text = "routes:\n- endpoint: a\n  responses:\n  - body: x\n    wasmock: { plugin: p }\nwasmock:\n  plugins: [{ name: p, path: p.wasm }]\n";
    let (main, sidecar) = split(text, None).unwrap();
    let path = folder.path().join("file.yml");
    fs::write(&path, &main).unwrap();
    fs::write(folder.path().join("file.wasmock.yaml"), &sidecar).unwrap();
    let loaded = load(&path, &options()).unwrap();
    assert_eq!(loaded.warnings, [], "{main}\n{sidecar}");
    assert_eq!(
        loaded.environment,
        parse(text, None, &options()).unwrap().environment
    );
}

#[test]
fn a_file_that_cannot_be_read_is_another_kind_of_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.json");
    let error = validate_file(&missing, &options()).unwrap_err();
    assert!(error.is_unreadable());
    assert!(error.to_string().contains("missing.json"), "{error}");
    let latin = folder.path().join("latin.json");
    fs::write(&latin, b"{\n \"name\": \"\xe9\" }").unwrap();
    let problems = validate_file(&latin, &options()).unwrap();
    assert_eq!(problems[0].line, Some(2));
}
