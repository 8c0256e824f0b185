//! A server process and what the operating system says of it.

use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// From the start of the process to the first accepted connection.
    pub(crate) ready: Duration,
}

impl Server {
    /// Starts a program and waits until it accepts connections.
    pub(crate) async fn start(
        program: &Path,
        arguments: &[String],
        port: u16,
    ) -> Result<Self, Box<dyn Error>> {
        let began = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut server = Self {
            child,
            port,
            ready: Duration::ZERO,
        };
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{} ended at once: {status}", program.display()).into());
            }
            if began.elapsed() > Duration::from_secs(60) {
                return Err(format!("{} does not listen after a minute", program.display()).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.ready = began.elapsed();
        Ok(server)
    }

    /// CPU time of the process so far, user and system, in seconds.
    pub(crate) fn cpu(&self) -> Result<f64, Box<dyn Error>> {
        // schedstat counts nanoseconds on the CPU where stat counts ticks of 10 ms, but only
        // for one thread; the threads are added up.
        let mut nanoseconds = 0u64;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text =
                std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            let spent = text.split(' ').next().unwrap_or_default();
            nanoseconds += spent.parse::<u64>().unwrap_or(0);
        }
        Ok(nanoseconds as f64 / 1e9)
    }

    /// Resident memory in MiB.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap_or_default();
        let kib: String = line.chars().filter(char::is_ascii_digit).collect();
        kib.parse::<f64>().unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ten thousand connections need as many open files.
pub(crate) fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where it stays too low, connecting fails with a message of its own.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// A port nobody listens on.
pub(crate) fn free_port() -> Result<u16, Box<dyn Error>> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port())
}
