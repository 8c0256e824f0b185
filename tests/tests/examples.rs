//! The example of every kind of WebSocket route does what its comment says.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use wasmock_tests::server::{Server, binary, free_port};
use wasmock_tests::websocket::{Frame, Socket};

const SOON: Duration = Duration::from_secs(5);

struct Example {
    port: u16,
    _server: Server,
}

impl Example {
    fn start() -> Self {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/environments/websockets.yaml");
        let port = free_port();
        let mut command = Command::new(binary().unwrap());
        command
            .arg("serve")
            .arg(file)
            .args(["--disable-admin-api", "--port", &port.to_string()]);
        Self {
            port,
            _server: Server::run(command, &[port]).unwrap(),
        }
    }

    fn open(&self, path: &str) -> Socket {
        Socket::open(self.port, path, &[]).unwrap()
    }
}

fn text(socket: &mut Socket) -> String {
    match socket.receive(SOON) {
        Some(Frame::Text(text)) => text,
        other => panic!("wanted a text, got {other:?}"),
    }
}

#[test]
fn a_conversation() {
    let example = Example::start();
    let mut socket = example.open("/conversation");
    socket.send_text(r#"{"type":"ping","number":7}"#);
    assert_eq!(text(&mut socket), r#"{"type": "pong", "number": 7 }"#);
    socket.send_text("hello");
    assert_eq!(text(&mut socket), "you said hello");
}

#[test]
fn a_countdown_for_each_client() {
    let example = Example::start();
    let began = Instant::now();
    let mut first = example.open("/countdown");
    assert_eq!(text(&mut first), "3");
    let mut second = example.open("/countdown");
    let all: Vec<String> = (0..4).map(|_| text(&mut second)).collect();
    assert_eq!(all, ["3", "2", "1", "lift-off"]);
    assert!(began.elapsed() >= Duration::from_millis(2450));
}

#[test]
fn a_price_ticker_that_is_the_same_for_all() {
    let example = Example::start();
    let (mut one, mut two) = (example.open("/ticker"), example.open("/ticker"));
    let heard = text(&mut two);
    let price = heard
        .strip_prefix(r#"{"symbol": "WASM", "price": "#)
        .and_then(|rest| rest.strip_suffix(" }"))
        .unwrap_or_else(|| panic!("{heard}"));
    assert!((10.0..=20.0).contains(&price.parse::<f64>().unwrap()));
    let mut first = text(&mut one);
    while first != heard {
        first = text(&mut one);
    }
    assert_eq!(text(&mut one), text(&mut two));
}

#[test]
fn a_chat_room() {
    let example = Example::start();
    let mut ann = example.open("/rooms/lobby");
    let mut bob = example.open("/rooms/lobby");
    let mut eve = example.open("/rooms/other");
    // Whoever has been answered a ping has joined.
    for socket in [&mut ann, &mut bob, &mut eve] {
        socket.send_ping(b"");
        assert_eq!(socket.receive(SOON), Some(Frame::Pong(vec![])));
    }
    ann.send_text("hello");
    assert_eq!(text(&mut bob), "hello");
    bob.send_text("hi");
    assert_eq!(text(&mut ann), "hi", "and not one's own message");
    eve.send_ping(b"still");
    assert_eq!(eve.receive(SOON), Some(Frame::Pong(b"still".to_vec())));
}

#[test]
fn a_scripted_timeline() {
    let example = Example::start();
    let mut socket = example.open("/order");
    assert_eq!(text(&mut socket), r#"{"status":"received"}"#);
    assert_eq!(text(&mut socket), r#"{"status":"paid"}"#);
    socket.send_text("wait");
    socket.send_text("ship");
    assert_eq!(text(&mut socket), r#"{"status":"shipped"}"#);
    assert_eq!(socket.receive(SOON), Some(Frame::Close(1000)));
}

#[test]
fn a_route_for_those_who_bring_a_token() {
    let example = Example::start();
    let refused = Socket::open(example.port, "/private", &[]).unwrap_err();
    let refused = refused.unwrap();
    assert_eq!(
        (refused.status, refused.text().as_str()),
        (401, "a token, please")
    );
    let offer = ("Sec-WebSocket-Protocol".to_owned(), "v1.private".to_owned());
    let mut socket = Socket::open(example.port, "/private?token=t", &[offer]).unwrap();
    assert_eq!(
        socket.reply.header("sec-websocket-protocol"),
        Some("v1.private")
    );
    socket.send_text("x");
    assert_eq!(text(&mut socket), "welcome");
}
