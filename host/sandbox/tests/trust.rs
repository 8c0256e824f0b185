//! A plugin reaches what it asked for and the user allowed, and nothing else. Real components,
//! real sockets, real files.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use support::{World, collect_log, component, log, says};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wasmock_exchange::roles::Roles;
use wasmock_exchange::*;
use wasmock_javascript::Value;
use wasmock_sandbox::{Grants, Manifest, Sandbox, Source};

fn allowed(json: &str) -> wasmock_environment::Grants {
    serde_json::from_str(json).unwrap()
}

/// The component, with a manifest if there is one.
fn reach(manifest: &str) -> bytes::Bytes {
    let component = component("reach");
    match manifest {
        "" => component,
        text => {
            let manifest = Manifest::parse(text.as_bytes()).unwrap();
            manifest.put_into(&component).unwrap().into()
        }
    }
}

async fn load(name: &str, manifest: &str, grants: Grants) -> Roles {
    let source = Source {
        name,
        wasm: reach(manifest),
        digest: None,
        configuration: "{}".into(),
        grants,
    };
    let sandbox = Sandbox::new(None).unwrap();
    let plugin = sandbox.load(source).await;
    plugin.unwrap_or_else(|error| panic!("{error}")).roles()
}

struct Fixture {
    world: Arc<World>,
    roles: Roles,
}

impl Fixture {
    async fn new(name: &str, manifest: &str, grants: &str) -> Self {
        Self::in_folder(name, manifest, grants, Path::new("/")).await
    }

    async fn in_folder(name: &str, manifest: &str, grants: &str, folder: &Path) -> Self {
        collect_log();
        Self {
            world: Arc::new(World::new()),
            roles: load(name, manifest, Grants::new(allowed(grants), folder)).await,
        }
    }

    async fn says(&self, what: &str) -> String {
        says(&self.world, &self.roles, what).await
    }
}

/// How many lines of the log hold all of these.
fn logged(parts: &[&str]) -> usize {
    let log = log();
    log.lines()
        .filter(|line| parts.iter().all(|part| line.contains(part)))
        .count()
}

