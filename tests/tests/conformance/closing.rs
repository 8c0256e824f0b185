//! Close handshakes: every code, reasons, and what comes after.

use crate::case::{Case, Close, End, Frame, Pieces, Send, Step, broken, close, masked, on, text};

/// Codes that a close frame may carry: those of the registry and the two free ranges.
fn is_legal(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

pub fn cases() -> Vec<Case> {
    let mut cases = codes();
    cases.extend(reasons());
    cases.extend(afterwards());
    cases
}

fn closed(name: impl Into<String>, first: Step, answer: Option<u16>) -> Case {
    on("/echo", name, [first, Close(answer), End])
}

fn codes() -> Vec<Case> {
    let mut codes: Vec<u16> = vec![
        0, 1, 2, 99, 100, 998, 999, 1049, 1050, 1051, 1099, 1100, 1101, 1999, 2000, 2001, 2998,
        2999, 3000, 3001, 3003, 3008, 3500, 3998, 3999, 4000, 4001, 4400, 4500, 4998, 4999, 5000,
        5001, 9999, 32_767, 32_768, 65_534, 65_535,
    ];
    codes.extend(1000..=1030);
    let mut cases = Vec::new();
    for code in codes {
        let answer = if is_legal(code) { code } else { 1002 };
        cases.push(closed(
            format!("code {code}"),
            Send(close(code, b"")),
            Some(answer),
        ));
        if (1000..=1016).contains(&code) {
            cases.push(closed(
                format!("code {code} with a reason, byte by byte"),
                Pieces(close(code, b"because"), 1),
                Some(answer),
            ));
        }
    }
    cases
}

fn reasons() -> Vec<Case> {
    let mut cases = vec![
        closed("no code", Send(masked(0x88, b"")), None),
        broken("half a code", masked(0x88, &[3]), 1002),
        on(
            "/echo",
            "a reason comes back as it was",
            [
                Send(close(4001, "grüß 😀".as_bytes())),
                Frame(
                    0x88,
                    [&4001u16.to_be_bytes()[..], "grüß 😀".as_bytes()].concat(),
                ),
                End,
            ],
        ),
    ];
    for length in [1, 2, 122, 123] {
        cases.push(closed(
            format!("a reason of {length} bytes"),
            Send(close(1000, &vec![b'r'; length])),
            Some(1000),
        ));
    }
    for length in [124, 125, 1000] {
        cases.push(broken(
            format!("a reason of {length} bytes"),
            close(1000, &vec![b'r'; length]),
            1002,
        ));
    }
    for reason in [
        &[0xff][..],
        &[0xc0, 0xaf],
        &[0xe2, 0x82],
        &[0xed, 0xa0, 0x80],
        b"good \xf4\x90\x80\x80",
    ] {
        cases.push(broken(
            format!("the reason {reason:02x?}"),
            close(1000, reason),
            1007,
        ));
    }
    cases.push(broken(
        "an illegal code with a reason that is no text",
        close(1005, &[0xff]),
        1002,
    ));
    cases
}

fn afterwards() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, after) in [
        ("a message", masked(0x81, b"x")),
        ("a long message", masked(0x81, &[b'x'; 300_000])),
        ("a ping", masked(0x89, b"x")),
        ("a pong", masked(0x8a, b"x")),
        ("another close", close(1001, b"")),
        ("another close without a code", masked(0x88, b"")),
        ("garbage", vec![0xff; 100]),
        ("half a frame", vec![0x81, 0xfe, 1]),
        ("an unmasked frame", vec![0x81, 1, b'x']),
        ("a continuation of nothing", masked(0x80, b"x")),
    ] {
        cases.push(closed(
            format!("{name} after the close"),
            Send([close(1000, b""), after.clone()].concat()),
            Some(1000),
        ));
        cases.push(on(
            "/echo",
            format!("{name} after the server's close"),
            [
                Send(masked(0x83, b"bad")),
                Close(Some(1002)),
                Send(after),
                End,
            ],
        ));
    }
    for (name, before, answers) in [
        ("a message", masked(0x81, b"x"), vec![text(b"x")]),
        (
            "fragments",
            [masked(0x01, b"x"), masked(0x80, b"y")].concat(),
            vec![text(b"xy")],
        ),
        (
            "a ping",
            masked(0x89, b"x"),
            vec![Frame(0x8a, b"x".to_vec())],
        ),
    ] {
        let mut steps = vec![Send(before)];
        steps.extend(answers);
        steps.extend([Send(close(1001, b"")), Close(Some(1001)), End]);
        cases.push(on("/echo", format!("a close after {name}"), steps));
    }
    cases.push(on(
        "/late",
        "a close drops an answer that is not due",
        [
            Send(masked(0x81, b"x")),
            Send(close(1000, b"")),
            Close(Some(1000)),
            End,
        ],
    ));
    cases.push(closed(
        "a close within a message",
        Send([masked(0x01, b"begun"), close(1000, b"")].concat()),
        Some(1000),
    ));
    cases
}
