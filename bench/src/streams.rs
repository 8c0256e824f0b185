//! Streams and many clients: what a broadcast, a one-to-one stream and an idle connection cost.
//!
//! A broadcast's messages carry the number of their tick, so the listeners know when each was due
//! and whether one is missing for some of them. The schedule's start is not known here: the
//! promptest message of all counts as one that came in time.

use std::cell::RefCell;
use std::error::Error;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::Arguments;
use crate::environments::{STREAM_TEXT, Size, environment, stream_text};
use crate::process::{Server, free_port};

/// Milliseconds between two messages of a stream.
pub(crate) const INTERVAL: u64 = 10;
/// Messages of a broadcast before they begin again.
pub(crate) const ROUND: u32 = 1000;

/// One scenario's figures for one server.
#[derive(Debug)]
pub(crate) struct StreamFigures {
    pub(crate) scenario: &'static str,
    pub(crate) server: &'static str,
    pub(crate) messages_a_second: f64,
    /// Server CPU microseconds per delivered message.
    pub(crate) cpu: f64,
    /// Milliseconds by which a message came later than due, at the 99th percentile.
    pub(crate) late: f64,
    /// Messages that some listener had and another had not.
    pub(crate) missing: u64,
    /// Resident KiB of the server for each connection.
    pub(crate) memory: f64,
    pub(crate) connects_a_second: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Broadcast,
    OneToOne,
    Idle,
}

struct Scenario {
    name: &'static str,
    kind: Kind,
    /// The bare server that does the same.
    bare: &'static str,
    path: &'static str,
    clients: usize,
}

const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "broadcast, 500 clients",
        kind: Kind::Broadcast,
        bare: "broadcast",
        path: "/broadcast",
        clients: 500,
    },
    Scenario {
        name: "broadcast, 2,000 clients",
        kind: Kind::Broadcast,
        bare: "broadcast",
        path: "/broadcast",
        clients: 2000,
    },
    Scenario {
        name: "one-to-one, 500 clients",
        kind: Kind::OneToOne,
        bare: "one-to-one",
        path: "/one-to-one/42?q=abc",
        clients: 500,
    },
    Scenario {
        name: "idle, 10,000 clients",
        kind: Kind::Idle,
        bare: "ws-plain",
        path: "/plain",
        clients: 10_000,
    },
];

/// Runs every wanted scenario against the bare servers and wasmock.
pub(crate) async fn run_all(arguments: &Arguments) -> Result<Vec<StreamFigures>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut all = Vec::new();
    for scenario in &SCENARIOS {
        if !scenario.name.contains(&arguments.only) {
            continue;
        }
        let port = free_port()?;
        let bare = ["bare", scenario.bare, &port.to_string()].map(String::from);
        let this = std::env::current_exe()?;
        all.push(measure(arguments, scenario, "bare", &this, &bare, port).await?);

        let port = free_port()?;
        let file = folder.path().join("streams.json");
        std::fs::write(&file, environment(port, Size::default()).to_string())?;
        let file = file.display().to_string();
        let serve = ["serve", &file, "--disable-admin-api"].map(String::from);
        let wasmock = &arguments.wasmock;
        all.push(measure(arguments, scenario, "wasmock", wasmock, &serve, port).await?);
    }
    Ok(all)
}

/// What the listeners have heard.
#[derive(Debug, Default)]
struct Heard {
    /// Number and time of arrival in microseconds of every message, one list for each listener.
    lists: Vec<Vec<(u32, u32)>>,
    failure: Option<String>,
    connected: usize,
}

