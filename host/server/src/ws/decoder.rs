//! Frames from clients: bytes in, messages out, no input or output of its own.
//!
//! This is tungstenite's job in most servers. It is done here because tungstenite shows no
//! fragments (they must be counted), checks a header only after its payload has arrived, takes
//! lengths in long form, validates text at its end, and needs a buffer per connection: ours
//! decodes from a buffer that all connections of a thread share, so that an idle one has none.
//!
//! A violation is found at the first byte that proves it. After one, the decoder is not used
//! again.

use bytes::{Bytes, BytesMut};
use wasmock_exchange::{Close, Frame, limits};

use super::frames;

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole message.
    Message(Frame),
    /// To be answered with a pong of the same payload.
    Ping(Bytes),
    /// An answer to a ping, or unasked for.
    Pong,
    /// The client closes; without a code where it gave none.
    Close(Option<Close>),
}

/// What a client must not send, as the close frame that tells it so.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
}

fn protocol(reason: &'static str) -> Violation {
    Violation { code: 1002, reason }
}

const BAD_TEXT: Violation = Violation {
    code: 1007,
    reason: "text is not valid UTF-8",
};
const TOO_BIG: Violation = Violation {
    code: 1009,
    reason: "message is too big",
};
const TOO_MANY: Violation = Violation {
    code: 1008,
    reason: "message has too many fragments",
};

/// A payload of at most this size is given its place at once; a longer one grows as it arrives,
/// so that an announced length alone costs nothing.
const RESERVED_AT_ONCE: usize = 64 << 10;
/// From here on the rest of a frame is given its place: growing further would copy it again and
/// again while others wait, and a system gives memory only when it is written to.
const RESERVED_WHOLE: usize = 2 << 20;

/// The state between two reads.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    head: [u8; 14],
    filled: u8,
    /// The frame whose payload is arriving.
    frame: Option<Payload>,
    control: Vec<u8>,
    message: BytesMut,
    /// The opcode of the message in progress; 0 for none.
    opcode: u8,
    fragments: usize,
    /// How much of a text is known to be valid.
    valid: usize,
}

#[derive(Debug)]
struct Payload {
    opcode: u8,
    last: bool,
    remaining: usize,
    mask: [u8; 4],
    masked: usize,
}

impl Decoder {
    /// Bytes held for messages that are not whole yet.
    pub(crate) fn held(&self) -> usize {
        self.message.len()
    }

    /// Takes bytes from the front of the input until something is whole; `None` when all were
    /// taken.
    pub(crate) fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Incoming>, Violation> {
        loop {
            let Some(payload) = &mut self.frame else {
                match self.read_head(input)? {
                    Some(payload) => self.frame = Some(payload),
                    None => return Ok(None),
                }
                continue;
            };
            let taken = payload.remaining.min(input.len());
            if taken < payload.remaining && taken == 0 {
                return Ok(None);
            }
            let (bytes, rest) = input.split_at(taken);
            *input = rest;
            let target = if payload.opcode >= frames::CLOSE {
                let start = self.control.len();
                self.control.extend_from_slice(bytes);
                &mut self.control[start..]
            } else {
                let start = self.message.len();
                if start >= RESERVED_WHOLE {
                    self.message.reserve(payload.remaining);
                }
                self.message.extend_from_slice(bytes);
                &mut self.message[start..]
            };
            unmask(target, payload.mask, payload.masked);
            payload.masked = (payload.masked + taken) & 3;
            payload.remaining -= taken;
            let whole = payload.remaining == 0;
            let (opcode, last) = (payload.opcode, payload.last);
            if opcode < frames::CLOSE && self.opcode == frames::TEXT {
                self.validate()?;
            }
            if !whole {
                continue;
            }
            self.frame = None;
            if opcode >= frames::CLOSE {
                return self.control(opcode).map(Some);
            }
            if last {
                return self.message().map(Some);
            }
        }
    }

