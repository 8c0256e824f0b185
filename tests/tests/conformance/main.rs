//! The WebSocket protocol, byte by byte, as tables: what is sent, and exactly what comes back.
//!
//! Autobahn's groups are all here (framing, pings, reserved bits, opcodes, fragments, UTF-8, close
//! handshakes, limits), and beside them masks, lengths, opening handshakes and ends of TCP. Every
//! case has a connection of its own and one right answer: the frames in order, the close code or
//! HTTP status, and whether the socket ends in order. `cargo test --test conformance -- --nocapture`
//! prints how many cases there are.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

mod case;
mod closing;
mod ends;
mod fragments;
mod framing;
mod handshakes;
mod utf8;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use case::Case;
use serde_json::json;
use wasmock_tests::mock::Mock;

/// Cases that run at the same time.
const LANES: usize = 8;

/// The suite that the project measured other servers with has so many; ours is not smaller.
const AT_LEAST: usize = 625;

fn mock() -> Mock {
    Mock::start(
        &json!({
            "routes": [
                { "WS echo": "{{body}}" },
                { "route": "WS binary", "responses": [{ "body": "{{body}}", "wasmock": { "binary": "text" } }] },
                { "WS fixed": "taken" },
                { "WS late": { "body": "late", "latency": 60_000 } },
                { "route": "WS spoken", "responses": ["{{body}}"], "wasmock": { "subprotocols": ["v2.chat", "v1.chat"] } },
                { "WS rooms/:room": "{{urlParam 'room'}}" },
                { "GET echo": "http" }
            ]
        }),
        &[],
    )
}

#[test]
fn every_case_has_its_exact_answer() {
    let mock = mock();
    let cases: Vec<Case> = [
        framing::cases(),
        fragments::cases(),
        utf8::cases(),
        closing::cases(),
        handshakes::cases(),
        ends::cases(),
    ]
    .concat();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(found) = case.run(mock.port) {
                        wrong
                            .lock()
                            .unwrap()
                            .push(format!("{}: {found}", case.name));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    eprintln!(
        "WebSocket conformance: {} cases, {} right",
        cases.len(),
        cases.len() - wrong.len()
    );
    assert!(cases.len() >= AT_LEAST, "{} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
