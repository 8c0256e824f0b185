//! WebSocket connections: what the documentation promises, and what clients do to it.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wasmock_tests::{
    mock::Mock,
    server::{Server, binary, free_port, wait_until},
    websocket::{Frame, Socket, frame},
};

const SOON: Duration = Duration::from_secs(2);

fn chat() -> Mock {
    Mock::start(
        &json!({
            "routes": [
                { "WS echo": "{{body}}" },
                { "WS slow": { "body": "{{body}}", "latency": 400 } },
                { "WS mixed": [
                    { "body": "late {{body}}", "latency": 200, "rules": [["body", "", "equals", "slow"]] },
                    { "body": "soon {{body}}", "default": true }
                ] },
                { "WS broken": [
                    { "body": "regex", "rules": [["body", "", "regex", "(["]] },
                    { "body": "{{toFixed 1 101}}", "rules": [["body", "", "equals", "throw"]] },
                    { "body": "fine {{body}}", "default": true }
                ] },
                { "route": "WS ticks", "streamingMode": "BROADCAST", "streamingInterval": 20, "responseMode": "SEQUENTIAL",
                  "responses": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] },
                { "route": "WS own", "streamingMode": "UNICAST", "streamingInterval": 20, "responseMode": "SEQUENTIAL",
                  "responses": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] }
            ]
        }),
        &[],
    )
}

#[test]
fn answers_leave_in_the_order_of_the_messages() {
    let mock = chat();
    let mut socket = mock.websocket("/mixed");
    socket.send_text("slow");
    socket.send_text("quick");
    assert_eq!([socket.text(), socket.text()], ["late slow", "soon quick"]);
}

#[test]
fn latencies_of_waiting_messages_run_side_by_side() {
    let mock = chat();
    let mut socket = mock.websocket("/slow");
    let start = Instant::now();
    for n in 0..5 {
        socket.send_text(&n.to_string());
    }
    let got: Vec<String> = (0..5).map(|_| socket.text()).collect();
    assert_eq!(got, ["0", "1", "2", "3", "4"]);
    let took = start.elapsed();
    assert!(
        took >= Duration::from_millis(390) && took < Duration::from_millis(1200),
        "five messages took {took:?}"
    );
}

#[test]
fn three_hundred_messages_get_three_hundred_answers() {
    let mock = chat();
    let mut socket = mock.websocket("/echo");
    for n in 0..300 {
        socket.send_text(&format!("message {n}"));
    }
    for n in 0..300 {
        assert_eq!(socket.text(), format!("message {n}"));
    }
}

#[test]
fn errors_are_answered_and_the_connection_stays() {
    let mock = chat();
    let mut socket = mock.websocket("/broken");
    socket.send_text("throw");
    let text = socket.text();
    assert!(
        text.contains("toFixed() digits argument must be between 0 and 100"),
        "{text}"
    );
    socket.send_text("next");
    assert_eq!(socket.text(), "fine next");
}

#[test]
fn pings_fragments_and_binary_messages() {
    let mock = chat();
    let mut socket = mock.websocket("/echo");
    socket.send_ping(b"are you there");
    assert_eq!(
        socket.receive(SOON),
        Some(Frame::Pong(b"are you there".to_vec()))
    );
    socket.send_raw(&frame(0x01, "fra".as_bytes(), true));
    socket.send_raw(&frame(0x00, "gmen".as_bytes(), true));
    socket.send_ping(b"between");
    socket.send_raw(&frame(0x80, "ts é".as_bytes(), true));
    assert_eq!(socket.receive(SOON), Some(Frame::Pong(b"between".to_vec())));
    assert_eq!(socket.text(), "fragments é");
    socket.send_binary(b"bytes");
    assert_eq!(socket.text(), "bytes");
    let long = "x".repeat(200_000);
    socket.send_text(&long);
    assert_eq!(socket.text().len(), long.len());
}

#[test]
fn broken_frames_close_with_their_code() {
    let mock = chat();
    let cases: [(&str, Vec<u8>, u16); 7] = [
        ("an unmasked frame", frame(0x81, b"x", false), 1002),
        ("a reserved bit", frame(0xc1, b"x", true), 1002),
        ("an unknown opcode", frame(0x83, b"x", true), 1002),
        (
            "text that is no UTF-8",
            frame(0x81, &[0xff, 0xfe], true),
            1007,
        ),
        ("a ping of 126 bytes", frame(0x89, &[b'x'; 126], true), 1002),
        ("a continuation of nothing", frame(0x80, b"x", true), 1002),
        ("a fragmented ping", frame(0x09, b"x", true), 1002),
    ];
    for (name, bytes, code) in cases {
        let mut socket = mock.websocket("/echo");
        socket.send_raw(&bytes);
        assert_eq!(socket.receive(SOON), Some(Frame::Close(code)), "{name}");
        assert_eq!(socket.receive(SOON), Some(Frame::Ended), "{name}");
    }
    let mut socket = mock.websocket("/echo");
    socket.send_text("still there");
    assert_eq!(socket.text(), "still there");
}

