//! Clients that send more than anybody asked for.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use wasmock_tests::websocket::frame;

use crate::client::{connect, deaf, handshake, noise, rest};
use crate::{alone, attack};

#[test]
fn a_thousand_resets_in_a_burst() {
    let _alone = alone();
    attack("1,000 resets in a burst, three times", |mock| {
        for _ in 0..3 {
            let open: Vec<_> = (0..1000)
                .map(|_| {
                    let mut stream = connect(mock);
                    stream.write_all(&handshake("/loud")).unwrap();
                    stream
                })
                .collect();
            for stream in &open {
                let _ = stream.peek(&mut [0]);
            }
            // Bytes nobody has read: the system resets the connection.
            drop(open);
        }
    });
}

#[test]
fn connections_that_come_and_go() {
    let _alone = alone();
    attack("3,000 connections that come and go", |mock| {
        for number in 0..3000u32 {
            let mut stream = connect(mock);
            stream.write_all(&handshake("/echo")).unwrap();
            if number.is_multiple_of(2) {
                stream.write_all(&frame(0x88, &[3, 232], true)).unwrap();
                rest(&mut stream);
            }
        }
    });
}

#[test]
fn a_million_fragments() {
    let _alone = alone();
    attack("a million fragments, four times", |mock| {
        for _ in 0..4 {
            let mut stream = deaf(mock, "/echo");
            let mut fragments = frame(0x01, b"", true);
            fragments.extend(frame(0x00, b"", true).repeat(1_000_000));
            let _ = stream.write_all(&fragments);
            let _ = stream.shutdown(Shutdown::Write);
            let said = rest(&mut stream);
            assert_eq!(said.get(2..4), Some(&1008u16.to_be_bytes()[..]), "{said:?}");
        }
    });
}

#[test]
fn floods_of_pings() {
    let _alone = alone();
    attack(
        "a million pings, half of them from clients that do not read",
        |mock| {
            let pings = frame(0x89, &[b'p'; 60], true).repeat(50_000);
            thread::scope(|scope| {
                for number in 0..10 {
                    let pings = &pings;
                    scope.spawn(move || {
                        let mut stream = deaf(mock, "/echo");
                        if number % 2 == 0 {
                            for _ in 0..2 {
                                let _ = stream.write_all(pings);
                            }
                            return;
                        }
                        let mut reader = stream.try_clone().unwrap();
                        let reading = thread::spawn(move || rest(&mut reader).len());
                        stream.set_write_timeout(None).unwrap();
                        for _ in 0..2 {
                            stream.write_all(pings).unwrap();
                        }
                        stream.write_all(&frame(0x88, &[3, 232], true)).unwrap();
                        // A pong may be left out for a later one, but not all of them.
                        assert!(reading.join().unwrap() >= 62);
                    });
                }
            });
        },
    );
}

#[test]
fn forty_thousand_pipelined_requests() {
    let _alone = alone();
    attack("40,000 pipelined requests and as many messages", |mock| {
        let requests = b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(40_000);
        let messages = frame(0x81, b"pipelined", true).repeat(40_000);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut stream = connect(mock);
                stream.set_write_timeout(None).unwrap();
                let mut reader = stream.try_clone().unwrap();
                let answers = thread::spawn(move || {
                    let mut count = 0;
                    let mut bytes = Vec::new();
                    let mut buffer = [0; 64 << 10];
                    while count < 40_000 {
                        let read = reader.read(&mut buffer).unwrap();
                        assert!(read > 0, "it ended after {count} answers");
                        bytes.extend_from_slice(&buffer[..read]);
                        count += bytes.windows(4).filter(|four| four == b"page").count();
                        let kept = bytes.len().saturating_sub(3);
                        bytes.drain(..kept);
                    }
                    count
                });
                stream.write_all(&requests).unwrap();
                assert_eq!(answers.join().unwrap(), 40_000);
            });
            scope.spawn(|| {
                let mut stream = deaf(mock, "/echo");
                stream.set_write_timeout(None).unwrap();
                let mut reader = stream.try_clone().unwrap();
                let answers = thread::spawn(move || {
                    let mut bytes = vec![0; 11 * 40_000];
                    reader.read_exact(&mut bytes).unwrap();
                    bytes.chunks(11).all(|frame| frame == b"\x81\x09pipelined")
                });
                stream.write_all(&messages).unwrap();
                assert!(answers.join().unwrap());
            });
        });
    });
}

#[test]
fn garbage() {
    let _alone = alone();
    attack("garbage on 1,000 connections", |mock| {
        for seed in 0..1000 {
            let mut stream = if seed % 2 == 0 {
                connect(mock)
            } else {
                deaf(mock, ["/echo", "/loud", "/own", "/json"][seed as usize % 4])
            };
            let _ = stream.write_all(&noise(seed * 7919 + 1, 5000));
            if seed % 3 == 0 {
                stream
                    .set_read_timeout(Some(Duration::from_millis(5)))
                    .unwrap();
                rest(&mut stream);
            }
        }
    });
}
