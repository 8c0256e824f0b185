//! Bare loops that stream: what a scheduler cannot beat.

use std::error::Error;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::environments::stream_text;
use crate::load::text_frame;
use crate::streams::{INTERVAL, ROUND};

/// Writes one frame, encoded beforehand, to each client every ten milliseconds.
pub(crate) async fn broadcast(listener: TcpListener) -> Result<(), Box<dyn Error>> {
    let clients: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let writing = clients.clone();
    tokio::spawn(async move {
        let frames: Vec<Vec<u8>> = (0..ROUND).map(|n| unmasked(&stream_text(n))).collect();
        let (mut ticks, start) = (ticks(), Instant::now());
        loop {
            ticks.tick().await;
            let number = start.elapsed().as_millis() as u64 / INTERVAL % u64::from(ROUND);
            let frame = &frames[number as usize];
            let mut clients = writing.lock().unwrap_or_else(PoisonError::into_inner);
            // A client that does not take it is dropped; the benchmark's take everything.
            clients.retain(|client| matches!(client.try_write(frame), Ok(n) if n == frame.len()));
        }
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let clients = clients.clone();
        tokio::spawn(async move {
            if let Ok(socket) = tokio_tungstenite::accept_async(stream).await {
                let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
                clients.push(socket.into_inner());
            }
        });
    }
}

/// Fills a template of three values for one client every ten milliseconds.
#[expect(
    clippy::result_large_err,
    reason = "tungstenite's callback has this type"
)]
pub(crate) async fn one_to_one(stream: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (mut id, mut q, mut agent) = (String::new(), String::new(), String::new());
    let read = |request: &Request, response: Response| {
        let path = request.uri().path().rsplit('/').next();
        path.unwrap_or_default().clone_into(&mut id);
        let query = request.uri().query().unwrap_or_default();
        let value = query.split('&').find_map(|pair| pair.strip_prefix("q="));
        value.unwrap_or_default().clone_into(&mut q);
        let header = request.headers().get("user-agent");
        let header = header.and_then(|value| value.to_str().ok());
        header.unwrap_or_default().clone_into(&mut agent);
        Ok(response)
    };
    let socket = tokio_tungstenite::accept_hdr_async(stream, read).await?;
    let mut stream = socket.into_inner();
    let mut ticks = ticks();
    loop {
        ticks.tick().await;
        let text = format!(r#"{{"id":"{id}","q":"{q}","agent":"{agent}"}}"#);
        match stream.write_all(&unmasked(&text)).await {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            result => result?,
        }
    }
}

fn ticks() -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_millis(INTERVAL));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

/// A frame as servers send it; short texts only.
fn unmasked(text: &str) -> Vec<u8> {
    let mut frame = text_frame(text);
    frame[1] &= 0x7f;
    frame.drain(2..6);
    frame
}