#[test]
fn a_close_is_answered_with_its_code() {
    let mock = chat();
    for code in [1000, 1001, 3000, 4999] {
        let mut socket = mock.websocket("/echo");
        socket.send_close(code);
        assert_eq!(socket.receive(SOON), Some(Frame::Close(code)));
        assert_eq!(socket.receive(SOON), Some(Frame::Ended));
    }
}

#[test]
fn everybody_gets_the_same_broadcast() {
    let mock = chat();
    let mut first = mock.websocket("/ticks");
    let mut second = mock.websocket("/ticks?other=1");
    let two: Vec<String> = (0..8).map(|_| second.text()).collect();
    // A busy machine may merge ticks, but then for everybody.
    let one: Vec<String> = (0..30).map(|_| first.text()).collect();
    assert!(
        one.windows(8).any(|part| part == two),
        "{one:?} does not contain {two:?}"
    );
    let mut late = mock.websocket("/ticks");
    assert!(
        wait_until(SOON, || late.text() != "0"),
        "a late client joins in the middle"
    );
}

#[test]
fn a_broadcast_runs_without_listeners() {
    let mock = Mock::start(
        &json!({
            "routes": [
                { "route": "WS count", "streamingMode": "BROADCAST", "streamingInterval": 20,
                  "responses": ["{{setGlobalVar 'n' (add (getGlobalVar 'n' '' 0) 1)}}{{getGlobalVar 'n'}}"] },
                { "GET n": "{{getGlobalVar 'n' '' 0}}" }
            ]
        }),
        &[],
    );
    assert!(
        wait_until(SOON, || mock.get("/n").parse::<u32>().is_ok_and(|n| n > 3)),
        "it counts before the first client"
    );
}

#[test]
fn each_client_has_its_own_sequence() {
    let mock = chat();
    let mut first = mock.websocket("/own");
    assert_eq!([first.text(), first.text()], ["0", "1"]);
    let mut second = mock.websocket("/own");
    assert_eq!(
        [second.text(), second.text(), second.text()],
        ["0", "1", "2"]
    );
    assert_eq!(first.text(), "2");
}

#[test]
fn ticks_keep_their_pace() {
    let mock = chat();
    let mut socket = mock.websocket("/own");
    socket.text();
    let start = Instant::now();
    for _ in 0..50 {
        socket.text();
    }
    let took = start.elapsed();
    assert!(
        took > Duration::from_millis(960) && took < Duration::from_millis(1150),
        "50 ticks of 20 ms took {took:?}"
    );
}

#[test]
fn a_deaf_client_delays_nobody() {
    let mock = Mock::start(
        &json!({
            "routes": [
                { "route": "WS big", "streamingMode": "BROADCAST", "streamingInterval": 10,
                  "responses": ["x".repeat(200_000)] }
            ]
        }),
        &[],
    );
    let deaf = mock.websocket("/big");
    let mut listening = mock.websocket("/big");
    let start = Instant::now();
    for _ in 0..60 {
        assert_eq!(listening.text().len(), 200_000);
    }
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "60 messages took {:?}",
        start.elapsed()
    );
    drop(deaf);
}