    /// Reads a head, checking each part as soon as it is there.
    fn read_head(&mut self, input: &mut &[u8]) -> Result<Option<Payload>, Violation> {
        loop {
            let filled = usize::from(self.filled);
            let wanted = match filled {
                0 | 1 => 2,
                _ => head_length(self.head[1]),
            };
            if filled == wanted && filled >= 2 {
                break;
            }
            let taken = (wanted - filled).min(input.len());
            if taken == 0 {
                return Ok(None);
            }
            let (bytes, rest) = input.split_at(taken);
            self.head[filled..filled + taken].copy_from_slice(bytes);
            *input = rest;
            self.filled += taken as u8;
            if filled == 0 {
                self.check_first(self.head[0])?;
            }
            if filled < 2 && self.filled >= 2 {
                self.check_second(self.head[0], self.head[1])?;
            }
        }
        let head = &self.head;
        let (length, mask) = match head[1] & 0x7f {
            126 => (
                u64::from(u16::from_be_bytes([head[2], head[3]])),
                &head[4..8],
            ),
            127 => {
                let mut length = [0; 8];
                length.copy_from_slice(&head[2..10]);
                (u64::from_be_bytes(length), &head[10..14])
            }
            length => (u64::from(length), &head[2..6]),
        };
        let mask = [mask[0], mask[1], mask[2], mask[3]];
        match head[1] & 0x7f {
            126 if length < 126 => return Err(protocol("length is not in its shortest form")),
            127 if length < 0x1_0000 => return Err(protocol("length is not in its shortest form")),
            127 if length >> 63 != 0 => return Err(protocol("length has its highest bit set")),
            _ => {}
        }
        let (opcode, last) = (head[0] & 0x0f, head[0] & 0x80 != 0);
        let room = limits::BODY.saturating_sub(self.message.len());
        let remaining = usize::try_from(length)
            .ok()
            .filter(|&n| n <= room)
            .ok_or(TOO_BIG)?;
        self.filled = 0;
        if opcode < frames::CLOSE {
            if opcode == frames::CONTINUATION {
                self.fragments += 1;
                if self.fragments > limits::WEBSOCKET_FRAGMENTS {
                    return Err(TOO_MANY);
                }
            } else {
                self.opcode = opcode;
                self.fragments = 1;
            }
            self.message.reserve(remaining.min(RESERVED_AT_ONCE));
        }
        Ok(Some(Payload {
            opcode,
            last,
            remaining,
            mask,
            masked: 0,
        }))
    }

    fn check_first(&self, first: u8) -> Result<(), Violation> {
        if first & 0x70 != 0 {
            return Err(protocol("a reserved bit is set"));
        }
        match first & 0x0f {
            frames::CONTINUATION if self.opcode == 0 => {
                Err(protocol("there is no message to continue"))
            }
            frames::TEXT | frames::BINARY if self.opcode != 0 => {
                Err(protocol("a message begins before the last one ended"))
            }
            frames::CONTINUATION | frames::TEXT | frames::BINARY => Ok(()),
            frames::CLOSE | frames::PING | frames::PONG if first & 0x80 == 0 => {
                Err(protocol("a control frame is fragmented"))
            }
            frames::CLOSE | frames::PING | frames::PONG => Ok(()),
            _ => Err(protocol("the opcode is reserved")),
        }
    }

    fn check_second(&self, first: u8, second: u8) -> Result<(), Violation> {
        if second & 0x80 == 0 {
            return Err(protocol("a frame is not masked"));
        }
        if first & 0x08 != 0 && second & 0x7f > 125 {
            return Err(protocol("a control frame is too long"));
        }
        Ok(())
    }

    fn validate(&mut self) -> Result<(), Violation> {
        match std::str::from_utf8(&self.message[self.valid..]) {
            Ok(_) => self.valid = self.message.len(),
            Err(error) if error.error_len().is_none() => self.valid += error.valid_up_to(),
            Err(_) => return Err(BAD_TEXT),
        }
        Ok(())
    }

    fn message(&mut self) -> Result<Incoming, Violation> {
        let payload = std::mem::take(&mut self.message).freeze();
        let opcode = std::mem::take(&mut self.opcode);
        let valid = std::mem::take(&mut self.valid);
        self.fragments = 0;
        if opcode == frames::BINARY {
            return Ok(Incoming::Message(Frame::Binary(payload)));
        }
        if valid < payload.len() {
            return Err(BAD_TEXT);
        }
        Ok(Incoming::Message(Frame::Text(payload)))
    }

