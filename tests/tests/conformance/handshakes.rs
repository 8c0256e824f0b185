//! Opening handshakes: every kind of broken one with its status, and the odd ones that are right.

use crate::case::{Case, KEY, Pieces, Send, Status, handshake, masked, pong, text};

/// The lines of a handshake, to be changed.
struct Request {
    line: String,
    headers: Vec<String>,
}

fn good() -> Request {
    let own = [
        "Host: localhost".to_owned(),
        "Upgrade: websocket".to_owned(),
        "Connection: Upgrade".to_owned(),
        format!("Sec-WebSocket-Key: {KEY}"),
        "Sec-WebSocket-Version: 13".to_owned(),
    ];
    Request {
        line: "GET /echo HTTP/1.1".into(),
        headers: own.into(),
    }
}

fn line(line: &str) -> Request {
    Request {
        line: line.into(),
        ..good()
    }
}

impl Request {
    /// Without the header of that name.
    fn without(mut self, name: &str) -> Self {
        let start = format!("{name}:");
        self.headers.retain(|header| !header.starts_with(&start));
        self
    }

    /// With one more line.
    fn with(mut self, header: &str) -> Self {
        self.headers.push(header.into());
        self
    }

    /// With this line in place of the one of its name.
    fn changed(self, header: &str) -> Self {
        let name = header.split_once(':').unwrap().0.to_owned();
        self.without(&name).with(header)
    }

    /// With every header line written that way.
    fn each(mut self, write: impl Fn(&str) -> String) -> Self {
        for header in &mut self.headers {
            *header = write(header);
        }
        self
    }

    fn bytes(&self) -> Vec<u8> {
        format!("{}\r\n{}\r\n\r\n", self.line, self.headers.join("\r\n")).into_bytes()
    }
}

pub fn cases() -> Vec<Case> {
    [
        accepted(),
        refused(),
        not_upgrades(),
        subprotocols(),
        pieces(),
    ]
    .concat()
}

