//! Text: what is UTF-8, what is not, and that it is found at the first byte that proves it.

use crate::case::{Case, Close, End, Pieces, Send, broken, fine, masked, on, text};

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, bytes) in valid() {
        cases.push(fine(
            format!("{name} is text"),
            [Send(masked(0x81, &bytes)), text(&bytes)],
        ));
        cases.push(fine(
            format!("{name} is text, a fragment for each byte"),
            [Pieces(in_fragments(&bytes), 1), text(&bytes)],
        ));
    }
    for (name, bytes) in invalid() {
        let around = [b"good ".as_slice(), &bytes, b" good"].concat();
        cases.push(broken(
            format!("{name} is no text"),
            masked(0x81, &around),
            1007,
        ));
        cases.push(broken(
            format!("{name} is no text, a fragment for each byte"),
            in_fragments(&bytes),
            1007,
        ));
        cases.extend(at_once(&name, &around));
    }
    cases.extend(ends());
    cases
}

/// A fragment for each byte.
fn in_fragments(bytes: &[u8]) -> Vec<u8> {
    let mut frames = masked(0x01, b"");
    for byte in bytes {
        frames.extend(masked(0x00, &[*byte]));
    }
    frames.extend(masked(0x80, b""));
    frames
}

/// Only the bytes that prove it, of a frame and of a message that go on.
fn at_once(name: &str, bytes: &[u8]) -> Vec<Case> {
    let error = std::str::from_utf8(bytes).unwrap_err();
    let Some(length) = error.error_len() else {
        return Vec::new();
    };
    let proof = (error.valid_up_to() + length + 1).min(bytes.len());
    let frame = masked(0x81, bytes);
    let head = frame.len() - bytes.len();
    vec![
        on(
            "/echo",
            format!("{name}, before the frame is whole"),
            [Send(frame[..head + proof].to_vec()), Close(Some(1007)), End],
        ),
        on(
            "/echo",
            format!("{name}, before the message is whole"),
            [
                Send([masked(0x01, b"begin "), masked(0x00, bytes)].concat()),
                Close(Some(1007)),
                End,
            ],
        ),
    ]
}

fn valid() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = [
        "κόσμε",
        "Hello-µ@ßöäüàá-UTF-8!!",
        "日本語 text",
        "a\u{0}b",
        "\u{feff}with a byte order mark",
        "e\u{301} combining",
        "👩‍👩‍👧‍👦",
    ]
    .iter()
    .map(|text| (format!("{text:?}"), text.as_bytes().to_vec()))
    .collect();
    let mut points = vec![
        0x00, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x1_0000, 0x10_ffff,
        0xfdd0, 0xfdef,
    ];
    // The last two of every plane are no characters, and still well-formed.
    points.extend((0..17).flat_map(|plane| [plane << 16 | 0xfffe, plane << 16 | 0xffff]));
    for point in points {
        let point = char::from_u32(point).unwrap();
        all.push((format!("{point:?}"), point.to_string().into_bytes()));
    }
    all
}

fn invalid() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<Vec<u8>> = [
        // Beyond the last character.
        &[0xf4, 0x90, 0x80, 0x80][..],
        &[0xf5, 0x80, 0x80, 0x80],
        &[0xf7, 0xbf, 0xbf, 0xbf],
        &[0xf8, 0x88, 0x80, 0x80, 0x80],
        &[0xfb, 0xbf, 0xbf, 0xbf, 0xbf],
        &[0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
        &[0xfd, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf],
        // Continuation bytes alone.
        &[0x80],
        &[0xbf],
        &[0x80, 0xbf],
        &[0x80, 0xbf, 0x80],
        &[0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf],
        // Never used.
        &[0xfe],
        &[0xff],
        &[0xfe, 0xfe, 0xff, 0xff],
        // More bytes than needed.
        &[0xc0, 0xaf],
        &[0xe0, 0x80, 0xaf],
        &[0xf0, 0x80, 0x80, 0xaf],
        &[0xf8, 0x80, 0x80, 0x80, 0xaf],
        &[0xfc, 0x80, 0x80, 0x80, 0x80, 0xaf],
        &[0xc1, 0xbf],
        &[0xe0, 0x9f, 0xbf],
        &[0xf0, 0x8f, 0xbf, 0xbf],
        &[0xc0, 0x80],
        &[0xe0, 0x80, 0x80],
        &[0xf0, 0x80, 0x80, 0x80],
        // Surrogates, alone and in pairs.
        &[0xed, 0xa0, 0x80],
        &[0xed, 0xad, 0xbf],
        &[0xed, 0xae, 0x80],
        &[0xed, 0xaf, 0xbf],
        &[0xed, 0xb0, 0x80],
        &[0xed, 0xbe, 0x80],
        &[0xed, 0xbf, 0xbf],
        &[0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
        &[0xed, 0xaf, 0xbf, 0xed, 0xbf, 0xbf],
        // The continuation is missing.
        &[0xc2, b' '],
        &[0xdf, b'a'],
        &[0xe0, 0xa0, b' '],
        &[0xef, 0xbf, b'a'],
        &[0xf0, 0x90, 0x80, b' '],
        &[0xf4, 0x8f, 0xbf, b'a'],
        &[0xe2, 0x82, 0xe2, 0x82, 0xac],
        &[
            0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xf4, 0x90, 0x80, 0x80,
        ],
    ]
    .iter()
    .map(|bytes| bytes.to_vec())
    .collect();
    all.push((0x80..=0xbf).collect());
    all.push((0xc0..=0xdf).flat_map(|byte| [byte, b' ']).collect());
    all.into_iter()
        .map(|bytes| (format!("{bytes:02x?}"), bytes))
        .collect()
}

/// A message that ends within a character.
fn ends() -> Vec<Case> {
    let mut cases = Vec::new();
    for start in [
        &[0xc2][..],
        &[0xe2],
        &[0xe2, 0x82],
        &[0xf0],
        &[0xf0, 0x9f],
        &[0xf0, 0x9f, 0x98],
        &[b'a', 0xc3],
    ] {
        cases.push(broken(
            format!("a text that ends with {start:02x?}"),
            masked(0x81, start),
            1007,
        ));
        cases.push(broken(
            format!("a text whose last fragment ends with {start:02x?}"),
            [masked(0x01, b"begin"), masked(0x80, start)].concat(),
            1007,
        ));
        cases.push(broken(
            format!("a text that ends with {start:02x?} and an empty fragment"),
            [masked(0x01, start), masked(0x80, b"")].concat(),
            1007,
        ));
    }
    // What is no text may be a binary message, and a ping.
    cases.push(on(
        "/fixed",
        "a binary message that is no text",
        [Send(masked(0x82, &[0xff, 0xfe])), text(b"taken")],
    ));
    cases
}
