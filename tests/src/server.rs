//! Starts the built binary and waits until it accepts; it ends with the value.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Read},
    net::{Ipv6Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::http;

/// How long a server may take until it accepts: a first start may compile its plugins.
const READY: Duration = Duration::from_secs(60);

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    output: Arc<Mutex<String>>,
}

/// The binary under test: `$WASMOCK_BIN`, or the one in the target folder of this test.
pub fn binary() -> Result<PathBuf, String> {
    if let Some(path) = env::var_os("WASMOCK_BIN") {
        return Ok(PathBuf::from(path));
    }
    let exe = env::current_exe().map_err(|error| error.to_string())?;
    let beside = exe
        .parent()
        .and_then(Path::parent)
        .map(|folder| folder.join("wasmock"));
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/wasmock");
    let found = beside
        .into_iter()
        .chain([workspace])
        .find(|path| path.exists());
    found.ok_or_else(|| {
        "the binary under test is missing: run `cargo build -p wasmock` first, or name it in WASMOCK_BIN".to_owned()
    })
}

/// A port that nothing listens on; never the same one twice in a process.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Below the range that the system gives to outgoing connections.
    const FIRST: u16 = 18_000;
    const COUNT: u16 = 14_000;
    if NEXT.load(Ordering::Relaxed) == 0 {
        let nanoseconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.subsec_nanos());
        let _ = NEXT.compare_exchange(
            0,
            (nanoseconds % u32::from(COUNT)) as u16,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }
    loop {
        let port = FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        if TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).is_ok() {
            return port;
        }
    }
}

impl Server {
    /// Starts `wasmock start` for the data files on their ports; the error is what the server printed.
    pub fn start(
        files: &[(PathBuf, u16)],
        options: &[String],
        env: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let mut command = Command::new(binary()?);
        command
            .arg("start")
            .arg("--data")
            .args(files.iter().map(|(file, _)| file));
        command
            .arg("--port")
            .args(files.iter().map(|(_, port)| port.to_string()));
        command.arg("--disable-log-to-file").args(options);
        if !options
            .iter()
            .any(|option| option.starts_with("--admin-api-"))
        {
            command.arg("--disable-admin-api");
        }
        command.env("TZ", "UTC").env("NO_COLOR", "1").envs(env);
        let ports: Vec<u16> = files.iter().map(|(_, port)| *port).collect();
        Self::run(command, &ports)
    }

    /// Runs a command line of one's own; ready when all ports accept.
    pub fn run(mut command: Command, ports: &[u16]) -> Result<Self, String> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let output = Arc::new(Mutex::new(String::new()));
        if let Some(stdout) = child.stdout.take() {
            collect(stdout, &output);
        }
        if let Some(stderr) = child.stderr.take() {
            collect(stderr, &output);
        }
        let mut server = Self { child, output };
        let deadline = Instant::now() + READY;
        let mut waiting = ports.to_vec();
        loop {
            waiting.retain(|port| http::connect(*port).is_err());
            if waiting.is_empty() {
                return Ok(server);
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                // What it printed last may still be on its way.
                thread::sleep(Duration::from_millis(20));
                return Err(format!("ended with {status}: {}", server.output()));
            }
            if Instant::now() > deadline {
                return Err(format!(
                    "ports {waiting:?} do not accept after {READY:?}: {}",
                    server.output()
                ));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the server has printed so far.
    pub fn output(&self) -> String {
        self.output
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The process id, for signals and accounting.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it is still running.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The code with which it ends by itself, if it does so within the limit.
    pub fn exit_code(&mut self, limit: Duration) -> Option<i32> {
        let mut code = None;
        wait_until(limit, || {
            code = self
                .child
                .try_wait()
                .ok()
                .flatten()
                .and_then(|status| status.code());
            code.is_some()
        });
        code
    }

    /// Waits until the output contains a text.
    pub fn wait_for(&self, text: &str, limit: Duration) -> bool {
        wait_until(limit, || self.output().contains(text))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again and again until the answer is yes or the limit is over.
pub fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn collect(source: impl Read + Send + 'static, output: &Arc<Mutex<String>>) {
    let output = Arc::clone(output);
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.push_str(&line);
            output.push('\n');
        }
    });
}