#[test]
fn a_stopping_server_says_going_away() {
    let mock = chat();
    let mut socket = mock.websocket("/echo");
    let done = Command::new("kill")
        .args(["-TERM", &mock.server.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(done.success());
    assert_eq!(socket.receive(SOON), Some(Frame::Close(1001)));
}

#[test]
fn unknown_paths_are_refused_with_404() {
    let mock = chat();
    let plain = Mock::start(&json!({ "routes": [{ "GET page": "page" }] }), &[]);
    for (port, path) in [
        (mock.port, "/nothing"),
        (plain.port, "/page"),
        (plain.port, "/nothing"),
    ] {
        let refused = Socket::open(port, path, &[]).err().flatten();
        assert_eq!(refused.map(|reply| reply.status), Some(404), "{path}");
    }
}

#[test]
fn five_hundred_clients_talk_at_once() {
    let mock = chat();
    let mut sockets: Vec<Socket> = (0..500).map(|_| mock.websocket("/echo")).collect();
    thread::scope(|scope| {
        for (lane, sockets) in sockets.chunks_mut(125).enumerate() {
            scope.spawn(move || {
                for (index, socket) in sockets.iter_mut().enumerate() {
                    socket.send_text(&format!("{lane}/{index}"));
                }
                for (index, socket) in sockets.iter_mut().enumerate() {
                    assert_eq!(socket.text(), format!("{lane}/{index}"));
                }
            });
        }
    });
}

#[test]
fn a_changed_file_shows_on_open_connections() {
    let environment = |answer: &str, tick: &str, gone: bool| {
        let mut routes = vec![
            json!({ "route": "WS talk", "responses": [answer] }),
            json!({ "route": "WS same", "streamingMode": "BROADCAST", "streamingInterval": 20,
                    "responseMode": "SEQUENTIAL", "responses": (0..1000).map(|n| n.to_string()).collect::<Vec<_>>() }),
            json!({ "route": "WS changed", "streamingMode": "UNICAST", "streamingInterval": 20,
                    "responses": [tick] }),
        ];
        if !gone {
            routes.push(json!({ "route": "WS removed", "responses": ["x"] }));
        }
        json!({ "routes": routes })
    };
    let mock = Mock::start(&environment("before", "tick", false), &["--watch"]);
    let [mut talk, mut same, mut changed, mut removed] =
        ["/talk", "/same", "/changed", "/removed"].map(|path| mock.websocket(path));
    talk.send_text("x");
    assert_eq!(talk.text(), "before");
    let number = |text: String| text.parse::<u32>().expect("a number");
    let mut last = number(same.text());
    assert_eq!(changed.text(), "tick");
    let after = environment("after", "tock", true);
    let text = wasmock_tests::expand::environment(&after, "behaviour", mock.port).to_string();
    std::fs::write(mock.folder.join("environment.json"), text).expect("the file can be written");
    assert_eq!(
        removed.receive(Duration::from_secs(10)),
        Some(Frame::Close(1001))
    );
    talk.send_text("x");
    assert_eq!(talk.text(), "after", "the connection stays");
    while changed.text() != "tock" {}
    // It neither begins again nor stops.
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(300) {
        let next = number(same.text());
        assert!(next > last, "{next} after {last}");
        last = next;
    }
    let mut again = mock.websocket("/talk");
    again.send_text("x");
    assert_eq!(again.text(), "after");
}

#[test]
fn the_admin_api_lists_tells_and_closes_clients() {
    let environment = json!({ "routes": [
        { "route": "WS rooms/:room", "responses": ["{{body}}"], "wasmock": { "group": "{{urlParam 'room'}}" } }
    ] });
    let mock = Mock::start(&environment, &["--admin-api-token", "secret"]);
    let ask = |line: &str, body: &str| {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let headers = [
            ("Authorization", "Bearer secret"),
            ("Content-Type", "application/json"),
        ];
        let line = format!("{method} /mockoon-admin/websockets{path}");
        let reply = mock.ask(&line, &headers, body.as_bytes());
        serde_json::from_str::<Value>(&reply.text()).expect("JSON")
    };
    let [mut one, mut two, mut other] =
        ["/rooms/a", "/rooms/a", "/rooms/b"].map(|path| mock.websocket(path));
    other.send_text("hello");
    assert_eq!(other.text(), "hello");
    assert!(wait_until(SOON, || ask("GET ", "")
        .as_array()
        .map(Vec::len)
        == Some(3)));
    let listed = ask("GET ?route=rooms/:room", "");
    let clients = listed.as_array().expect("a list");
    let room = |name: &str| {
        clients
            .iter()
            .filter(|client| client["group"] == name)
            .count()
    };
    assert_eq!((room("a"), room("b")), (2, 1), "{listed}");
    let last = clients
        .iter()
        .find(|client| client["group"] == "b")
        .expect("listed");
    assert_eq!((&last["received"], &last["sent"]), (&json!(1), &json!(1)));
    let id = last["id"].as_str().expect("an id");

    let told = ask(
        "POST /rooms/:room/messages",
        r#"{ "json": { "to": "all" } }"#,
    );
    assert_eq!(told, json!({ "clients": 3 }));
    let told = ask(
        "POST /rooms/:room/messages",
        r#"{ "text": "to a room", "group": "a" }"#,
    );
    assert_eq!(told, json!({ "clients": 2 }));
    let told = ask(
        &format!("POST /connections/{id}/messages"),
        r#"{ "base64": "AP8=" }"#,
    );
    assert_eq!(told, json!({ "clients": 1 }));
    for socket in [&mut one, &mut two] {
        assert_eq!(
            [socket.text(), socket.text()],
            [r#"{"to":"all"}"#, "to a room"]
        );
    }
    assert_eq!(other.text(), r#"{"to":"all"}"#);
    assert_eq!(other.receive(SOON), Some(Frame::Binary(vec![0, 255])));

    let closed = ask(
        &format!("DELETE /connections/{id}?code=4001&reason=bye"),
        "",
    );
    assert_eq!(closed, json!({ "clients": 1 }));
    assert_eq!(other.receive(SOON), Some(Frame::Close(4001)));
    assert!(wait_until(SOON, || ask("GET ", "")
        .as_array()
        .map(Vec::len)
        == Some(2)));
    assert_eq!(
        ask("DELETE /rooms/:room/connections", ""),
        json!({ "clients": 2 })
    );
    for socket in [&mut one, &mut two] {
        assert_eq!(socket.receive(SOON), Some(Frame::Close(1000)));
    }
}

#[test]
fn a_socket_io_client_shows_in_the_log() {
    let mock = chat();
    let _socket = mock.websocket("/echo?EIO=4&transport=websocket");
    let log = "a Socket.IO client connects to /echo; Socket.IO is not spoken";
    assert!(mock.server.wait_for(log, SOON), "{}", mock.server.output());
}

#[cfg(unix)]
#[test]
fn the_limit_of_open_files_is_raised_and_reaching_it_harms_nobody() {
    let limited = |limits: &str| {
        let folder = std::env::temp_dir();
        let file = folder.join(format!("wasmock-limited-{}.json", std::process::id()));
        let port = free_port();
        let environment = json!({ "routes": [{ "WS echo": "{{body}}" }] });
        let text = wasmock_tests::expand::environment(&environment, "limited", port).to_string();
        std::fs::write(&file, text).expect("the temporary folder can be written");
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("{limits}; exec \"$@\""))
            .arg("sh");
        command
            .arg(binary().expect("the binary is built"))
            .args(["serve", "--disable-admin-api"]);
        command.arg(format!("--port={port}")).arg(file);
        (
            port,
            Server::run(command, &[port]).expect("the server starts"),
        )
    };
    let talk = |socket: &mut Socket| {
        socket.send_text("x");
        assert_eq!(socket.text(), "x");
    };
    let (port, _server) = limited("ulimit -Sn 60");
    let mut many: Vec<Socket> = (0..100)
        .map(|_| Socket::open(port, "/echo", &[]).expect("there is room"))
        .collect();
    many.iter_mut().for_each(talk);

    let (port, server) = limited("ulimit -n 60");
    let mut socket = Socket::open(port, "/echo", &[]).expect("there is room");
    let crowd: Vec<_> = (0..60)
        .map(|_| wasmock_tests::http::connect(port))
        .collect();
    assert!(
        server.wait_for("as many files open as the system allows", SOON),
        "{}",
        server.output()
    );
    talk(&mut socket);
    drop(crowd);
    assert!(wait_until(SOON, || Socket::open(port, "/echo", &[]).is_ok()));
    talk(&mut socket);
}

#[test]
fn with_log_transaction_the_log_holds_handshakes_and_messages() {
    let environment = json!({ "routes": [{ "WS talk/:id": "{{body}}" }] });
    let mock = Mock::start(&environment, &["--log-transaction"]);
    let token = ("Authorization".to_owned(), "Bearer secret".to_owned());
    let mut socket = Socket::open(mock.port, "/talk/7?q=1", &[token]).expect("it opens");
    socket.send_text("hello");
    assert_eq!(socket.text(), "hello");
    socket.send_close(1000);
    assert!(mock.server.wait_for("WebSocket closed", SOON));
    let output = mock.server.output();
    let lines = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = lines
        .filter(|line| line.get("websocketUuid").is_some())
        .collect();
    let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(
        messages,
        [
            "New WebSocket connection",
            "WebSocket message received",
            "WebSocket closed"
        ]
    );
    assert_eq!(
        (&lines[0]["url"], &lines[1]["messageData"]),
        (&json!("/talk/7"), &json!("hello"))
    );
    for line in &lines {
        let handshake = &line["inflightRequest"];
        assert_eq!(handshake["uuid"], line["websocketUuid"]);
        assert_eq!(
            handshake["request"]["params"],
            json!([{ "name": "id", "value": "7" }])
        );
        assert_eq!(handshake["request"]["query"], "?q=1");
    }
    assert!(!output.contains("secret"));
}