async fn measure(
    arguments: &Arguments,
    scenario: &Scenario,
    name: &'static str,
    program: &Path,
    program_arguments: &[String],
    port: u16,
) -> Result<StreamFigures, Box<dyn Error>> {
    let server = Server::start(program, program_arguments, port).await?;
    let memory = server.memory();
    let heard = Rc::new(RefCell::new(Heard::default()));
    heard.borrow_mut().lists = vec![Vec::new(); scenario.clients];
    let local = LocalSet::new();
    let began = Instant::now();
    for number in 0..scenario.clients {
        let heard = heard.clone();
        let (kind, path) = (scenario.kind, scenario.path);
        local.spawn_local(async move {
            if let Err(error) = listen(port, kind, path, number, began, &heard).await {
                heard.borrow_mut().failure = Some(error.to_string());
            }
        });
    }
    let seconds = |share: f64| Duration::from_secs_f64(arguments.seconds * share);
    local
        .run_until(async {
            while heard.borrow().connected < scenario.clients {
                if let Some(failure) = heard.borrow_mut().failure.take() {
                    return Err(failure.into());
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let connects_a_second = scenario.clients as f64 / began.elapsed().as_secs_f64();
            tokio::time::sleep(seconds(0.25)).await;
            for list in &mut heard.borrow_mut().lists {
                list.clear();
            }
            let (before, start) = (server.cpu()?, Instant::now());
            tokio::time::sleep(seconds(1.0)).await;
            let (spent, time) = (server.cpu()? - before, start.elapsed().as_secs_f64());
            let mut heard = heard.borrow_mut();
            if let Some(failure) = heard.failure.take() {
                return Err(failure.into());
            }
            let messages = heard.lists.iter().map(Vec::len).sum::<usize>() as f64;
            let (late, missing) = match scenario.kind {
                Kind::Broadcast => (lateness(&heard.lists), missing(&mut heard.lists)),
                Kind::OneToOne | Kind::Idle => (f64::NAN, 0),
            };
            Ok(StreamFigures {
                scenario: scenario.name,
                server: name,
                messages_a_second: messages / time,
                cpu: spent * 1e6 / messages,
                late,
                missing,
                memory: (server.memory() - memory) * 1024.0 / scenario.clients as f64,
                connects_a_second,
            })
        })
        .await
}

async fn listen(
    port: u16,
    kind: Kind,
    path: &str,
    number: usize,
    began: Instant,
    heard: &RefCell<Heard>,
) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let hello = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(hello.as_bytes()).await?;
    let mut buffer = Vec::new();
    while !buffer.ends_with(b"\r\n\r\n") {
        buffer.push(stream.read_u8().await?);
    }
    if !buffer.starts_with(b"HTTP/1.1 101") {
        return Err(format!("no upgrade: {}", String::from_utf8_lossy(&buffer)).into());
    }
    buffer.clear();
    heard.borrow_mut().connected += 1;
    let length = 2 + match kind {
        Kind::Broadcast => stream_text(0).len(),
        Kind::OneToOne | Kind::Idle => STREAM_TEXT.len(),
    };
    let mut last = 0;
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let arrived = began.elapsed().as_micros() as u32;
        let whole = buffer.len() / length * length;
        let list = &mut heard.borrow_mut().lists[number];
        for frame in buffer[..whole].chunks_exact(length) {
            let text = std::str::from_utf8(&frame[2..])?;
            if kind == Kind::Broadcast {
                last = unrolled(text.get(..3).unwrap_or_default().parse()?, last, arrived);
            } else if text != STREAM_TEXT {
                return Err(format!("unexpected message: {text}").into());
            }
            list.push((last, arrived));
        }
        buffer.drain(..whole);
    }
}

/// The number of a tick over all rounds: the next one of its kind after the last, and for the
/// first message the one that fits the time.
fn unrolled(number: u32, last: u32, arrived: u32) -> u32 {
    let after = if last == 0 {
        arrived / (INTERVAL as u32 * 1000) + ROUND
    } else {
        last
    };
    after + (number + ROUND - after % ROUND) % ROUND
}

/// Milliseconds at the 99th percentile.
fn lateness(lists: &[Vec<(u32, u32)>]) -> f64 {
    // Listeners that unrolled their first number differently are each right about the rest.
    let due = |(number, arrived): &(u32, u32)| {
        i64::from(*arrived) - i64::from(number % ROUND) * INTERVAL as i64 * 1000
    };
    let round = i64::from(ROUND) * INTERVAL as i64 * 1000;
    let Some(first) = lists.iter().flatten().map(due).next() else {
        return f64::NAN;
    };
    // The schedule repeats with each round: only the place within it counts.
    let half = round / 2;
    let mut late: Vec<i64> = lists
        .iter()
        .flatten()
        .map(|message| (due(message) - first + half).rem_euclid(round))
        .collect();
    late.sort_unstable();
    (late[late.len() * 99 / 100] - late[0]) as f64 / 1000.0
}

/// Messages that were made, as somebody has them, and that another listener did not get though
/// it had one before and one after.
fn missing(lists: &mut [Vec<(u32, u32)>]) -> u64 {
    let first = lists.iter().filter_map(|list| list.first()).max().copied();
    let last = lists.iter().filter_map(|list| list.last()).min().copied();
    let (Some((from, _)), Some((to, _))) = (first, last) else {
        return 0;
    };
    for list in &mut *lists {
        list.retain(|(number, _)| (from..=to).contains(number));
    }
    let most = lists.iter().map(Vec::len).max().unwrap_or(0);
    lists.iter().map(|list| (most - list.len()) as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_counted_over_the_rounds() {
        assert_eq!(unrolled(5, 1003, 0), 1005);
        assert_eq!(unrolled(2, 1999, 0), 2002);
        assert_eq!(unrolled(7, 0, 20_000), 1007);
    }

    #[test]
    fn lateness_is_counted_from_the_promptest() {
        let list: Vec<(u32, u32)> = (1000..1200)
            .map(|n| (n, n * 10_000 + if n % 2 == 0 { 0 } else { 3000 }))
            .collect();
        assert!((lateness(&[list]) - 3.0).abs() < 0.01);
    }

    #[test]
    fn a_gap_of_one_listener_shows() {
        let list = |numbers: &[u32]| numbers.iter().map(|n| (*n, 0)).collect::<Vec<_>>();
        // A tick that nobody has was late for everybody and is not missing.
        let mut lists = [list(&[1, 2, 4, 5]), list(&[1, 2, 4, 5, 6])];
        assert_eq!(missing(&mut lists), 0);
        let mut lists = [list(&[1, 2, 4, 5]), list(&[1, 4, 5])];
        assert_eq!(missing(&mut lists), 1);
    }
}