    fn control(&mut self, opcode: u8) -> Result<Incoming, Violation> {
        let payload = std::mem::take(&mut self.control);
        match (opcode, &payload[..]) {
            (frames::PING, _) => Ok(Incoming::Ping(payload.into())),
            (frames::PONG, _) => Ok(Incoming::Pong),
            (_, []) => Ok(Incoming::Close(None)),
            (_, [_]) => Err(protocol("a close frame has half a code")),
            (_, [a, b, reason @ ..]) => {
                let code = u16::from_be_bytes([*a, *b]);
                if !frames::is_close_code(code) {
                    return Err(protocol("the close code is not one that may be sent"));
                }
                let reason = std::str::from_utf8(reason)
                    .map_err(|_| BAD_TEXT)?
                    .to_owned();
                Ok(Incoming::Close(Some(Close { code, reason })))
            }
        }
    }
}

/// The length of a head with that second byte, the mask included.
fn head_length(second: u8) -> usize {
    match second & 0x7f {
        126 => 8,
        127 => 14,
        _ => 6,
    }
}

fn unmask(bytes: &mut [u8], mask: [u8; 4], at: usize) {
    let mut turned = mask;
    turned.rotate_left(at);
    let [a, b, c, d] = turned;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut words = bytes.chunks_exact_mut(8);
    for word in &mut words {
        let mut value = [0; 8];
        value.copy_from_slice(word);
        word.copy_from_slice(&(u64::from_ne_bytes(value) ^ wide).to_ne_bytes());
    }
    for (byte, mask) in words.into_remainder().iter_mut().zip(turned.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame with that first byte.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x11, 0x22, 0x33, 0x44];
        let mut frame = frames::encode(first & 0x0f, payload).to_vec();
        frame[0] = first;
        frame[1] |= 0x80;
        let head = frame.len() - payload.len();
        frame.splice(head..head, mask);
        for (i, byte) in frame[head + 4..].iter_mut().enumerate() {
            *byte ^= mask[i % 4];
        }
        frame
    }

    /// What comes of those bytes, cut into pieces of that size.
    fn decode(bytes: &[u8], piece: usize) -> (Vec<Incoming>, Option<u16>) {
        let mut decoder = Decoder::default();
        let mut seen = Vec::new();
        for mut chunk in bytes.chunks(piece) {
            loop {
                match decoder.decode(&mut chunk) {
                    Ok(Some(incoming)) => seen.push(incoming),
                    Ok(None) => break,
                    Err(violation) => return (seen, Some(violation.code)),
                }
            }
            assert!(chunk.is_empty());
        }
        (seen, None)
    }

    fn text(text: &str) -> Incoming {
        Incoming::Message(Frame::text(text))
    }

    #[test]
    fn messages_arrive_however_the_bytes_are_cut() {
        let long = "é€😀".repeat(9000);
        let bytes = [
            frame(0x81, b"hello"),
            frame(0x81, b""),
            frame(0x82, &[0, 255, 1]),
            frame(0x01, "h\u{e9}".as_bytes()),
            frame(0x89, b"ping"),
            frame(0x00, b""),
            frame(0x8a, b""),
            frame(0x80, b"llo"),
            frame(0x81, long.as_bytes()),
            frame(0x88, &[3, 232, b'o', b'k']),
        ]
        .concat();
        let expected = vec![
            text("hello"),
            text(""),
            Incoming::Message(Frame::Binary(Bytes::from_static(&[0, 255, 1]))),
            Incoming::Ping(Bytes::from_static(b"ping")),
            Incoming::Pong,
            text("h\u{e9}llo"),
            text(&long),
            Incoming::Close(Some(Close {
                code: 1000,
                reason: "ok".into(),
            })),
        ];
        for piece in [1, 2, 3, 7, 64, 1000, usize::MAX] {
            assert_eq!(
                decode(&bytes, piece),
                (decode(&bytes, bytes.len()).0, None),
                "{piece}"
            );
        }
        assert_eq!(decode(&bytes, 5).0, expected);
    }

    #[test]
    fn a_character_may_be_cut_by_a_fragment() {
        let bytes = [
            frame(0x01, &[0xe2, 0x82]),
            frame(0x89, b""),
            frame(0x80, &[0xac]),
        ]
        .concat();
        assert_eq!(decode(&bytes, 1).0.last(), Some(&text("€")));
    }

    #[test]
    fn violations_have_their_codes() {
        let cases: Vec<(&str, Vec<u8>, u16)> = vec![
            ("reserved bit", frame(0xc1, b"a"), 1002),
            ("reserved bit, nothing more", vec![0xa1], 1002),
            ("reserved opcode", frame(0x83, b"a"), 1002),
            ("reserved control opcode", vec![0x8b], 1002),
            ("unmasked", vec![0x81, 1], 1002),
            ("continuation of nothing", frame(0x80, b"a"), 1002),
            (
                "message within a message",
                [frame(0x01, b"a"), frame(0x81, b"b")].concat(),
                1002,
            ),
            ("fragmented ping", frame(0x09, b"a"), 1002),
            ("long ping", frame(0x89, &[0; 126]), 1002),
            ("long form 126", vec![0x81, 0xfe, 0, 125, 0, 0, 0, 0], 1002),
            (
                "long form 127",
                vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0],
                1002,
            ),
            (
                "highest bit",
                [&[0x82, 0xff][..], &[255; 12]].concat(),
                1002,
            ),
            (
                "too big",
                vec![0x82, 0xff, 0, 0, 0, 0, 6, 0x40, 0, 1, 0, 0, 0, 0],
                1009,
            ),
            ("bad text", frame(0x81, &[0xff]), 1007),
            (
                "bad text, at once",
                frame(0x81, &[b'a', 0xc0, 0x80, b'b'])[..8].to_vec(),
                1007,
            ),
            ("surrogate", frame(0x81, &[0xed, 0xa0, 0x80]), 1007),
            ("cut text", frame(0x81, &[0xe2, 0x82]), 1007),
            ("half a close code", frame(0x88, &[3]), 1002),
            ("close 1005", frame(0x88, &[3, 237]), 1002),
            ("close 1016", frame(0x88, &[3, 248]), 1002),
            ("close 5000", frame(0x88, &[0x13, 0x88]), 1002),
            ("bad close reason", frame(0x88, &[3, 232, 0xff]), 1007),
        ];
        for (name, bytes, code) in cases {
            for piece in [1, 3, usize::MAX] {
                assert_eq!(
                    decode(&bytes, piece.min(bytes.len())).1,
                    Some(code),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn fragments_and_sizes_are_counted_over_the_whole_message() {
        let mut bytes = frame(0x01, b"");
        for _ in 0..limits::WEBSOCKET_FRAGMENTS - 1 {
            bytes.extend(frame(0x00, b""));
        }
        assert_eq!(decode(&bytes, usize::MAX), (vec![], None));
        bytes.extend(frame(0x00, b""));
        assert_eq!(decode(&bytes, 4096).1, Some(1008));

        let mut decoder = Decoder::default();
        let first = [
            &frame(0x02, &[0; 10])[..],
            &[0x80, 0xff, 0, 0, 0, 0, 6, 0x3f, 0xff, 0xf7, 0, 0, 0, 0],
        ]
        .concat();
        assert_eq!(decoder.decode(&mut &first[..]), Err(TOO_BIG));
        let place = decoder.message.capacity();
        assert!(place < 4096, "an announced length costs nothing");
    }

    #[test]
    fn a_long_frame_gets_its_place_when_some_of_it_is_there() {
        let mut decoder = Decoder::default();
        let length = 50_000_000_u64;
        let mut head = vec![0x82, 0xff];
        head.extend(length.to_be_bytes());
        head.extend([0; 4]);
        assert_eq!(decoder.decode(&mut &head[..]), Ok(None));
        let place = decoder.message.capacity();
        assert!(place < 100_000, "an announced length costs nothing");
        let part = [0; 1 << 16];
        for _ in 0..RESERVED_WHOLE / part.len() + 1 {
            assert_eq!(decoder.decode(&mut &part[..]), Ok(None));
        }
        let place = decoder.message.capacity();
        assert!(place >= length as usize, "{place}");
        assert_eq!(decoder.held(), RESERVED_WHOLE + part.len());
    }
}