/// The handshake is answered with 101, and the connection works.
fn works(name: &str, bytes: Vec<u8>) -> Case {
    Case {
        name: format!("handshake: {name}"),
        steps: vec![
            Send(bytes),
            Status(101, "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            Send(masked(0x89, b"open")),
            pong(b"open"),
        ],
    }
}

fn fails(name: &str, bytes: Vec<u8>, status: u16, line: &'static str) -> Case {
    Case {
        name: format!("handshake: {name}"),
        steps: vec![Send(bytes), Status(status, line)],
    }
}

fn accepted() -> Vec<Case> {
    let cases = [
        ("as it should be", good()),
        ("path in another case", line("GET /ECHO HTTP/1.1")),
        ("a slash behind the path", line("GET /echo/ HTTP/1.1")),
        ("a query", line("GET /echo?a=1&b=%zz HTTP/1.1")),
        (
            "an absolute address",
            line("GET http://localhost/echo HTTP/1.1"),
        ),
        (
            "another host in an absolute address",
            line("GET http://example.com/echo HTTP/1.1"),
        ),
        ("a parameter", line("GET /rooms/a%20b HTTP/1.1")),
        (
            "Upgrade in another case",
            good().changed("Upgrade: WebSocket"),
        ),
        ("UPGRADE", good().changed("Upgrade: WEBSOCKET")),
        (
            "several protocols in Upgrade",
            good().changed("Upgrade: h2c, websocket"),
        ),
        (
            "two Upgrade lines",
            good().changed("Upgrade: h2c").with("Upgrade: websocket"),
        ),
        (
            "connection in lower case",
            good().changed("Connection: upgrade"),
        ),
        (
            "several tokens in Connection",
            good().changed("Connection: keep-alive, Upgrade"),
        ),
        (
            "tokens without a space",
            good().changed("Connection: keep-alive,Upgrade"),
        ),
        (
            "empty tokens in Connection",
            good().changed("Connection: , ,Upgrade,"),
        ),
        (
            "two Connection lines",
            good()
                .changed("Connection: keep-alive")
                .with("Connection: Upgrade"),
        ),
        (
            "header names in lower case",
            good().each(|header| {
                let (name, value) = header.split_once(':').unwrap();
                format!("{}:{value}", name.to_lowercase())
            }),
        ),
        (
            "header names in upper case",
            good().each(|header| {
                let (name, value) = header.split_once(':').unwrap();
                format!("{}:{value}", name.to_uppercase())
            }),
        ),
        (
            "no space behind colons",
            good().each(|header| header.replacen(": ", ":", 1)),
        ),
        (
            "spaces around values",
            good().each(|header| format!("{} \t ", header.replacen(": ", ": \t  ", 1))),
        ),
        (
            "another order",
            Request {
                headers: good().headers.into_iter().rev().collect(),
                ..good()
            },
        ),
        ("Content-Length: 0", good().with("Content-Length: 0")),
        ("an Origin", good().with("Origin: http://elsewhere.example")),
        ("Origin: null", good().with("Origin: null")),
        (
            "compression offered",
            good().with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"),
        ),
        (
            "an unknown extension",
            good().with("Sec-WebSocket-Extensions: x-webkit-deflate-frame, other; a=1"),
        ),
        ("a port in Host", good().changed("Host: localhost:3000")),
        ("IPv6 in Host", good().changed("Host: [::1]:3000")),
        (
            "bytes beyond ASCII in a header",
            good().with("X-Name: J\u{f6}rg"),
        ),
        ("an empty header", good().with("X-Empty:")),
        (
            "a long header",
            good().with(&format!("X-Long: {}", "x".repeat(30_000))),
        ),
        (
            "two hundred headers",
            (0..200).fold(good(), |request, n| request.with(&format!("X-{n}: {n}"))),
        ),
        (
            "a long query",
            line(&format!("GET /echo?{} HTTP/1.1", "q".repeat(20_000))),
        ),
        ("a key of other characters", good()),
    ];
    let mut all: Vec<Case> = cases
        .into_iter()
        .map(|(name, request)| works(name, request.bytes()))
        .collect();
    let newlines = String::from_utf8(handshake("/echo"))
        .unwrap()
        .replace("\r\n", "\n");
    all.push(works("line feeds alone", newlines.into_bytes()));
    all.push(works(
        "empty lines before the request",
        [b"\r\n\r\n".as_slice(), &handshake("/echo")].concat(),
    ));
    // Without compression in the answer, and with nothing it did not offer.
    all.push(Case {
        name: "handshake: compression is not promised".into(),
        steps: vec![
            Send(
                good()
                    .with("Sec-WebSocket-Extensions: permessage-deflate")
                    .bytes(),
            ),
            Status(101, "connection: upgrade\r\n"),
            Send(masked(0xc1, b"x")),
            crate::case::Close(Some(1002)),
        ],
    });
    for key in [
        "AAAAAAAAAAAAAAAAAAAAAA==",
        "//////////////////////w==",
        "+/+/+/+/+/+/+/+/+/+/+w==",
    ] {
        let key = if key.len() == 24 {
            key
        } else {
            "/////////////////////w=="
        };
        all.push(Case {
            name: format!("handshake: the key {key}"),
            steps: vec![
                Send(good().changed(&format!("Sec-WebSocket-Key: {key}")).bytes()),
                Status(101, "upgrade: websocket"),
                Send(masked(0x81, b"x")),
                text(b"x"),
            ],
        });
    }
    all
}

fn refused() -> Vec<Case> {
    const PLAIN: &str = "connection: close";
    let key = |key: &str| good().changed(&format!("Sec-WebSocket-Key: {key}"));
    let version = |version: &str| good().changed(&format!("Sec-WebSocket-Version: {version}"));
    let cases = [
        ("an unknown path", line("GET /other HTTP/1.1"), 404, PLAIN),
        ("the root", line("GET / HTTP/1.1"), 404, PLAIN),
        ("a longer path", line("GET /echo/more HTTP/1.1"), 404, PLAIN),
        (
            "an escape in the path, as in Mockoon",
            line("GET /%65cho HTTP/1.1"),
            404,
            PLAIN,
        ),
        (
            "two slashes, as in Mockoon",
            line("GET //echo HTTP/1.1"),
            404,
            PLAIN,
        ),
        ("a broken escape", line("GET /%zz HTTP/1.1"), 404, PLAIN),
        (
            "an escape that is no text",
            line("GET /rooms/%ff HTTP/1.1"),
            404,
            PLAIN,
        ),
        ("POST", line("POST /echo HTTP/1.1"), 405, "allow: get"),
        ("PUT", line("PUT /echo HTTP/1.1"), 405, "allow: get"),
        ("HEAD", line("HEAD /echo HTTP/1.1"), 405, "allow: get"),
        ("DELETE", line("DELETE /echo HTTP/1.1"), 405, "allow: get"),
        ("OPTIONS", line("OPTIONS /echo HTTP/1.1"), 405, "allow: get"),
        ("PATCH", line("PATCH /echo HTTP/1.1"), 405, "allow: get"),
        (
            "get in lower case",
            line("get /echo HTTP/1.1"),
            405,
            "allow: get",
        ),
        (
            "an unknown method",
            line("BREW /echo HTTP/1.1"),
            405,
            "allow: get",
        ),
        ("HTTP/1.0", line("GET /echo HTTP/1.0"), 400, ""),
        ("HTTP/1.2", line("GET /echo HTTP/1.2"), 400, ""),
        ("HTTP/2.0", line("GET /echo HTTP/2.0"), 400, ""),
        ("HTTP/0.9", line("GET /echo HTTP/0.9"), 400, ""),
        ("another protocol", line("GET /echo SIP/2.0"), 400, ""),
        ("no version", line("GET /echo"), 400, ""),
        ("no path", line("GET HTTP/1.1"), 400, ""),
        ("a space in the path", line("GET /ec ho HTTP/1.1"), 400, ""),
        ("no Host", good().without("Host"), 400, PLAIN),
        ("an empty Host", good().changed("Host: "), 400, PLAIN),
        ("two Hosts", good().with("Host: other"), 400, PLAIN),
        (
            "the same Host twice",
            good().with("Host: localhost"),
            400,
            PLAIN,
        ),
        ("no key", good().without("Sec-WebSocket-Key"), 400, PLAIN),
        ("an empty key", key(""), 400, PLAIN),
        ("a short key", key("dGhlIHNhbXBsZQ=="), 400, PLAIN),
        (
            "a long key",
            key("dGhlIHNhbXBsZSBub25jZSB0b28gbG9uZw=="),
            400,
            PLAIN,
        ),
        (
            "a key without padding",
            key("dGhlIHNhbXBsZSBub25jZQ"),
            400,
            PLAIN,
        ),
        (
            "a key of one padding",
            key("dGhlIHNhbXBsZSBub25jZSE="),
            400,
            PLAIN,
        ),
        (
            "a key that is no base64",
            key("dGhlIHNhbXBsZSBub25jZ!=="),
            400,
            PLAIN,
        ),
        (
            "a key with a space",
            key("dGhlIHNhbXBsZS Bub25jZQ=="),
            400,
            PLAIN,
        ),
        (
            "a key in the address alphabet",
            key("dGhlIHNhbXBsZSBub2-_ZQ=="),
            400,
            PLAIN,
        ),
        (
            "two keys",
            good().with("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
            400,
            PLAIN,
        ),
        (
            "the same key twice",
            good().with(&format!("Sec-WebSocket-Key: {KEY}")),
            400,
            PLAIN,
        ),
        (
            "two keys in a line",
            key(&format!("{KEY}, {KEY}")),
            400,
            PLAIN,
        ),
        (
            "no version of the protocol",
            good().without("Sec-WebSocket-Version"),
            426,
            "sec-websocket-version: 13",
        ),
        ("version 0", version("0"), 426, "sec-websocket-version: 13"),
        ("version 7", version("7"), 426, "sec-websocket-version: 13"),
        ("version 8", version("8"), 426, "sec-websocket-version: 13"),
        (
            "version 12",
            version("12"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "version 14",
            version("14"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "version 013",
            version("013"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "version 13.0",
            version("13.0"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "version -13",
            version("-13"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "version of words",
            version("thirteen"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "an empty version",
            version(""),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "versions in a line",
            version("13, 8"),
            426,
            "sec-websocket-version: 13",
        ),
        (
            "two versions",
            good().with("Sec-WebSocket-Version: 8"),
            400,
            PLAIN,
        ),
        (
            "the same version twice",
            good().with("Sec-WebSocket-Version: 13"),
            400,
            PLAIN,
        ),
        ("a body", good().with("Content-Length: 5"), 400, PLAIN),
        (
            "a body in chunks",
            good().with("Transfer-Encoding: chunked"),
            400,
            PLAIN,
        ),
        (
            "two lengths",
            good()
                .with("Content-Length: 5")
                .with("Transfer-Encoding: chunked"),
            400,
            PLAIN,
        ),
        (
            "lengths that differ",
            good().with("Content-Length: 5").with("Content-Length: 6"),
            400,
            "",
        ),
        (
            "a length of words",
            good().with("Content-Length: five"),
            400,
            "",
        ),
        (
            "a negative length",
            good().with("Content-Length: -1"),
            400,
            "",
        ),
        ("a header without a colon", good().with("Nonsense"), 400, ""),
        ("a header without a name", good().with(": x"), 400, ""),
        ("a space before a colon", good().with("X-A : x"), 400, ""),
        ("a space in a name", good().with("X A: x"), 400, ""),
        ("a folded header", good().with("X-A: x\r\n folded"), 400, ""),
        (
            "a space before the first header",
            Request {
                headers: vec![format!(" {}", good().headers.join("\r\n"))],
                ..good()
            },
            400,
            "",
        ),
        (
            "a control character in a value",
            good().with("X-A: a\u{1}b"),
            400,
            "",
        ),
        ("a zero in a value", good().with("X-A: a\u{0}b"), 400, ""),
        (
            "a carriage return in a value",
            good().with("X-A: a\rb"),
            400,
            "",
        ),
        ("a bracket in a name", good().with("X[A]: x"), 400, ""),
        (
            "a head of more than 64 KiB",
            good().with(&format!("X-Long: {}", "x".repeat(80_000))),
            431,
            "",
        ),
        (
            "a query of more than 64 KiB",
            line(&format!("GET /echo?{} HTTP/1.1", "q".repeat(80_000))),
            431,
            "",
        ),
        (
            "three hundred headers",
            (0..300).fold(good(), |request, n| request.with(&format!("X-{n}: {n}"))),
            431,
            "",
        ),
    ];
    let mut all: Vec<Case> = cases
        .into_iter()
        .map(|(name, request, status, line)| fails(name, request.bytes(), status, line))
        .collect();
    all.push(fails("garbage", vec![0xff; 64], 400, ""));
    all.push(fails("words", b"hello there\r\n\r\n".to_vec(), 400, ""));
    all.push(fails(
        "a frame without a handshake",
        masked(0x81, b"hello there"),
        400,
        "",
    ));
    all
}

/// What does not ask for an upgrade is HTTP, and gets HTTP's answer.
fn not_upgrades() -> Vec<Case> {
    [
        ("no Upgrade", good().without("Upgrade")),
        ("an empty Upgrade", good().changed("Upgrade:")),
        ("Upgrade to something else", good().changed("Upgrade: h2c")),
        (
            "Upgrade to a longer word",
            good().changed("Upgrade: websockets"),
        ),
        (
            "Upgrade to a version",
            good().changed("Upgrade: websocket/13"),
        ),
        ("no Connection", good().without("Connection")),
        (
            "Connection without upgrade",
            good().changed("Connection: keep-alive"),
        ),
        (
            "Connection with a longer word",
            good().changed("Connection: upgraded"),
        ),
        ("neither", good().without("Upgrade").without("Connection")),
        (
            "HTTP/1.0 without both",
            Request {
                line: "GET /echo HTTP/1.0".into(),
                ..good().without("Upgrade").without("Connection")
            },
        ),
    ]
    .into_iter()
    .map(|(name, request)| fails(name, request.bytes(), 200, ""))
    .collect()
}

fn subprotocols() -> Vec<Case> {
    let asked = |path: &str, value: &str| {
        let mut request = good().with(&format!("Sec-WebSocket-Protocol: {value}"));
        request.line = format!("GET {path} HTTP/1.1");
        request.bytes()
    };
    let mut all = Vec::new();
    for (name, path, value, line) in [
        (
            "one",
            "/spoken",
            "v1.chat",
            "sec-websocket-protocol: v1.chat\r\n",
        ),
        (
            "the route's first",
            "/spoken",
            "v1.chat, v2.chat",
            "sec-websocket-protocol: v2.chat\r\n",
        ),
        (
            "one among others",
            "/spoken",
            "x, y,v1.chat",
            "sec-websocket-protocol: v1.chat\r\n",
        ),
        (
            "the client's first",
            "/echo",
            "b, a",
            "sec-websocket-protocol: b\r\n",
        ),
        (
            "signs in a name",
            "/echo",
            "a!#$%&'*+-.^_`|~9",
            "sec-websocket-protocol: a!#$%&'*+-.^_`|~9\r\n",
        ),
        (
            "none that is spoken",
            "/spoken",
            "v3.chat",
            "upgrade: websocket\r\n",
        ),
        (
            "another case is another name",
            "/spoken",
            "V1.CHAT",
            "upgrade: websocket\r\n",
        ),
    ] {
        all.push(Case {
            name: format!("subprotocols: {name}"),
            steps: vec![Send(asked(path, value)), Status(101, line)],
        });
    }
    for (name, value) in [
        ("empty", ""),
        ("a comma", ","),
        ("an empty one", "a,,b"),
        ("a comma at the end", "a,"),
        ("a comma at the beginning", ",a"),
        ("a space in a name", "a b"),
        ("a slash in a name", "a/b"),
        ("quotes", "\"a\""),
        ("brackets", "a(b)"),
        ("the same twice", "a, a"),
        ("beyond ASCII", "\u{fc}"),
    ] {
        all.push(fails(
            &format!("subprotocols: {name}"),
            asked("/echo", value),
            400,
            "",
        ));
    }
    let twice = good()
        .with("Sec-WebSocket-Protocol: a")
        .with("Sec-WebSocket-Protocol: a");
    all.push(fails(
        "subprotocols: the same in two lines",
        twice.bytes(),
        400,
        "",
    ));
    let two = good()
        .with("Sec-WebSocket-Protocol: a")
        .with("Sec-WebSocket-Protocol: b");
    all.push(Case {
        name: "subprotocols: two lines".into(),
        steps: vec![
            Send(two.bytes()),
            Status(101, "sec-websocket-protocol: a\r\n"),
        ],
    });
    all
}

/// However a handshake is cut, and whatever follows it in the same segment.
fn pieces() -> Vec<Case> {
    let whole = handshake("/echo");
    let mut all = Vec::new();
    for size in [1, 2, 3, 10, 50, 100] {
        all.push(Case {
            name: format!("handshake by {size}"),
            steps: vec![
                Pieces(whole.clone(), size),
                Status(101, "upgrade: websocket"),
                Send(masked(0x81, b"x")),
                text(b"x"),
            ],
        });
    }
    for (name, after, answers) in [
        ("a message", masked(0x81, b"x"), vec![text(b"x")]),
        (
            "two messages",
            [masked(0x81, b"x"), masked(0x81, b"y")].concat(),
            vec![text(b"x"), text(b"y")],
        ),
        (
            "a long message",
            masked(0x81, &[b'x'; 100_000]),
            vec![text(&[b'x'; 100_000])],
        ),
        (
            "a close frame",
            crate::case::close(1000, b""),
            vec![crate::case::Close(Some(1000)), crate::case::End],
        ),
        (
            "a violation",
            vec![0x83],
            vec![crate::case::Close(Some(1002)), crate::case::End],
        ),
    ] {
        let mut steps = vec![
            Send([whole.clone(), after].concat()),
            Status(101, "upgrade: websocket"),
        ];
        steps.extend(answers);
        all.push(Case {
            name: format!("handshake with {name}"),
            steps,
        });
    }
    all.push(Case {
        name: "handshake after a request on the same connection".into(),
        steps: vec![
            Send(b"GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
            Status(200, ""),
            Send(whole.clone()),
            Status(101, "upgrade: websocket"),
            Send(masked(0x81, b"x")),
            text(b"x"),
        ],
    });
    all.push(Case {
        name: "handshake in one segment with a request before it".into(),
        steps: vec![
            Send(
                [
                    b"GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
                    whole,
                ]
                .concat(),
            ),
            Status(200, ""),
            Status(101, "upgrade: websocket"),
            Send(masked(0x81, b"x")),
            text(b"x"),
        ],
    });
    all
}
