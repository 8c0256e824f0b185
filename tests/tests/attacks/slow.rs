//! Clients that take their time: half-open connections, heads, bodies and frames that trickle,
//! listeners that do not read. They need little of the machine, so they run side by side.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use wasmock_tests::server::wait_until;
use wasmock_tests::websocket::frame;

use crate::client::{connect, deaf, handshake, rest};
use crate::{alone, attack, memory};

#[test]
fn half_open_connections() {
    attack("2,000 half-open connections", |mock| {
        let mut open: Vec<TcpStream> = (0..2000).map(|_| connect(mock)).collect();
        for (number, stream) in open.iter_mut().enumerate() {
            // Nothing, a beginning, all but the last byte.
            let handshake = handshake("/echo");
            let length = [0, 10, handshake.len() - 1][number % 3];
            let _ = stream.write_all(&handshake[..length]);
        }
        // Those that began a request have ten seconds for it, and so has the first byte.
        let began = Instant::now();
        for stream in &mut open {
            rest(stream);
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(20), "{took:?}");
    });
}

#[test]
fn slow_heads() {
    attack("300 slow heads", |mock| {
        let mut open: Vec<TcpStream> = (0..300).map(|_| connect(mock)).collect();
        for stream in &mut open {
            stream
                .write_all(b"GET /page HTTP/1.1\r\nHost: localhost\r\n")
                .unwrap();
        }
        let began = Instant::now();
        // A header line a second: for ever, if the server waits for the end of it.
        while !open.is_empty() {
            assert!(began.elapsed() < Duration::from_secs(25), "{}", open.len());
            sleep(Duration::from_millis(500));
            open.retain_mut(|stream| stream.write_all(b"X-More: of it\r\n").is_ok());
        }
    });
}

#[test]
fn slow_bodies() {
    attack("300 slow bodies", |mock| {
        let mut open: Vec<TcpStream> = (0..300).map(|_| connect(mock)).collect();
        for stream in &mut open {
            stream
                .write_all(b"POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nbegun")
                .unwrap();
        }
        let (trickling, silent) = open.split_at_mut(20);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            for stream in &mut *trickling {
                stream.write_all(b".").unwrap();
            }
            sleep(Duration::from_millis(100));
        }
        // Half a minute without a byte, and they are told so.
        for stream in silent {
            let answer = String::from_utf8_lossy(&rest(stream)).into_owned();
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(45), "{took:?}");
    });
}

#[test]
fn a_hundred_megabytes_announced_and_trickled() {
    attack("50 frames of 100 MB, announced and trickled", |mock| {
        let before = memory(mock);
        let mut open: Vec<TcpStream> = (0..50).map(|_| deaf(mock, "/echo")).collect();
        for stream in &mut open {
            let mut head = vec![0x82, 0xff];
            head.extend(100_000_000u64.to_be_bytes());
            head.extend([0; 4]);
            stream.write_all(&head).unwrap();
        }
        for _ in 0..50 {
            for stream in &mut open {
                stream.write_all(&[b'.'; 100]).unwrap();
            }
            sleep(Duration::from_millis(50));
        }
        let more = memory(mock).saturating_sub(before);
        assert!(more < 32 << 20, "what is announced takes {more} bytes");
    });
}

#[test]
fn unfinished_messages_of_a_gigabyte() {
    let _alone = alone();
    attack("11 messages of 99 MB that do not end", |mock| {
        let mut begun = vec![0x82, 0xff];
        begun.extend(100_000_000u64.to_be_bytes());
        begun.extend([0; 4]);
        let part = vec![b'.'; 1_000_000];
        let mut open: Vec<TcpStream> = (0..11).map(|_| deaf(mock, "/echo")).collect();
        // Whoever goes beyond what all may hold together is closed, nobody before.
        let mut sent = 0;
        let closed = open.iter_mut().find_map(|stream| {
            stream
                .set_read_timeout(Some(Duration::from_millis(1)))
                .unwrap();
            stream.write_all(&begun).unwrap();
            (0..99).find_map(|_| {
                stream.write_all(&part).unwrap();
                sent += part.len();
                let mut close = [0; 4];
                stream.read_exact(&mut close).is_ok().then_some(close)
            })
        });
        let [first, _, code @ ..] = closed.expect("one is closed");
        assert_eq!((first, u16::from_be_bytes(code)), (0x88, 1013));
        assert!(sent > 1 << 29, "after {sent} bytes");
    });
}

#[test]
fn listeners_that_never_read() {
    let _alone = alone();
    attack("200 deaf listeners of 20 KB every 10 ms", |mock| {
        let mut open: Vec<TcpStream> = (0..200).map(|_| deaf(mock, "/loud")).collect();
        // As soon as the system's own buffers are full; one that was read before would stay.
        let log = "leaves too many messages unread";
        let all = || mock.server.output().matches(log).count() == open.len();
        assert!(
            wait_until(Duration::from_secs(60), all),
            "they are closed, and the log says so"
        );
        for stream in &mut open {
            rest(stream);
        }
    });
}

#[test]
fn talkers_that_never_read() {
    let _alone = alone();
    attack("50 clients that talk and never read", |mock| {
        let message = frame(0x81, &[b'x'; 50_000], true);
        let mut open: Vec<TcpStream> = (0..50).map(|_| deaf(mock, "/echo")).collect();
        for stream in &mut open {
            stream
                .set_write_timeout(Some(Duration::from_millis(100)))
                .unwrap();
        }
        // Each until its socket takes no more: the server has stopped reading it.
        let mut sent = 0u64;
        for stream in &mut open {
            while stream.write_all(&message).is_ok() {
                sent += message.len() as u64;
            }
        }
        assert!(sent < 50 * (40 << 20), "{sent} bytes were taken");
        // Ten seconds in which nothing is taken, and they are gone.
        let log = "the client takes no more bytes";
        assert!(
            mock.server.wait_for(log, Duration::from_secs(40)),
            "the log says so"
        );
    });
}
