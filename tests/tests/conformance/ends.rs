//! Ends of TCP without a close frame: nothing is answered, nothing is reset.

use crate::case::{
    Case, Close, End, Finish, Pieces, Send, Status, close, handshake, masked, on, text,
};

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let long = masked(0x81, &[b'x'; 70_000]);
    for (name, bytes) in [
        ("after the handshake", vec![]),
        ("after one byte", vec![0x81]),
        ("within a short head", vec![0x81, 0x85, 1, 2]),
        ("within a long head", vec![0x81, 0xff, 0, 0, 0]),
        ("after a head", long[..14].to_vec()),
        ("within a payload", long[..30_000].to_vec()),
        ("between fragments", masked(0x01, b"begun")),
        ("within a fragment", masked(0x01, b"begun")[..9].to_vec()),
        ("within a character", masked(0x01, &[0xe2, 0x82])),
        ("within a ping", masked(0x89, b"ping")[..7].to_vec()),
        ("within a close frame", close(1000, b"why")[..7].to_vec()),
    ] {
        cases.push(on(
            "/echo",
            format!("the end {name}"),
            [Send(bytes.clone()), Finish, End],
        ));
        cases.push(on(
            "/echo",
            format!("the end {name}, byte by byte"),
            [
                Pieces(bytes[..bytes.len().min(2000)].to_vec(), 1),
                Finish,
                End,
            ],
        ));
    }
    cases.push(on(
        "/echo",
        "the end after an answer",
        [Send(masked(0x81, b"x")), text(b"x"), Finish, End],
    ));
    cases.push(on(
        "/echo",
        "the end right after a close frame",
        [Send(close(1000, b"")), Finish, Close(Some(1000)), End],
    ));
    cases.push(on(
        "/echo",
        "the end right after a violation",
        [Send(vec![0xff]), Finish, Close(Some(1002)), End],
    ));
    cases.push(on(
        "/late",
        "the end while an answer waits",
        [Send(masked(0x81, b"x")), Finish, End],
    ));
    // Within the handshake.
    let whole = handshake("/echo");
    for (name, length) in [
        ("at once", 0),
        ("within the request line", 8),
        ("after the request line", 20),
        ("within a header", 50),
        ("before the last line break", whole.len() - 2),
    ] {
        cases.push(Case {
            name: format!("the end of a handshake {name}"),
            steps: vec![Send(whole[..length].to_vec()), Finish, End],
        });
    }
    cases.push(Case {
        name: "the end right after a handshake".into(),
        steps: vec![Send(whole.clone()), Finish, Status(101, "upgrade"), End],
    });
    cases.push(Case {
        name: "the end right after a handshake with half a frame".into(),
        steps: vec![
            Send([whole, vec![0x81, 0x85]].concat()),
            Finish,
            Status(101, "upgrade"),
            End,
        ],
    });
    cases
}
