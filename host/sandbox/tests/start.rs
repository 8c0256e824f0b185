//! Plugins that do not start, or not as they should: each gets a sentence of its own, and the
//! server is none the worse for it.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use support::{World, ask, collect_log, component, log, says};
use wasmock_exchange::Clock;
use wasmock_sandbox::{Grants, LoadError, Manifest, Plugin, Sandbox, Source};

async fn load(
    sandbox: &Sandbox,
    wasm: bytes::Bytes,
    configuration: &str,
    grants: Grants,
) -> Result<Arc<Plugin>, LoadError> {
    let source = Source {
        name: "late",
        wasm,
        digest: None,
        configuration: configuration.into(),
        grants,
    };
    sandbox.load(source).await
}

async fn problem(configuration: &str) -> String {
    let sandbox = Sandbox::new(None).unwrap();
    let loaded = load(
        &sandbox,
        component("reach"),
        configuration,
        Grants::default(),
    )
    .await;
    loaded.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_says_how() {
    for (configuration, words) in [
        (
            r#"{ "start": "panic" }"#,
            "it does not start: it panicked or aborted",
        ),
        (r#"{ "start": "panic" }"#, "not today"),
        (
            r#"{ "start": "grow" }"#,
            "it does not start: it ran out of memory at 256 MiB",
        ),
        (
            r#"{ "start": "refuse" }"#,
            "it refuses its configuration: I do not like it",
        ),
    ] {
        let problem = problem(configuration).await;
        assert!(problem.contains(words), "{configuration}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_computes_without_end_is_stopped() {
    let said = problem(r#"{ "start": "spin" }"#).await;
    // On a busy machine its time on the clock is over before its running time.
    let is_stopped = ["ran for more than 10000 ms", "did not start within 30 s"]
        .iter()
        .any(|words| said.contains(words));
    assert!(is_stopped, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_takes_half_a_minute_is_given_up() {
    let began = Clock::instant();
    let problem = problem(r#"{ "start": "sleep" }"#).await;
    assert!(
        problem.contains("it did not start within 30 s"),
        "{problem}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_does_not_match_is_refused_with_its_place() {
    // By the schema that the component describes.
    let said = problem(r#"{ "start": 7 }"#).await;
    assert!(
        said.contains("does not match its schema at `/start`: expected a text, found a number"),
        "{said}"
    );
    // By the schema of its manifest, before it is started at all.
    let manifest = r#"{ "configuration": {
        "type": "object", "required": ["rates"],
        "properties": { "rates": { "type": "array", "items": { "type": "number" } } }
    } }"#;
    let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
    let wasm = bytes::Bytes::from(manifest.put_into(&component("reach")).unwrap());
    let sandbox = Sandbox::new(None).unwrap();
    for (configuration, words) in [
        (r#"{ "start": "spin" }"#, "its schema: `rates` is missing"),
        (
            r#"{ "rates": [1, "2"] }"#,
            "its schema at `/rates/1`: expected a number, found a text",
        ),
    ] {
        let loaded = load(&sandbox, wasm.clone(), configuration, Grants::default()).await;
        let said = loaded.unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
    let fits = load(&sandbox, wasm, r#"{ "rates": [1] }"#, Grants::default()).await;
    assert!(fits.is_ok(), "{fits:?}");
    // A schema that is none.
    let manifest = Manifest::parse(br#"{ "configuration": { "type": "rates" } }"#).unwrap();
    let wasm = manifest.put_into(&component("reach")).unwrap().into();
    let loaded = load(&sandbox, wasm, "{}", Grants::default()).await;
    let said = loaded.unwrap_err().to_string();
    assert!(
        said.contains("the schema that it gives for its configuration is wrong"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manifest_that_is_garbage_is_refused() {
    let sandbox = Sandbox::new(None).unwrap();
    let mut wasm = Manifest::default().put_into(&component("reach")).unwrap();
    let length = wasm.len();
    wasm[length - 1] = b'!';
    let loaded = load(&sandbox, wasm.into(), "{}", Grants::default()).await;
    let said = loaded.unwrap_err().to_string();
    assert!(said.contains("its manifest cannot be read"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_without_end_is_refused_before_it_is_compiled() {
    let sandbox = Sandbox::new(None).unwrap();
    let mut wasm = component("reach").to_vec();
    wasm.resize((256 << 20) + 1, 0);
    let loaded = load(&sandbox, wasm.into(), "{}", Grants::default()).await;
    let said = loaded.unwrap_err().to_string();
    assert!(said.contains("more than 256 MiB are not loaded"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn granted_folders_that_cannot_be_used_are_named() {
    let base = tempfile::tempdir().unwrap();
    std::fs::write(base.path().join("file"), "").unwrap();
    let sandbox = Sandbox::new(None).unwrap();
    for name in ["missing", "file", "file/below"] {
        let allowed = format!(r#"{{ "read": ["{name}"] }}"#);
        let grants = Grants::new(serde_json::from_str(&allowed).unwrap(), base.path());
        let loaded = load(&sandbox, component("reach"), "{}", grants).await;
        let said = loaded.unwrap_err().to_string();
        assert!(
            said.contains(&format!("{name} is granted, but cannot be used")),
            "{said}"
        );
    }
}

/// Asks until the answer has these words; each try fails fast, and a minute is given up.
async fn until(world: &Arc<World>, plugin: &Arc<Plugin>, words: &str) -> String {
    let began = Clock::instant();
    loop {
        let said = match ask(world, &plugin.roles(), "variable x").await {
            (_, Err(failure)) => failure.to_string(),
            (call, Ok(())) => String::from_utf8_lossy(call.answer.bytes()).into_owned(),
        };
        if said.contains(words) {
            return said;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "still {said}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_never_starts_again_is_paused_and_then_left_alone() {
    collect_log();
    let base = tempfile::tempdir().unwrap();
    std::fs::create_dir(base.path().join("data")).unwrap();
    let ready = base.path().join("data/ready");
    std::fs::write(&ready, "").unwrap();
    let grants = || {
        let allowed = serde_json::from_str(r#"{ "read": ["data"] }"#).unwrap();
        Grants::new(allowed, Path::new(base.path()))
    };
    let (sandbox, world) = (Sandbox::new(None).unwrap(), Arc::new(World::new()));
    let file = r#"{ "start": "file" }"#;
    let plugin = load(&sandbox, component("reach"), file, grants())
        .await
        .unwrap();
    let roles = plugin.roles();
    let trouble = || roles.health.as_ref().unwrap().trouble();
    assert_eq!(says(&world, &roles, "variable x").await, "Value::Undefined");
    assert_eq!(trouble(), None);

    // It fails once, and is well again after the pause.
    std::fs::remove_file(&ready).unwrap();
    ask(&world, &roles, "die").await.1.unwrap_err();
    let said = until(&world, &plugin, "data/ready is not there").await;
    assert!(said.contains("it does not start"), "{said}");
    let said = until(&world, &plugin, "nothing is tried for a moment").await;
    assert!(said.contains("data/ready is not there"), "{said}");
    assert!(trouble().is_some());
    std::fs::write(&ready, "").unwrap();
    until(&world, &plugin, "Value::Undefined").await;
    assert_eq!(trouble(), None);

    // It fails for good.
    std::fs::remove_file(&ready).unwrap();
    ask(&world, &roles, "die").await.1.unwrap_err();
    until(&world, &plugin, "it is in quarantine after 8 failed starts").await;
    assert!(trouble().unwrap().contains("until it is loaded again"));
    assert_eq!(
        log().matches("is not started any more").count(),
        1,
        "{}",
        log()
    );
    std::fs::write(&ready, "").unwrap();
    let (_, result) = ask(&world, &roles, "variable x").await;
    assert!(result.unwrap_err().to_string().contains("quarantine"));
    let again = load(&sandbox, component("reach"), file, grants())
        .await
        .unwrap();
    assert_eq!(
        says(&world, &again.roles(), "variable x").await,
        "Value::Undefined"
    );
}
