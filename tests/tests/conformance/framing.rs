//! Frames: lengths, masks, pings, reserved bits, opcodes, limits.

use crate::case::{
    Case, Close, End, Frame, Pieces, Send, broken, fine, masked, on, pong, text, with_mask,
};
use wasmock_tests::websocket::frame;

pub fn cases() -> Vec<Case> {
    [
        lengths(),
        masks(),
        unmasked(),
        long_forms(),
        pings(),
        reserved_bits(),
        opcodes(),
        limits(),
    ]
    .concat()
}

fn lengths() -> Vec<Case> {
    let mut cases = Vec::new();
    for length in [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 124, 125, 126, 127, 128, 1000, 4095, 4096, 16_384, 65_534,
        65_535, 65_536, 65_537, 262_144, 1_048_576,
    ] {
        let payload = vec![b'*'; length];
        cases.push(fine(
            format!("a text of {length} bytes"),
            [Send(masked(0x81, &payload)), text(&payload)],
        ));
        cases.push(on(
            "/binary",
            format!("a binary message of {length} bytes"),
            [Send(masked(0x82, &payload)), Frame(0x82, payload.clone())],
        ));
        for size in [1, 997] {
            // Byte by byte takes a system call each; long ones are cut in larger pieces.
            if (size == 1 && length > 200) || length < 4 {
                continue;
            }
            cases.push(fine(
                format!("a text of {length} bytes by {size}"),
                [Pieces(masked(0x81, &payload), size), text(&payload)],
            ));
        }
    }
    cases
}

fn masks() -> Vec<Case> {
    let payload: Vec<u8> = (0..1000u32).map(|n| b'a' + (n % 26) as u8).collect();
    let masks = [
        [0, 0, 0, 0],
        [0xff; 4],
        [1, 2, 3, 4],
        [0x80, 0, 0, 0],
        [0, 0, 0, 1],
        [0xde, 0xad, 0xbe, 0xef],
    ];
    let mut cases = Vec::new();
    for mask in masks {
        for length in [1, 3, 4, 5, 8, 13, 1000] {
            let payload = &payload[..length];
            let bytes = with_mask(0x81, payload, mask);
            cases.push(fine(
                format!("{length} bytes under the mask {mask:x?}, by 7"),
                [Pieces(bytes, 7), text(payload)],
            ));
        }
    }
    cases.push(fine(
        "each frame under a mask of its own",
        [
            Send(with_mask(0x01, b"one ", [9, 8, 7, 6])),
            Send(with_mask(0x89, b"ping", [1, 1, 1, 1])),
            pong(b"ping"),
            Send(with_mask(0x80, b"two", [0xaa, 0, 0xbb, 0])),
            text(b"one two"),
        ],
    ));
    cases
}

fn unmasked() -> Vec<Case> {
    let bare = |first, payload: &[u8]| frame(first, payload, false);
    let mut cases: Vec<Case> = [
        ("text", bare(0x81, b"x")),
        ("empty text", bare(0x81, b"")),
        ("long text", bare(0x81, &[b'x'; 300])),
        ("very long text", bare(0x81, &[b'x'; 70_000])),
        ("binary", bare(0x82, b"x")),
        ("fragment", bare(0x01, b"x")),
        ("ping", bare(0x89, b"x")),
        ("empty ping", bare(0x89, b"")),
        ("pong", bare(0x8a, b"")),
        ("close", bare(0x88, &[3, 232])),
        ("empty close", bare(0x88, b"")),
    ]
    .into_iter()
    .map(|(name, bytes)| broken(format!("not masked: {name}"), bytes, 1002))
    .collect();
    cases.push(broken(
        "a continuation that is not masked",
        [masked(0x01, b"x"), bare(0x80, b"y")].concat(),
        1002,
    ));
    cases.push(on(
        "/echo",
        "not masked, found at the second byte",
        [Send(vec![0x81, 0x05]), Close(Some(1002)), End],
    ));
    cases
}

/// Lengths must take as few bytes as they can.
fn long_forms() -> Vec<Case> {
    let mut cases = Vec::new();
    for length in [0u16, 1, 124, 125] {
        let [a, b] = length.to_be_bytes();
        let bytes = [
            &[0x81, 0xfe, a, b, 0, 0, 0, 0][..],
            &vec![b'x'; length.into()],
        ]
        .concat();
        cases.push(broken(format!("{length} in two bytes"), bytes, 1002));
    }
    for length in [0u64, 125, 126, 65_535] {
        let mut bytes = vec![0x81, 0xff];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(vec![b'x'; length as usize]);
        cases.push(broken(format!("{length} in eight bytes"), bytes, 1002));
    }
    for first in [0x80u8, 0xff] {
        let bytes = [&[0x82, 0xff, first][..], &[0; 7], &[0; 4]].concat();
        cases.push(broken(
            format!("a length with its highest bit set, {first:#x}"),
            bytes,
            1002,
        ));
    }
    cases
}

