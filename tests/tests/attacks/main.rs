//! Clients that mean harm. Each attack is a test: while it runs, three well-behaved clients (a
//! conversation, a broadcast, HTTP) must get every answer, every message without a gap, and in
//! time; afterwards the server's descriptors and memory come back.
//!
//! `cargo test --test attacks -- --nocapture` prints what the others noticed. With
//! `HOSTILE_STRICT=1` they may notice 10 % and 5 ms at their 99th percentile; without it the bound
//! is wider, because the attacker and the tests share the server's cores.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

mod bystanders;
mod client;
mod floods;
mod heavy;
mod slow;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use wasmock_tests::mock::Mock;
use wasmock_tests::server::wait_until;

use bystanders::Bystanders;

/// How long the server may take to let go of what an attack left behind.
const RECOVERS: Duration = Duration::from_secs(20);
/// What an allocator may keep of a peak.
const KEPT: u64 = 96 << 20;

/// Attacks that need the machine run one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that grows by one with each message made, so that a gap shows.
const COUNT: &str = "{{setGlobalVar 'n' (add (getGlobalVar 'n' '' 0) 1)}}{{getGlobalVar 'n'}}";

fn mock() -> Mock {
    let bomb = "{{#repeat 1000000}}{{#repeat 1000000}}boom {{faker 'lorem.paragraph'}}{{/repeat}}{{/repeat}}";
    let growing = "{{#repeat 1000000}}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{/repeat}}";
    Mock::start(
        &json!({
            "routes": [
                { "WS echo": "{{body}}" },
                { "route": "WS count", "streamingMode": "BROADCAST", "streamingInterval": 10, "responses": [COUNT] },
                { "route": "WS loud", "streamingMode": "BROADCAST", "streamingInterval": 10, "responses": ["x".repeat(20_000)] },
                { "route": "WS own", "streamingMode": "UNICAST", "streamingInterval": 10, "responses": ["x".repeat(20_000)] },
                { "WS json": [
                    { "body": "hit", "rules": [["body", "a.b", "equals", "1"]] },
                    { "body": "missed", "default": true }
                ] },
                { "WS bomb": [
                    { "body": bomb, "rules": [["body", "", "equals", "time"]] },
                    { "body": growing, "rules": [["body", "", "equals", "size"]] },
                    { "body": "harmless", "default": true }
                ] },
                { "WS regex": [
                    { "body": "linear", "rules": [["body", "", "regex", "^l(a+)+$"]] },
                    { "body": "backtracking", "rules": [["body", "", "regex", "^b(?=(a+)+$)"]] },
                    { "body": "no match", "default": true }
                ] },
                { "GET page": "page" },
                { "POST post": "{{body}}" }
            ]
        }),
        &[],
    )
}

/// Runs an attack beside the others and sees that the server gets over it.
fn attack(name: &str, harm: impl FnOnce(&Mock)) {
    let mut mock = mock();
    // What is only needed once, such as instances of plugins, is not the attack's.
    Bystanders::watch(&mock, || std::thread::sleep(Duration::from_millis(500)));
    let quiet = Bystanders::watch(&mock, || std::thread::sleep(Duration::from_secs(1)));
    let (descriptors, memory) = (descriptors(&mock), memory(&mock));
    let seen = Bystanders::watch(&mock, || harm(&mock));
    assert!(mock.server.is_running(), "{name}: {}", mock.server.output());
    let back = wait_until(RECOVERS, || {
        self::descriptors(&mock) <= descriptors && self::memory(&mock) <= memory + KEPT
    });
    eprintln!(
        "{name}: p99 {:?} (quiet {:?}), slowest {:?}, {} answers; memory {} -> {} MiB, descriptors {} -> {}",
        seen.percentile(99),
        quiet.percentile(99),
        seen.percentile(100),
        seen.len(),
        memory >> 20,
        self::memory(&mock) >> 20,
        descriptors,
        self::descriptors(&mock),
    );
    assert!(
        back,
        "{name}: memory {memory} -> {}, descriptors {descriptors} -> {}",
        self::memory(&mock),
        self::descriptors(&mock)
    );
    let strict = std::env::var_os("HOSTILE_STRICT").is_some();
    let more = Duration::from_millis(if strict { 5 } else { 400 });
    let allowed = quiet.percentile(99).mul_f64(1.1) + more;
    assert!(
        seen.percentile(99) <= allowed,
        "{name}: p99 {:?}, allowed {allowed:?}",
        seen.percentile(99)
    );
}

fn descriptors(mock: &Mock) -> usize {
    let folder = format!("/proc/{}/fd", mock.server.id());
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Resident bytes.
fn memory(mock: &Mock) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", mock.server.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) << 10
}
