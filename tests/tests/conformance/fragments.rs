//! Messages in fragments, and what may stand between them.

use crate::case::{
    Case, Close, End, Frame, Pieces, Send, broken, close, fine, masked, on, pong, text,
};

pub fn cases() -> Vec<Case> {
    let mut cases = good();
    cases.extend(bad());
    cases.extend(cut());
    cases
}

fn good() -> Vec<Case> {
    let frames = |frames: &[(u8, &[u8])]| -> Vec<u8> {
        frames
            .iter()
            .flat_map(|(first, payload)| masked(*first, payload))
            .collect()
    };
    let mut cases = Vec::new();
    let sequences: Vec<(&str, Vec<u8>, Vec<crate::case::Step>)> = vec![
        (
            "two fragments",
            frames(&[(0x01, b"fragment1"), (0x80, b"fragment2")]),
            vec![text(b"fragment1fragment2")],
        ),
        (
            "an empty first fragment",
            frames(&[(0x01, b""), (0x80, b"x")]),
            vec![text(b"x")],
        ),
        (
            "an empty last fragment",
            frames(&[(0x01, b"x"), (0x80, b"")]),
            vec![text(b"x")],
        ),
        (
            "nothing but empty fragments",
            frames(&[(0x01, b""), (0x00, b""), (0x00, b""), (0x80, b"")]),
            vec![text(b"")],
        ),
        (
            "an empty fragment in the middle",
            frames(&[(0x01, b"a"), (0x00, b""), (0x80, b"b")]),
            vec![text(b"ab")],
        ),
        (
            "five fragments",
            frames(&[
                (0x01, b"1"),
                (0x00, b"2"),
                (0x00, b"3"),
                (0x00, b"4"),
                (0x80, b"5"),
            ]),
            vec![text(b"12345")],
        ),
        (
            "a ping between fragments",
            frames(&[(0x01, b"a"), (0x89, b"ping"), (0x80, b"b")]),
            vec![pong(b"ping"), text(b"ab")],
        ),
        (
            "a pong between fragments",
            frames(&[(0x01, b"a"), (0x8a, b"pong"), (0x80, b"b")]),
            vec![text(b"ab")],
        ),
        (
            "pings between five fragments",
            frames(&[
                (0x01, b"1"),
                (0x00, b"2"),
                (0x89, b"p1"),
                (0x00, b"3"),
                (0x00, b"4"),
                (0x89, b"p2"),
                (0x80, b"5"),
            ]),
            vec![pong(b"p1"), pong(b"p2"), text(b"12345")],
        ),
        (
            "a ping before the first and after the last fragment",
            frames(&[(0x89, b"a"), (0x01, b"1"), (0x80, b"2"), (0x8a, b"z")]),
            vec![pong(b"a"), text(b"12")],
        ),
        (
            "a ping of 125 bytes between fragments",
            frames(&[(0x01, b"a"), (0x89, &[b'p'; 125]), (0x80, b"b")]),
            vec![pong(&[b'p'; 125]), text(b"ab")],
        ),
        (
            "two messages in fragments",
            frames(&[(0x01, b"a"), (0x80, b"b"), (0x01, b"c"), (0x80, b"d")]),
            vec![text(b"ab"), text(b"cd")],
        ),
        (
            "a message after a message in fragments",
            frames(&[(0x01, b"a"), (0x80, b"b"), (0x81, b"c")]),
            vec![text(b"ab"), text(b"c")],
        ),
    ];
    for (name, bytes, expected) in sequences {
        for size in [usize::MAX, 1, 3] {
            let mut steps = vec![if size == usize::MAX {
                Send(bytes.clone())
            } else {
                Pieces(bytes.clone(), size)
            }];
            steps.extend(expected.clone());
            cases.push(fine(format!("{name}, by {size}"), steps));
        }
    }
    cases.push(on(
        "/binary",
        "a binary message in fragments",
        [
            Send(frames(&[
                (0x02, b"a"),
                (0x89, b""),
                (0x00, b"b"),
                (0x80, b"c"),
            ])),
            pong(b""),
            Frame(0x82, b"abc".to_vec()),
        ],
    ));
    cases.push(on(
        "/echo",
        "a close frame between fragments",
        [
            Send([masked(0x01, b"a"), close(1000, b""), masked(0x80, b"b")].concat()),
            Close(Some(1000)),
            End,
        ],
    ));
    cases
}

fn bad() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, bytes) in [
        ("a final continuation of nothing", masked(0x80, b"x")),
        ("a continuation of nothing", masked(0x00, b"x")),
        ("an empty continuation of nothing", masked(0x80, b"")),
        (
            "a continuation of nothing, then a message",
            [masked(0x00, b"x"), masked(0x81, b"y")].concat(),
        ),
        (
            "a text within a text",
            [masked(0x01, b"a"), masked(0x81, b"b")].concat(),
        ),
        (
            "a fragment of text within a text",
            [masked(0x01, b"a"), masked(0x01, b"b")].concat(),
        ),
        (
            "a binary message within a text",
            [masked(0x01, b"a"), masked(0x82, b"b")].concat(),
        ),
        (
            "a text within a binary message",
            [masked(0x02, b"a"), masked(0x81, b"b")].concat(),
        ),
        (
            "an empty text within a text",
            [masked(0x01, b""), masked(0x81, b"")].concat(),
        ),
        (
            "a text after many fragments",
            [
                masked(0x01, b""),
                masked(0x00, b"").repeat(50),
                masked(0x81, b"b"),
            ]
            .concat(),
        ),
        (
            "a fragmented ping between fragments",
            [masked(0x01, b"a"), masked(0x09, b"p")].concat(),
        ),
        (
            "a fragmented close between fragments",
            [masked(0x01, b"a"), masked(0x08, b"")].concat(),
        ),
    ] {
        cases.push(broken(name, bytes.clone(), 1002));
        cases.push(on(
            "/echo",
            format!("{name}, byte by byte"),
            [Pieces(bytes, 1), Close(Some(1002)), End],
        ));
    }
    cases.push(on(
        "/echo",
        "a continuation after the last fragment",
        [
            Send([masked(0x01, b"a"), masked(0x80, b"b")].concat()),
            text(b"ab"),
            Send(masked(0x80, b"c")),
            Close(Some(1002)),
            End,
        ],
    ));
    cases
}

/// A long message in fragments of every size, with a ping after each hundred.
fn cut() -> Vec<Case> {
    let message: Vec<u8> = "aé€😀".bytes().cycle().take(64_000).collect();
    [4, 7, 64, 256, 1024, 4096, 16_384, 60_000]
        .into_iter()
        .map(|size| {
            let pieces: Vec<&[u8]> = message.chunks(size).collect();
            let last = pieces.len() - 1;
            let mut bytes = Vec::new();
            let mut steps = Vec::new();
            for (n, piece) in pieces.iter().enumerate() {
                let opcode = u8::from(n == 0);
                let fin = if n == last { 0x80 } else { 0 };
                bytes.extend(masked(fin | opcode, piece));
                if n % 100 == 99 && n < last {
                    let number = n.to_string();
                    bytes.extend(masked(0x89, number.as_bytes()));
                    steps.push(pong(number.as_bytes()));
                }
            }
            steps.insert(0, Send(bytes));
            steps.push(text(&message));
            fine(format!("64,000 bytes in fragments of {size}"), steps)
        })
        .collect()
}
