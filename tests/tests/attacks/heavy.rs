//! Clients whose messages are a lot of work: templates, regular expressions and JSON that never
//! end. What is too much ends at a limit, with an answer, and the connection stays.

use std::thread;
use std::time::Duration;

use wasmock_tests::mock::Mock;
use wasmock_tests::websocket::{Frame, Socket};

use crate::{alone, attack};

const PATIENCE: Duration = Duration::from_secs(60);

fn ask(socket: &mut Socket, text: &str) -> String {
    socket.send_text(text);
    match socket.receive(PATIENCE) {
        Some(Frame::Text(answer)) => answer,
        other => panic!("wanted an answer, got {other:?}"),
    }
}

/// Several clients at once, each with its own connection.
fn together(mock: &Mock, path: &str, count: usize, each: impl Fn(&mut Socket) + Sync) {
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| each(&mut mock.websocket(path)));
        }
    });
}

#[test]
fn template_bombs() {
    let _alone = alone();
    attack("template bombs from 8 clients", |mock| {
        together(mock, "/bomb", 8, |socket| {
            for bomb in ["time", "size", "time"] {
                let answer = ask(socket, bomb);
                let start: String = answer.chars().take(80).collect();
                assert!(
                    answer.starts_with("Error while serving the content"),
                    "{bomb}: {start}"
                );
                assert_eq!(ask(socket, "another"), "harmless");
            }
        });
    });
}

#[test]
fn regex_bombs() {
    let _alone = alone();
    attack("regex bombs from 8 clients", |mock| {
        let long = "a".repeat(50_000);
        together(mock, "/regex", 8, |socket| {
            for _ in 0..3 {
                assert_eq!(ask(socket, &format!("l{long}")), "linear");
                assert_eq!(ask(socket, &format!("l{long}!")), "no match");
                // Without a bound it would run for longer than the world is old.
                assert_eq!(ask(socket, &format!("b{}!", &long[..60])), "no match");
                assert_eq!(ask(socket, "baaa"), "backtracking");
            }
        });
    });
}

fn json_socket(mock: &Mock) -> Socket {
    let header = ("Content-Type".to_owned(), "application/json".to_owned());
    Socket::open(mock.port, "/json", &[header]).unwrap()
}

#[test]
fn json_of_a_hundred_thousand_levels() {
    let _alone = alone();
    attack("JSON of 100,000 levels", |mock| {
        let lists = "[".repeat(100_000) + &"]".repeat(100_000);
        let objects = r#"{"a":"#.repeat(100_000) + "1" + &"}".repeat(100_000);
        let open = "[".repeat(100_000);
        let mut socket = json_socket(mock);
        for _ in 0..5 {
            for text in [&lists, &objects, &open] {
                // Too deep to be read: a text, for which no path holds.
                assert_eq!(ask(&mut socket, text), "missed");
            }
            assert_eq!(ask(&mut socket, r#"{"a":{"b":1}}"#), "hit");
        }
    });
}

#[test]
fn json_of_fifty_megabytes() {
    let _alone = alone();
    attack("JSON of 50 MB, three times", |mock| {
        let items = r#"{"name":"some name","value":12345.5},"#.repeat(1_300_000);
        let text = format!(r#"{{"items":[{items}0],"a":{{"b":1}}}}"#);
        assert!(text.len() > 48_000_000);
        let mut socket = json_socket(mock);
        for _ in 0..3 {
            assert_eq!(ask(&mut socket, &text), "hit");
        }
    });
}
