//! What the tests of the command share: running it, and servers to fetch from.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A component that is a plugin: one of the built-in ones.
pub const REGEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/regex.wasm"));
/// Another one.
pub const BUCKETS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data-buckets.wasm"));

/// The command, with a cache of its own.
pub fn wasmock(folder: &Path, cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasmock"));
    command
        .current_dir(folder)
        .env("WASMOCK_CACHE", cache)
        .env("NO_COLOR", "1");
    command
}

/// Runs a command to its end: exit code and everything it printed.
pub fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// A process that ends with the test, and what it printed.
pub struct Running {
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        for stream in [Box::new(stdout) as Box<dyn Read + Send>, Box::new(stderr)] {
            let output = output.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut output = output.lock().unwrap();
                    output.push_str(&line);
                    output.push('\n');
                }
            });
        }
        Self { child, output }
    }

    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// Waits until it printed that; the rest of that line.
    pub fn wait_for(&mut self, words: &str) -> String {
        let began = Instant::now();
        loop {
            let output = self.output();
            if let Some((_, rest)) = output.split_once(words)
                && let Some((line, _)) = rest.split_once('\n')
            {
                return line.to_owned();
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && began.elapsed() < Duration::from_secs(120),
                "it never said {words} ({ended:?}): {output}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The port of a wasmock server.
    pub fn port(&mut self) -> u16 {
        let rest = self.wait_for("started on port ");
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
        digits.unwrap().parse().unwrap()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

/// A request over plain HTTP: status, headers and body.
pub fn http(port: u16, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let timeout = Some(Duration::from_secs(30));
    stream.set_read_timeout(timeout).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.unwrap_or(0), text)
}

/// Answers each path with a whole response, for ever; a path that is not known with 404.
pub fn files(answers: Vec<(&'static str, Vec<u8>)>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let answers = answers.clone();
            std::thread::spawn(move || {
                let (mut request, mut part) = (String::new(), [0; 4096]);
                while !request.contains("\r\n\r\n") {
                    match stream.read(&mut part) {
                        Ok(0) | Err(_) => return,
                        Ok(n) => request.push_str(&String::from_utf8_lossy(&part[..n])),
                    }
                }
                let path = request.split(' ').nth(1).unwrap_or_default();
                let found = answers.iter().find(|(known, _)| *known == path);
                match found {
                    // A body that never ends.
                    Some((_, answer)) if answer.is_empty() => {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
                        while stream.write_all(&[0; 1 << 16]).is_ok() {}
                    }
                    Some((_, answer)) => drop(stream.write_all(answer)),
                    None => drop(
                        stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
                    ),
                }
            });
        }
    });
    port
}

/// A whole response.
pub fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The SHA-256 of bytes, by the system's own tool.
pub fn sha256(bytes: &[u8]) -> String {
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout)[..64].to_owned()
}

/// Writes an environment with one plugin, `shared`, at that place.
pub fn environment(folder: &Path, plugin: &str) {
    let text = format!(
        r#"{{
            "wasmock": {{ "plugins": [{plugin}] }},
            "routes": [{{ "type": "http", "method": "get", "endpoint": "a",
                "responses": [{{ "body": "alive" }}] }}]
        }}"#
    );
    std::fs::write(folder.join("mock.json"), text).unwrap();
}
