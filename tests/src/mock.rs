//! A server for one environment, written in the short form of the parity cases: what a
//! behaviour test starts with.

use std::{
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::Value;

use crate::{
    expand, http,
    server::{Server, free_port},
    websocket::{Frame, Socket},
};

/// A running server with its folder, which goes with it.
#[derive(Debug)]
pub struct Mock {
    /// Where it listens.
    pub port: u16,
    /// The folder of the environment file; files beside it can be written before a request asks for them.
    pub folder: PathBuf,
    /// The process.
    pub server: Server,
}

impl Mock {
    /// Starts the binary for an environment; panics with the server's output when it does not start.
    ///
    /// # Panics
    /// When the server does not start: there is nothing to test then.
    pub fn start(environment: &Value, options: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder =
            env::temp_dir().join(format!("wasmock-behaviour-{}-{number}", std::process::id()));
        let port = free_port();
        let file = folder.join("environment.json");
        let text = expand::environment(environment, "behaviour", port).to_string();
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, text));
        written.expect("the temporary folder can be written");
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        match Server::start(&[(file, port)], &options, &BTreeMap::new()) {
            Ok(server) => Self {
                port,
                folder,
                server,
            },
            Err(error) => panic!("the server does not start: {error}"),
        }
    }

    /// The body of the answer to a request without a body; panics when there is no answer.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), &[], b"").text()
    }

    /// The answer to a request.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> http::Reply {
        http::ask(self.port, line, headers, body)
            .unwrap_or_else(|| panic!("no answer to {line}: {}", self.server.output()))
    }

    /// An open WebSocket.
    ///
    /// # Panics
    /// When the handshake is refused.
    pub fn websocket(&self, path: &str) -> Socket {
        Socket::open(self.port, path, &[])
            .unwrap_or_else(|reply| panic!("{path} is refused: {reply:?}"))
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Socket {
    /// The next text message within two seconds.
    ///
    /// # Panics
    /// When something else comes, or nothing.
    pub fn text(&mut self) -> String {
        match self.receive(Duration::from_secs(2)) {
            Some(Frame::Text(text)) => text,
            other => panic!("wanted a text message, got {other:?}"),
        }
    }
}