/// A server whose `/to/URL` leads to that address, and whose other paths say hello.
async fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                if path == "/never" {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                }
                let answer = match path.strip_prefix("/to/") {
                    Some(next) => format!(
                        "HTTP/1.1 302 Found\r\nLocation: {next}\r\nContent-Length: 0\r\n\r\n"
                    ),
                    None => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_owned(),
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_are_reached_when_both_say_so() {
    let port = server().await;
    let url = format!("http://localhost:{port}/x");
    let grant = format!(r#"{{ "http": ["localhost:{port}"] }}"#);
    let asks = format!(r#"{{ "asks": {{ "http": ["localhost:{port}"] }} }}"#);

    let both = Fixture::new("both", &asks, &grant).await;
    assert_eq!(both.says(&format!("get {url}")).await, "200 hello");
    // Without a manifest the imports ask.
    let imports = Fixture::new("imports", "", &grant).await;
    assert_eq!(imports.says(&format!("get {url}")).await, "200 hello");

    let silent = Fixture::new("silent", r#"{ "name": "silent" }"#, &grant).await;
    for _ in 0..3 {
        let said = silent.says(&format!("get {url}")).await;
        assert!(said.contains("HttpRequestDenied"), "{said}");
    }
    let parts = [
        "silent",
        "manifest does not ask for it (`http` under `asks`)",
    ];
    assert_eq!(logged(&parts), 1, "{}", log());

    let refused = Fixture::new("refused", &asks, "{}").await;
    for _ in 0..3 {
        let said = refused.says(&format!("get {url}")).await;
        assert!(said.contains("HttpRequestDenied"), "{said}");
    }
    let flag = format!("--grant 'refused:http=localhost:{port}'");
    assert_eq!(logged(&["was refused", &flag]), 1, "{}", log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_spelling_and_no_redirect_leads_to_a_forbidden_host() {
    let (port, other) = (server().await, server().await);
    let grant = format!(r#"{{ "http": ["localhost:{port}", "*", "*:{other}"] }}"#);
    let fixture = Fixture::new("sly", "", &grant).await;
    let granted = format!("http://localhost:{port}");
    assert_eq!(
        fixture
            .says(&format!("follow {granted}/to/{granted}/x"))
            .await,
        "200 hello"
    );
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        // A name that any pattern allows, and that a name server sends to this machine.
        "localhost",
        "LOCALHOST.",
    ] {
        let url = format!("http://{host}:{other}/x");
        for how in [format!("get {url}"), format!("follow {granted}/to/{url}")] {
            let said = fixture.says(&how).await;
            let is_refused = ["HttpRequestDenied", "DestinationIpProhibited"]
                .iter()
                .any(|error| said.contains(error));
            assert!(is_refused, "{how}: {said}");
        }
    }
    let said = fixture
        .says(&format!("get http://localhost:{port}@127.0.0.1:{other}/"))
        .await;
    assert!(said.starts_with("error"), "{said}");
    let flag = format!("--grant 'sly:http=127.0.0.1:{other}'");
    assert!(
        logged(&["localhost", "not a public one", &flag]) == 1,
        "{}",
        log()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_granted_is_reached_in_every_spelling() {
    let port = server().await;
    let grant = format!(r#"{{ "http": ["127.0.0.0/8:{port}", "[::1]:{port}"] }}"#);
    let fixture = Fixture::new("near", "", &grant).await;
    for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]"] {
        let said = fixture.says(&format!("get http://{host}:{port}/")).await;
        assert_eq!(said, "200 hello", "{host}");
    }
    let said = fixture.says("get http://127.0.0.1:1/").await;
    assert!(said.contains("HttpRequestDenied"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer_costs_the_call_and_no_more() {
    let port = server().await;
    let grant = format!(r#"{{ "http": ["localhost:{port}"] }}"#);
    let fixture = Fixture::new("patient", "", &grant).await;
    let said = fixture
        .says(&format!("get http://localhost:{port}/never"))
        .await;
    assert!(said.contains("ConnectionReadTimeout"), "{said}");
    assert_eq!(
        fixture.says(&format!("get http://localhost:{port}/")).await,
        "200 hello"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_sleeps_on_is_ended() {
    let fixture = Fixture::new("sleeper", "", "{}").await;
    assert_eq!(fixture.says("sleep 20").await, "slept");
    let (_, result) = support::ask(&fixture.world, &fixture.roles, "sleep 3600000").await;
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadline);
    assert!(
        failure.to_string().contains("no result after 15 s"),
        "{failure}"
    );
    assert_eq!(fixture.says("sleep 20").await, "slept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_are_seen_as_they_were_granted() {
    let base = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(base.path().join("in")).unwrap();
    std::fs::create_dir_all(base.path().join("out")).unwrap();
    std::fs::write(base.path().join("in/a"), "first").unwrap();
    std::fs::write(base.path().join("secret"), "hidden").unwrap();
    std::os::unix::fs::symlink("../secret", base.path().join("in/up")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", base.path().join("in/absolute")).unwrap();
    std::os::unix::fs::symlink("a", base.path().join("in/inside")).unwrap();

    let grants = r#"{ "read": ["in"], "write": ["out"] }"#;
    let fixture = Fixture::in_folder("files", "", grants, base.path()).await;
    assert_eq!(fixture.says("read in/a").await, r#""first""#);
    assert_eq!(fixture.says("read in/inside").await, r#""first""#);
    assert_eq!(fixture.says("list in").await, r#""a absolute inside up""#);
    assert_eq!(fixture.says("write out/b second").await, "()");
    assert_eq!(fixture.says("read out/b").await, r#""second""#);
    assert_eq!(fixture.says("remove out/b").await, "()");
    for what in [
        "read in/../secret",
        "read in/up",
        "read in/absolute",
        "read secret",
        "read /etc/passwd",
        "read ../../../../etc/passwd",
        "list .",
        "list /",
        "write in/a changed",
        "write in/new text",
        "remove in/a",
        "write out/../secret changed",
    ] {
        let said = fixture.says(what).await;
        assert!(said.starts_with("error"), "{what}: {said}");
    }
    let read = |name: &str| std::fs::read_to_string(base.path().join(name)).unwrap();
    assert_eq!((&*read("secret"), &*read("in/a")), ("hidden", "first"));

    let fixed = Fixture::in_folder("fixed", "", r#"{ "read": ["in"] }"#, base.path()).await;
    for what in ["write in/a changed", "write in/b new", "read in/up"] {
        let said = fixed.says(what).await;
        assert!(said.starts_with("error"), "{what}: {said}");
    }
    let flag = "--grant 'fixed:write=FOLDER'";
    assert_eq!(logged(&["fixed", flag]), 1, "{}", log());

    // A link that the plugin makes itself leads no further.
    let writing = Fixture::in_folder("links", "", r#"{ "write": ["out"] }"#, base.path()).await;
    writing.says("link ../secret up").await;
    writing.says("link /etc/passwd absolute").await;
    for what in ["read out/up", "read out/absolute", "write out/up changed"] {
        let said = writing.says(what).await;
        assert!(said.starts_with("error"), "{what}: {said}");
    }
    assert_eq!(read("secret"), "hidden");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_of_files_is_an_error_and_one_line_with_its_grant() {
    let base = tempfile::tempdir().unwrap();
    for name in ["in", "out"] {
        std::fs::create_dir(base.path().join(name)).unwrap();
        std::fs::write(base.path().join(name).join("a"), "first").unwrap();
    }
    std::fs::write(base.path().join("secret"), "hidden").unwrap();
    std::os::unix::fs::symlink("../secret", base.path().join("in/up")).unwrap();
    for (name, grants, tries, line) in [
        (
            "remover",
            r#"{ "read": ["in"] }"#,
            &["remove in/a", "rename in/a in/b", "make in/c"][..],
            "refused writing in a folder: it is not allowed; --grant 'remover:write=FOLDER'",
        ),
        (
            "renamer",
            r#"{ "read": ["in"] }"#,
            &["rename in/a in/b"],
            "refused writing in a folder: it is not allowed; --grant 'renamer:write=FOLDER'",
        ),
        (
            "peeper",
            r#"{ "read": ["in"] }"#,
            &["read in/up", "read in/../secret", "size in/../secret"],
            "refused reading outside of its folders: it is not allowed; \
             --grant 'peeper:read=FOLDER'",
        ),
        (
            "stranger",
            r#"{ "read": ["in"] }"#,
            &[
                "read secret",
                "read /etc/passwd",
                "list /",
                "size elsewhere/a",
            ],
            "refused reading outside of its folders: it is not allowed; \
             --grant 'stranger:read=FOLDER'",
        ),
        (
            "carrier",
            r#"{ "write": ["out"] }"#,
            &["rename out/a elsewhere/a", "make elsewhere/b"],
            "refused writing outside of its folders: it is not allowed; \
             --grant 'carrier:write=FOLDER'",
        ),
        (
            "climber",
            r#"{ "write": ["out"] }"#,
            &[
                "write out/../secret x",
                "remove out/../secret",
                "rename out/a out/../secret",
            ],
            "refused writing outside of its folders: it is not allowed; \
             --grant 'climber:write=FOLDER'",
        ),
    ] {
        let fixture = Fixture::in_folder(name, "", grants, base.path()).await;
        for what in tries.iter().chain(tries) {
            let said = fixture.says(what).await;
            assert!(said.starts_with("error"), "{what}: {said}");
        }
        assert_eq!(logged(&[line]), 1, "{name}: {}", log());
        assert_eq!(logged(&[&format!("'{name}:")]), 1, "{name}: {}", log());
    }
    let read = |name: &str| std::fs::read_to_string(base.path().join(name)).unwrap();
    assert_eq!(
        ["secret", "in/a", "out/a"].map(read),
        ["hidden", "first", "first"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_without_a_folder_are_an_error_and_a_line_in_the_log() {
    let fixture = Fixture::new("homeless", "", "{}").await;
    for _ in 0..2 {
        let said = fixture.says("read data/a").await;
        assert!(said.starts_with("error"), "{said}");
    }
    assert_eq!(logged(&["--grant 'homeless:read=FOLDER'"]), 1, "{}", log());
    let said = fixture.says("socket 127.0.0.1:80").await;
    assert!(said.starts_with("error"), "{said}");
    let line = ["homeless", "sockets are never granted"];
    assert_eq!(logged(&line), 1, "{said}\n{}", log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn environment_variables_are_granted_by_name() {
    let fixture = Fixture::new("named", "", r#"{ "env": ["PATH"] }"#).await;
    let path = std::env::var("PATH").unwrap();
    assert_eq!(
        fixture.says("env PATH").await,
        format!(r#"Some("{path}") Some("secret")"#)
    );
    assert_eq!(fixture.says("env HOME").await, "None None");
    assert_eq!(logged(&["--grant 'named:env=HOME'"]), 1, "{}", log());
    let silent = Fixture::new("shy", r#"{ "asks": {} }"#, r#"{ "env": ["*"] }"#).await;
    assert_eq!(silent.says("env PATH").await, "None None");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_and_chance_can_be_made_to_stand_still() {
    let grants =
        r#"{ "clock": "frozen", "time": "2001-01-01T00:00:00Z", "random": "seeded", "seed": 4 }"#;
    let (one, two) = (
        Fixture::new("still", "", grants).await,
        Fixture::new("still", "", grants).await,
    );
    assert_eq!(one.says("time").await, "978307200 978307200");
    assert_eq!(one.says("chance").await, two.says("chance").await);
    let free = (
        Fixture::new("free", "", "{}").await,
        Fixture::new("free", "", "{}").await,
    );
    assert_ne!(free.0.says("chance").await, free.1.says("chance").await);
    assert_ne!(free.0.says("time").await, "978307200 978307200");
    let asks = r#"{ "asks": { "clock": "frozen" } }"#;
    let asked = Fixture::new("asked", asks, "{}").await;
    assert_eq!(asked.says("time").await, "1735689600 1735689600");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_and_buckets_are_granted_by_name() {
    let open = Fixture::new("open", "", "{}").await;
    assert_eq!(open.says("variable v text").await, "1");
    assert_eq!(open.says("variable v").await, r#"Value::Text("text")"#);

    let grants = r#"{ "readVariables": ["v"], "writeVariables": ["w"], "readBuckets": ["users"],
        "writeBuckets": [] }"#;
    let strict = Fixture::new("strict", "", grants).await;
    let state = &strict.world.state;
    for (space, name) in [
        (Space::Variable, "v"),
        (Space::Bucket, "b1"),
        (Space::Bucket, "b2"),
    ] {
        let text = Operation::Set(Value::text("there"));
        state.update(space, name, "", text).await.unwrap();
    }
    assert_eq!(strict.says("variable v").await, r#"Value::Text("there")"#);
    assert_eq!(strict.says("bucket users").await, r#"Value::Text("there")"#);
    assert_eq!(strict.says("variable w text").await, "1");
    assert_eq!(
        strict.says("bucket-source b1").await,
        r#"Some("source of users")"#
    );
    for what in [
        "variable w",
        "variable v text",
        "bucket secrets",
        "bucket b2",
        "bucket users x",
    ] {
        let said = strict.says(what).await;
        assert!(said.contains("error: Failure::Denied"), "{what}: {said}");
    }
    assert_eq!(strict.says("variable-version w").await, "0");
    assert_eq!(strict.says("bucket-source b2").await, "None");
    assert_eq!(
        logged(&["--grant 'strict:readBuckets=secrets'"]),
        1,
        "{}",
        log()
    );
    assert_eq!(
        logged(&["--grant 'strict:writeVariables=v'"]),
        1,
        "{}",
        log()
    );

    let modest = Fixture::new("modest", r#"{ "asks": { "readVariables": ["v"] } }"#, "{}").await;
    assert!(modest.says("variable v text").await.contains("Denied"));
    assert_eq!(modest.says("variable v").await, "Value::Undefined");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_built_in_plugin_does_no_more_for_another_than_that_one_may() {
    collect_log();
    let world = Arc::new(World::new());
    let built_in = load("deputy", "", Grants::built_in(vec!["MOCKOON_*".into()])).await;
    let _ = world.helpers.set(built_in.helpers.clone().unwrap());
    let strict = Grants::new(allowed(r#"{ "readVariables": ["v"] }"#), Path::new("/"));
    let strict = load("caller", "", strict).await;
    // By itself it may, and for one that may too.
    assert_eq!(
        says(&world, &built_in, "variable w").await,
        "Value::Undefined"
    );
    assert_eq!(
        says(&world, &built_in, "env MOCKOON_X").await,
        r#"None Some("secret")"#
    );
    assert!(
        says(&world, &strict, "ask variable v")
            .await
            .contains("Undefined")
    );
    // Not for one that may not.
    assert!(
        says(&world, &strict, "ask variable w")
            .await
            .contains("Denied")
    );
    assert!(
        says(&world, &strict, "ask env MOCKOON_X")
            .await
            .contains("None None")
    );
    assert_eq!(logged(&["--grant 'caller:env=MOCKOON_X'"]), 1, "{}", log());
    // And afterwards all is as it was.
    assert_eq!(
        says(&world, &built_in, "variable w").await,
        "Value::Undefined"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_the_private_state_of_another() {
    let world = Arc::new(World::new());
    let one = load("one", "", Grants::default()).await;
    assert_eq!(says(&world, &one, "private key mine").await, "1");
    assert_eq!(
        says(&world, &one, "private key").await,
        r#"Value::Text("mine")"#
    );
    for name in ["two", "on", "one/", "One", "one\u{0}", ""] {
        let other = load(name, "", Grants::default()).await;
        for key in [
            "key",
            "one/key",
            "ekey",
            "../one/key",
            "one\u{0}key",
            "/key",
        ] {
            let said = says(&world, &other, &format!("private {key}")).await;
            assert_eq!(said, "Value::Undefined", "{name} {key}");
            assert!(
                !says(&world, &other, &format!("variable {key}"))
                    .await
                    .contains("mine")
            );
        }
    }
    assert_eq!(
        says(&world, &one, "private key").await,
        r#"Value::Text("mine")"#
    );
}
