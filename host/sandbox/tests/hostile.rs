//! A plugin that misbehaves costs its own exchange a clear error, and nothing else.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]

use std::sync::Arc;
use std::time::Duration;

use wasmock_exchange::roles::Roles;
use wasmock_exchange::*;
use wasmock_sandbox::{Grants, Sandbox, Source};

mod support;

use support::World;

/// The component, built once.
fn component() -> bytes::Bytes {
    support::component("hostile")
}

struct Fixture {
    world: Arc<World>,
    roles: Roles,
}

impl Fixture {
    async fn new() -> Self {
        Self::within(World::new()).await
    }

    async fn within(world: World) -> Self {
        let sandbox = Sandbox::new(None).unwrap();
        let wasm = component();
        let source = Source {
            name: "hostile",
            wasm,
            digest: None,
            configuration: "{}".into(),
            grants: Grants::default(),
        };
        let roles = sandbox.load(source).await.unwrap().roles();
        let world = Arc::new(world);
        let _ = world.helpers.set(roles.helpers.clone().unwrap());
        Self { world, roles }
    }

    fn ask(&self, what: &str) -> BoxFuture<(Call, Result<(), Failure>)> {
        support::ask(&self.world, &self.roles, what)
    }

    async fn says(&self, what: &str) -> String {
        support::says(&self.world, &self.roles, what).await
    }

    async fn fails(&self, what: &str) -> Failure {
        let failure = self.ask(what).await.1.expect_err(what);
        assert_eq!(self.says("behave").await, "well", "after {what}");
        failure
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_in_dev_mode_a_caller_learns_how_a_helper_failed() {
    let world = World {
        dev: false,
        ..World::new()
    };
    let failure = Fixture::within(world).await.fails("circle").await;
    assert_eq!(failure.message, "a plugin failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_misbehaviour_is_a_clear_failure() {
    let fixture = Fixture::new().await;
    for (what, kind, words) in [
        ("spin", FailureKind::Deadline, "ran for more than 200 ms"),
        ("allocate", FailureKind::Trapped, "out of memory at 256 MiB"),
        ("panic", FailureKind::Trapped, "the author's own words"),
        ("return 100 MB", FailureKind::Trapped, "larger than 64 MiB"),
        (
            "overflow the stack",
            FailureKind::Trapped,
            "stack overflowed",
        ),
        ("circle", FailureKind::Answered, "nested more than 8 deep"),
        ("nonsense", FailureKind::Answered, "what is `nonsense`?"),
    ] {
        let failure = fixture.fails(what).await;
        assert_eq!(failure.kind, kind, "{what}: {failure}");
        let text = failure.to_string();
        assert!(text.contains(words), "{what}: {text}");
        assert!(
            text.contains("hostile") && text.contains("responder.respond"),
            "{what}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_the_machine_is_granted() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.says("file").await, "true");
    assert_eq!(fixture.says("environment").await, "0");
    assert_eq!(fixture.says("socket").await, "true true");
    assert_eq!(fixture.says("print").await, "printed");
    assert_eq!(fixture.says("log").await, "logged");
    assert_eq!(fixture.says("sleep").await, "slept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spinning_guests_do_not_delay_others() {
    // Two hold both workers, twenty-four all instances there may be, if they are let.
    for count in [2, 24] {
        spin(count).await;
    }
}

async fn spin(count: usize) {
    let fixture = Arc::new(Fixture::new().await);
    let spinning: Vec<_> = (0..count)
        .map(|_| tokio::spawn(fixture.ask("spin")))
        .collect();
    let mut waits = Vec::new();
    while !spinning.iter().all(tokio::task::JoinHandle::is_finished) {
        let began = Clock::instant();
        assert_eq!(fixture.says("behave").await, "well");
        waits.push(began.elapsed());
        tokio::task::yield_now().await;
    }
    // With both workers held, one or two calls would get through, after 200 ms each. A turn is
    // 1 ms; the rest is room for a busy machine.
    waits.sort();
    let median = waits[waits.len() / 2];
    assert!(
        waits.len() > 20 && median < Duration::from_millis(50),
        "beside {count}: {} calls, {median:?}",
        waits.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_in_the_middle_cost_nothing() {
    let fixture = Fixture::new().await;
    for _ in 0..1000 {
        let mut call = fixture.ask("spin a little");
        let waker = std::task::Waker::noop();
        let _ = call
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        drop(call);
    }
    // The calls go on in tasks of their own; a new one waits for its turn and is answered.
    loop {
        match fixture.ask("behave").await {
            (_, Ok(())) => break,
            (_, Err(failure)) => assert_eq!(failure.kind, FailureKind::Busy, "{failure}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_wait_for_one_slow_plugin() {
    let fixture = Fixture::new().await;
    let calls: Vec<_> = (0..5000)
        .map(|_| tokio::spawn(fixture.ask("behave")))
        .collect();
    for call in calls {
        let (call, result) = call.await.unwrap();
        result.unwrap();
        assert_eq!(call.answer.bytes(), b"well");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grown_instance_is_replaced() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.says("grow").await, "grew");
    assert_eq!(fixture.says("behave").await, "well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_predicate_that_spins_has_less_time() {
    let fixture = Fixture::new().await;
    let call = Call::without_exchange(fixture.world.clone());
    let failure = fixture
        .roles
        .predicate
        .as_ref()
        .unwrap()
        .test(call)
        .await
        .1
        .unwrap_err();
    assert!(failure.to_string().contains("more than 50 ms"), "{failure}");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_everything_that_is_wrong() {
    let sandbox = Sandbox::new(None).unwrap();
    for (wasm, words) in [
        (b"not wasm at all".to_vec(), "text file"),
        (wat::parse_str("(module)").unwrap(), "core module"),
        (wat::parse_str("(component)").unwrap(), "exports no role"),
        (component()[..1000].to_vec(), "damaged or not valid"),
    ] {
        let source = Source {
            name: "bad",
            wasm: wasm.into(),
            digest: None,
            configuration: "{}".into(),
            grants: Grants::default(),
        };
        let error = sandbox.load(source).await.unwrap_err().to_string();
        assert!(
            error.contains("plugin `bad` cannot be loaded") && error.contains(words),
            "{error}"
        );
    }
}
