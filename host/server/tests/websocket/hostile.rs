//! Clients that mean harm: others must not notice.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use wasmock_exchange::Clock;

use crate::fixture::*;

async fn server() -> Server {
    let mut broadcast = ws("b", json!([{ "body": "x".repeat(20_000) }]));
    broadcast["streamingMode"] = json!("BROADCAST");
    broadcast["streamingInterval"] = json!(10);
    let mut parsed = ws(
        "json",
        json!([
            { "body": "ok", "default": true },
            { "body": "hit", "rules": [{ "target": "body", "modifier": "a", "operator": "equals", "value": "1" }] },
        ]),
    );
    parsed["wasmock"] = json!({ "parse": "auto" });
    Server::start(json!([echo(), broadcast, parsed])).await
}

/// A good client's answers while something else happens; the slowest of them.
async fn bystander<T>(server: &Server, harm: impl Future<Output = T>) -> (Duration, T) {
    let mut good = server.connect("/echo").await;
    let mut harm = std::pin::pin!(harm);
    let mut slowest = Duration::ZERO;
    loop {
        let asked = Clock::instant();
        let answer = good.ask("still there?");
        tokio::select! {
            answer = answer => assert_eq!(answer, "still there?"),
            done = &mut harm => return (slowest, done),
        }
        slowest = slowest.max(Clock::instant() - asked);
        sleep(Duration::from_millis(5)).await;
    }
}

/// Generous: several tests share two cores.
const SOON: Duration = Duration::from_millis(1500);

#[tokio::test(flavor = "multi_thread")]
async fn forty_thousand_pipelined_messages_are_answered_as_fast_as_they_are_read() {
    let server = server().await;
    let stream = server.raw("/echo").await;
    let (mut read, mut write) = stream.into_split();
    let (slowest, ()) = bystander(&server, async {
        let all = frame(0x81, b"pipelined").repeat(40_000);
        let sent = async { write.write_all(&all).await.unwrap() };
        let received = async {
            let mut bytes = vec![0; 11 * 40_000];
            tokio::io::AsyncReadExt::read_exact(&mut read, &mut bytes)
                .await
                .unwrap();
            assert!(bytes.chunks(11).all(|frame| frame == b"\x81\x09pipelined"));
        };
        tokio::join!(sent, received);
    })
    .await;
    assert!(slowest < SOON, "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_pipelines_and_never_reads_is_held_back_and_dropped() {
    let server = server().await;
    let mut stream = server.raw("/echo").await;
    let message = frame(0x81, &[b'x'; 60_000]);
    let (slowest, sent) = bystander(&server, async {
        let mut sent = 0;
        // Until the socket takes no more: the server has stopped reading.
        while timeout(Duration::from_secs(2), stream.write_all(&message))
            .await
            .is_ok_and(|r| r.is_ok())
        {
            sent += message.len();
        }
        sent
    })
    .await;
    assert!(sent < 64 << 20, "{sent}");
    assert!(slowest < SOON, "{slowest:?}");
    // Ten seconds without a byte taken, and it is gone.
    server.clients(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_of_pings_and_fragments_end_or_are_answered() {
    let server = server().await;
    let mut pings = server.raw("/echo").await;
    let mut fragments = server.raw("/echo").await;
    let (slowest, ()) = bystander(&server, async {
        let flood = frame(0x89, b"p").repeat(100_000);
        // It never reads: only the last pong is kept.
        let _ = timeout(Duration::from_secs(5), pings.write_all(&flood)).await;
        let mut million = frame(0x01, b"");
        million.extend(frame(0x00, b"").repeat(1_000_000));
        let _ = fragments.write_all(&million).await;
        let (first, payload) = read_frame(&mut fragments).await.unwrap();
        assert_eq!((first, &payload[..2]), (0x88, &1008u16.to_be_bytes()[..]));
    })
    .await;
    assert!(slowest < SOON, "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deaf_listeners_of_a_broadcast_delay_nobody() {
    let server = server().await;
    let deaf: Vec<TcpStream> = join_all((0..100).map(|_| server.raw("/b"))).await;
    let mut good = server.connect("/b").await;
    let (slowest, ()) = bystander(&server, async {
        // Until the deaf ones are closed.
        while server.site.websockets(Some("b")).len() > 1 {
            assert_eq!(good.text().await.len(), 20_000);
        }
    })
    .await;
    drop(deaf);
    assert!(slowest < SOON, "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_resets_and_half_open_connections_leave_nothing_behind() {
    let server = server().await;
    let (slowest, ()) = bystander(&server, async {
        for round in 0..20u8 {
            let attacks = (0..25u8).map(|n| {
                let server = &server;
                async move {
                    match n % 5 {
                        // Half a handshake, half a frame, garbage, a reset in the middle.
                        0 => {
                            let mut stream = server.tcp().await;
                            let _ = stream.write_all(&handshake("/echo").as_bytes()[..40]).await;
                        }
                        1 => {
                            let mut stream = server.raw("/echo").await;
                            let _ = stream.write_all(&[0x81, 0xff, 0, 0, 0, 0, 5]).await;
                        }
                        2 => {
                            let mut stream = server.tcp().await;
                            let noise: Vec<u8> = (0..2000u32)
                                .map(|i| (i * 7 + u32::from(round)) as u8)
                                .collect();
                            let _ = stream.write_all(&noise).await;
                        }
                        3 => {
                            let mut stream = server.raw("/echo").await;
                            let _ = stream
                                .write_all(&[round.wrapping_mul(31) | 0x30; 500])
                                .await;
                        }
                        _ => {
                            let stream = server.raw("/b").await;
                            stream.set_zero_linger().unwrap();
                        }
                    }
                }
            });
            join_all(attacks).await;
        }
    })
    .await;
    assert!(slowest < SOON, "{slowest:?}");
    server.clients(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_and_long_json_is_answered_beside_the_others() {
    let server = server().await;
    let mut deep = server.connect("/json").await;
    let mut long = server.connect("/json").await;
    let (slowest, ()) = bystander(&server, async {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(deep.ask(&text).await, "ok");
        let text = format!("{{\"a\":1,\"list\":[{}0]}}", "1234567,".repeat(2_000_000));
        assert_eq!(long.ask(&text).await, "hit");
    })
    .await;
    assert!(slowest < SOON, "{slowest:?}");
}
