//! Components that change while they serve: what is live at once, what stays, what is said when
//! the new version is no good.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use wasmock_tests::{
    http,
    server::{Server, free_port},
    websocket::{Frame, Socket},
};

const SWAPS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(30);

/// A component that was released with the contract; it needs no tools here.
fn component(name: &str) -> Vec<u8> {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/released/0.1.0/components");
    fs::read(released.join(name).join(format!("{name}.wasm"))).unwrap()
}

/// The greeting component with another name for its counter, so that answers tell versions apart.
fn version(number: usize) -> Vec<u8> {
    let mut bytes = component("c-responder");
    let wanted = b"\"visits\":%d";
    let at = bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
        .unwrap();
    bytes[at + 1..at + 7].copy_from_slice(format!("v{number:05}").as_bytes());
    bytes
}

/// The version that an answer shows.
fn version_of(body: &str) -> Option<usize> {
    let (_, rest) = body.split_once("\"v0")?;
    rest.get(..4)?.parse().ok()
}

struct Swapping {
    folder: PathBuf,
    port: u16,
    server: Server,
}

impl Swapping {
    /// A mock with a greeting and a countdown, `--watch`ed.
    fn start(name: &str, options: &[&str]) -> Self {
        let folder = env::temp_dir().join(format!("wasmock-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("hello.wasm"), version(0)).unwrap();
        fs::write(folder.join("countdown.wasm"), component("c-session")).unwrap();
        let port = free_port();
        let file = folder.join("mock.json");
        let environment = json!({
            "port": port,
            "wasmock": { "plugins": [
                { "name": "hello", "path": "hello.wasm" },
                { "name": "countdown", "path": "countdown.wasm" }
            ] },
            "routes": [
                { "endpoint": "hello", "responses": [{ "wasmock": { "plugin": "hello" } }] },
                { "type": "ws", "endpoint": "countdown", "wasmock": { "session": "countdown" }, "responses": [{}] }
            ]
        });
        fs::write(&file, environment.to_string()).unwrap();
        let options: Vec<String> = ["--watch"]
            .iter()
            .chain(options)
            .map(|o| (*o).into())
            .collect();
        let server = Server::start(&[(file, port)], &options, &BTreeMap::new()).unwrap();
        Self {
            folder,
            port,
            server,
        }
    }

    /// Puts a component in the place of the present one, whole, as `plugin build` does.
    fn put(&self, bytes: &[u8]) {
        let part = self.folder.join(".hello.part");
        fs::write(&part, bytes).unwrap();
        fs::rename(part, self.folder.join("hello.wasm")).unwrap();
    }

    fn ask(&self) -> http::Reply {
        http::ask(self.port, "GET /hello", &[], b"").unwrap()
    }

    /// How long it took until answers show a version.
    fn wait_for(&self, number: usize) -> Duration {
        let began = Instant::now();
        while version_of(&self.ask().text()) != Some(number) {
            assert!(began.elapsed() < PATIENCE, "{}", self.server.output());
            thread::sleep(Duration::from_millis(1));
        }
        began.elapsed()
    }
}

impl Drop for Swapping {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Asks over one connection until told to stop; every answer has to be a good one and none
/// older than the one before it.
fn load(port: u16, stop: &AtomicBool, answered: &AtomicUsize) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut newest, mut buffer) = (0, [0; 4096]);
    while !stop.load(Ordering::Relaxed) {
        stream
            .write_all(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        while !answer.ends_with('}') {
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "the connection was closed after: {answer}");
            answer.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let version = version_of(&answer).unwrap();
        assert!(version >= newest, "{version} after {newest}");
        newest = version;
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn fifty_swaps_under_load_fail_no_request_and_keep_sessions() {
    let swapping = Swapping::start("swaps", &[]);
    let mut session = Socket::open(swapping.port, "/countdown", &[]).unwrap();
    let text = |frame: Option<Frame>| match frame {
        Some(Frame::Text(text)) => text,
        other => panic!("wanted a text message, got {other:?}"),
    };
    assert_eq!(text(session.receive(PATIENCE)), "send me a number");
    session.send_text("100");
    let (stop, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (stop, answered, port) = (stop.clone(), answered.clone(), swapping.port);
            thread::spawn(move || load(port, &stop, &answered))
        })
        .collect();
    let mut times = Vec::new();
    for number in 1..=SWAPS {
        swapping.put(&version(number));
        times.push(swapping.wait_for(number));
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    times.sort();
    eprintln!(
        "{SWAPS} swaps, median {:?}, longest {:?}, {} answers meanwhile",
        times[SWAPS / 2],
        times[SWAPS - 1],
        answered.load(Ordering::Relaxed)
    );
    // The countdown counted on, one by one: nobody opened it again, nobody lost its state.
    let mut expected = 100;
    session.send_text("no number");
    loop {
        let said = text(session.receive(PATIENCE));
        if said == "that is no number from 1 to 100" {
            break;
        }
        assert_eq!(said, expected.to_string());
        expected -= 1;
    }
    assert!(expected < 100);
}

#[test]
fn what_does_not_fit_leaves_the_old_version_and_is_said() {
    let swapping = Swapping::start("misfit", &["--dev"]);
    assert_eq!(swapping.ask().header("wasmock-problem"), None);
    swapping.put(b"\0asm\x01\0\0\0");
    assert!(
        swapping
            .server
            .wait_for("is served as it was before", PATIENCE),
        "{}",
        swapping.server.output()
    );
    let answer = swapping.ask();
    assert_eq!(version_of(&answer.text()), Some(0));
    let problem = answer.header("wasmock-problem").unwrap().to_owned();
    assert!(
        problem.contains("plugin `hello` cannot be loaded") && problem.contains("core module"),
        "{problem}"
    );
    swapping.put(&version(1));
    swapping.wait_for(1);
    assert_eq!(swapping.ask().header("wasmock-problem"), None);
}
