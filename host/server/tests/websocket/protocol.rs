//! The protocol, byte by byte.

use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::fixture::*;

#[tokio::test(flavor = "multi_thread")]
async fn broken_handshakes_are_answered_with_a_status() {
    let server = Server::start(json!([echo()])).await;
    let good = handshake("/echo");
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let version = "Sec-WebSocket-Version: 13\r\n";
    let cases = [
        ("as it should be", good.clone(), 101),
        ("unknown path", handshake("/other"), 404),
        ("bad escape", handshake("/%zz"), 404),
        ("doubled slashes", handshake("//echo"), 404),
        ("POST", good.replace("GET", "POST"), 405),
        ("no key", good.replace(key, ""), 400),
        ("two keys", good.replace(key, &key.repeat(2)), 400),
        (
            "short key",
            good.replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhl"),
            400,
        ),
        ("no version", good.replace(version, ""), 426),
        ("version 8", good.replace(": 13", ": 8"), 426),
        (
            "two versions",
            good.replace(version, &version.repeat(2)),
            400,
        ),
        ("no host", good.replace("Host: localhost\r\n", ""), 400),
        (
            "two hosts",
            good.replace("Host: localhost\r\n", "Host: a\r\nHost: b\r\n"),
            400,
        ),
        ("any case", good.replace("websocket\r", "WebSocket\r"), 101),
        (
            "two tokens",
            good.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
            101,
        ),
        (
            "two lines",
            good.replace(
                "Connection: Upgrade",
                "Connection: keep-alive\r\nConnection: upgrade",
            ),
            101,
        ),
        (
            "more upgrades",
            good.replace("Upgrade: websocket", "Upgrade: websocket, x"),
            101,
        ),
        (
            "bad protocols",
            good.replace(
                version,
                &format!("{version}Sec-WebSocket-Protocol: a,,b\r\n"),
            ),
            400,
        ),
        (
            "two lengths",
            good.replace(
                version,
                &format!("{version}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            ),
            400,
        ),
        ("HTTP/1.0", good.replace("HTTP/1.1", "HTTP/1.0"), 400),
    ];
    for (name, request, status) in cases {
        let mut stream = server.tcp().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        let found: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(found, status, "{name}: {head}");
        let lower = head.to_lowercase();
        match status {
            101 => {
                assert!(
                    lower.contains("s3ppLMBiTxaQ9kYGzzhZRbK+xOo=".to_lowercase().as_str()),
                    "{head}"
                );
                stream.write_all(&frame(0x81, b"hi")).await.unwrap();
                assert_eq!(
                    read_frame(&mut stream).await,
                    Some((0x81, b"hi".to_vec())),
                    "{name}"
                );
            }
            426 => assert!(lower.contains("sec-websocket-version: 13"), "{head}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_may_come_in_pieces_and_with_its_first_frame() {
    let server = Server::start(json!([echo()])).await;
    let mut stream = server.tcp().await;
    for byte in handshake("/echo").bytes() {
        stream.write_all(&[byte]).await.unwrap();
    }
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 101"));
    let mut stream = server.tcp().await;
    let both = [
        handshake("/echo").into_bytes(),
        frame(0x81, b"at once"),
        frame(0x81, b"two"),
    ]
    .concat();
    stream.write_all(&both).await.unwrap();
    read_head(&mut stream).await;
    assert_eq!(
        read_frame(&mut stream).await,
        Some((0x81, b"at once".to_vec()))
    );
    assert_eq!(read_frame(&mut stream).await, Some((0x81, b"two".to_vec())));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_every_shape_are_answered() {
    let server = Server::start(json!([echo()])).await;
    let mut stream = server.raw("/echo").await;
    for length in [0, 1, 125, 126, 127, 4096, 65_535, 65_536, 1_000_000] {
        let text = vec![b'x'; length];
        stream.write_all(&frame(0x81, &text)).await.unwrap();
        assert_eq!(
            read_frame(&mut stream).await,
            Some((0x81, text)),
            "{length}"
        );
    }
    // Fragments, with a ping between them, a character cut in two.
    let pieces = [
        frame(0x01, b"a\xe2"),
        frame(0x89, b"p"),
        frame(0x00, b"\x82"),
        frame(0x80, b"\xacz"),
    ];
    for byte in pieces.concat() {
        stream.write_all(&[byte]).await.unwrap();
    }
    assert_eq!(read_frame(&mut stream).await, Some((0x8a, b"p".to_vec())));
    assert_eq!(read_frame(&mut stream).await, Some((0x81, "a€z".into())));
    // Binary is answered like text.
    stream.write_all(&frame(0x82, &[b'b', 0xff])).await.unwrap();
    assert_eq!(
        read_frame(&mut stream).await,
        Some((0x81, "b\u{fffd}".into()))
    );
    // An unsolicited pong is nothing.
    stream
        .write_all(&[frame(0x8a, b"x"), frame(0x81, b"y")].concat())
        .await
        .unwrap();
    assert_eq!(read_frame(&mut stream).await, Some((0x81, b"y".to_vec())));
}

#[tokio::test(flavor = "multi_thread")]
async fn violations_are_answered_with_a_close_frame_and_an_orderly_end() {
    let server = Server::start(json!([echo()])).await;
    let long = [
        &[0x82, 0xff, 0, 0, 0, 0, 6, 0x40, 0, 1, 0, 0, 0, 0][..],
        &[0; 1000],
    ]
    .concat();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("reserved bit", frame(0xc1, b"x"), 1002),
        ("reserved opcode", frame(0x83, b"x"), 1002),
        ("not masked", vec![0x81, 1, b'x'], 1002),
        ("continuation of nothing", frame(0x80, b"x"), 1002),
        ("fragmented ping", frame(0x09, b"x"), 1002),
        ("long ping", frame(0x89, &[0; 126]), 1002),
        ("bad text", frame(0x81, &[0xc0, 0x80]), 1007),
        ("too big", long, 1009),
        ("half a close code", frame(0x88, &[3]), 1002),
        ("bad close code", frame(0x88, &1005u16.to_be_bytes()), 1002),
        ("bad close reason", frame(0x88, &[3, 232, 0xff]), 1007),
    ];
    for (name, bytes, code) in cases {
        let mut stream = server.raw("/echo").await;
        // What follows must neither be answered nor destroy the close frame.
        let more = frame(0x81, &[b'm'; 100_000]);
        let _ = stream.write_all(&[bytes, more].concat()).await;
        let (first, payload) = read_frame(&mut stream)
            .await
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(
            (first, u16::from_be_bytes([payload[0], payload[1]])),
            (0x88, code),
            "{name}"
        );
        assert_eq!(read_end(&mut stream).await.unwrap(), b"", "{name}");
    }
    server.clients(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_is_answered_with_its_code() {
    let server = Server::start(json!([echo()])).await;
    for (sent, answered) in [
        (vec![], vec![]),
        (vec![3, 232], vec![3, 232]),
        (vec![3, 232, b'o', b'k'], vec![3, 232, b'o', b'k']),
        (vec![15, 160], vec![15, 160]),
    ] {
        let mut stream = server.raw("/echo").await;
        stream.write_all(&frame(0x88, &sent)).await.unwrap();
        assert_eq!(read_frame(&mut stream).await, Some((0x88, answered)));
        assert_eq!(read_end(&mut stream).await.unwrap(), b"");
    }
    // A socket that just ends is no error of the server.
    drop(server.raw("/echo").await);
    let mut stream = server.raw("/echo").await;
    stream.shutdown().await.unwrap();
    assert_eq!(read_end(&mut stream).await.unwrap(), b"");
    server.clients(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subprotocols_are_negotiated() {
    let mut route = echo();
    route["wasmock"] = json!({ "subprotocols": ["v2", "v1"] });
    let server = Server::start(json!([route, ws("any", json!([{ "body": "x" }]))])).await;
    let offer = [("sec-websocket-protocol", "v1, v2")];
    let client = server.connect_with("/echo", &offer).await.unwrap();
    assert_eq!(client.protocol.as_deref(), Some("v2"));
    let client = server.connect_with("/any", &offer).await.unwrap();
    assert_eq!(
        client.protocol.as_deref(),
        Some("v1"),
        "the first one, as in Mockoon"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_proxy_mode_other_upgrades_are_tunnelled() {
    let mut theirs = ws("theirs", json!([{ "body": "theirs: {{body}}" }]));
    theirs["wasmock"] = json!({ "subprotocols": ["v1"] });
    let upstream = Server::start(json!([theirs])).await;
    let environment = json!({
        "proxyMode": true,
        "proxyHost": format!("http://localhost:{}", upstream.port),
        "routes": [ws("ours", json!([{ "body": "ours: {{body}}" }]))],
    });
    let server = Server::with_plugins(environment, vec![]).await;
    assert_eq!(server.connect("/ours").await.ask("x").await, "ours: x");
    let offer = [("sec-websocket-protocol", "v1")];
    let mut client = server.connect_with("/theirs", &offer).await.unwrap();
    assert_eq!(client.protocol.as_deref(), Some("v1"));
    assert_eq!(client.ask("x").await, "theirs: x");
    let refused = server.connect_with("/nowhere", &[]).await.err().unwrap();
    assert_eq!(refused.0, 404, "the other server's answer");
    let close = wasmock_exchange::Close {
        code: 4001,
        reason: "enough".to_owned(),
    };
    assert_eq!(upstream.site.close_websockets("theirs", &close), Some(1));
    assert_eq!(client.closed().await, (4001, "enough".to_owned()));
}