fn pings() -> Vec<Case> {
    let mut cases = Vec::new();
    let payloads: [&[u8]; 6] = [
        b"",
        b"p",
        b"hello, are you there?",
        &[0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0],
        &[b'x'; 124],
        &[0xfe; 125],
    ];
    for payload in payloads {
        let length = payload.len();
        cases.push(fine(
            format!("a ping of {length} bytes"),
            [Send(masked(0x89, payload)), pong(payload)],
        ));
        cases.push(fine(
            format!("a ping of {length} bytes, byte by byte"),
            [Pieces(masked(0x89, payload), 1), pong(payload)],
        ));
        cases.push(fine(
            format!("a pong nobody asked for, of {length} bytes"),
            [
                Send(masked(0x8a, payload)),
                Send(masked(0x89, b"p")),
                pong(b"p"),
            ],
        ));
    }
    for (first, name) in [(0x89, "ping"), (0x8a, "pong"), (0x88, "close")] {
        for length in [126, 127, 1000, 65_536] {
            cases.push(broken(
                format!("a {name} of {length} bytes"),
                masked(first, &vec![b'x'; length]),
                1002,
            ));
        }
        cases.push(on(
            "/echo",
            format!("a {name} of more than 125 bytes, found at its second byte"),
            [Send(vec![first, 0xfe]), Close(Some(1002)), End],
        ));
        cases.push(broken(
            format!("a fragmented {name}"),
            masked(first & 0x0f, b""),
            1002,
        ));
    }
    for size in [usize::MAX, 1] {
        let ten: Vec<Vec<u8>> = (0..10).map(|n| format!("ping {n}").into_bytes()).collect();
        let bytes: Vec<u8> = ten.iter().flat_map(|ping| masked(0x89, ping)).collect();
        let mut steps = vec![if size == 1 {
            Pieces(bytes, 1)
        } else {
            Send(bytes)
        }];
        steps.extend(ten.iter().map(|ping| pong(ping)));
        cases.push(fine(format!("ten pings, by {size}"), steps));
    }
    cases.push(on(
        "/late",
        "a ping while an answer waits",
        [
            Send(masked(0x81, b"x")),
            Send(masked(0x89, b"p")),
            pong(b"p"),
        ],
    ));
    cases
}

fn reserved_bits() -> Vec<Case> {
    let mut cases = Vec::new();
    for bits in 1..8u8 {
        let bits = bits << 4;
        for (name, first) in [
            ("text", 0x81),
            ("binary", 0x82),
            ("fragment", 0x01),
            ("ping", 0x89),
            ("pong", 0x8a),
            ("close", 0x88),
        ] {
            cases.push(broken(
                format!("reserved bits {bits:#x} on a {name}"),
                masked(first | bits, b""),
                1002,
            ));
        }
        cases.push(broken(
            format!("reserved bits {bits:#x} on a continuation"),
            [masked(0x01, b"a"), masked(0x80 | bits, b"b")].concat(),
            1002,
        ));
        cases.push(on(
            "/echo",
            format!("reserved bits {bits:#x} after a message and before a ping"),
            [
                Send(masked(0x81, b"good")),
                text(b"good"),
                Send([masked(0x81 | bits, b"bad"), masked(0x89, b"")].concat()),
                Close(Some(1002)),
                End,
            ],
        ));
        cases.push(on(
            "/echo",
            format!("reserved bits {bits:#x}, found at the first byte"),
            [Send(vec![0x81 | bits]), Close(Some(1002)), End],
        ));
    }
    cases
}

fn opcodes() -> Vec<Case> {
    let mut cases = Vec::new();
    for opcode in (3..8u8).chain(11..16) {
        for (name, bytes) in [
            ("empty", masked(0x80 | opcode, b"")),
            ("with a payload", masked(0x80 | opcode, b"reserved")),
            ("not final", masked(opcode, b"")),
            (
                "between fragments",
                [masked(0x01, b"a"), masked(0x80 | opcode, b"b")].concat(),
            ),
        ] {
            cases.push(broken(format!("opcode {opcode}, {name}"), bytes, 1002));
        }
        cases.push(on(
            "/echo",
            format!("opcode {opcode} after a message"),
            [
                Send(masked(0x81, b"good")),
                text(b"good"),
                Pieces(masked(0x80 | opcode, b"bad"), 1),
                Close(Some(1002)),
                End,
            ],
        ));
    }
    cases
}

/// 100 MiB for a message, 16,384 fragments.
fn limits() -> Vec<Case> {
    const LIMIT: u64 = 100 << 20;
    let head =
        |first: u8, length: u64| [&[first, 0xff][..], &length.to_be_bytes(), &[0; 4]].concat();
    let mut cases = Vec::new();
    for length in [LIMIT + 1, LIMIT * 2, 1 << 40, (1 << 63) - 1] {
        cases.push(on(
            "/echo",
            format!("a frame of {length} bytes, found at its head"),
            [Send(head(0x82, length)), Close(Some(1009)), End],
        ));
    }
    let half = (LIMIT / 2) as usize + 1;
    cases.push(on(
        "/fixed",
        "fragments of more than 100 MiB together, found at the head that exceeds it",
        [
            Send([head(0x02, half as u64), vec![0; half]].concat()),
            Send(head(0x80, half as u64)),
            Close(Some(1009)),
            End,
        ],
    ));
    cases.push(on(
        "/fixed",
        "a message of 100 MiB",
        [
            Send([head(0x82, LIMIT), vec![0; LIMIT as usize]].concat()),
            text(b"taken"),
        ],
    ));
    let fragments = |count: usize| {
        let mut bytes = masked(0x01, b"");
        bytes.extend(masked(0x00, b"").repeat(count - 1));
        bytes
    };
    cases.push(on(
        "/fixed",
        "16,384 fragments",
        [
            Send(fragments(16_383)),
            Send(masked(0x80, b"")),
            text(b"taken"),
        ],
    ));
    cases.push(on(
        "/fixed",
        "16,385 fragments",
        [Send(fragments(16_385)), Close(Some(1008)), End],
    ));
    cases
}
