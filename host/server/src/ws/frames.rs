//! Frames as bytes on the wire, server to client.
//!
//! A frame is encoded once and shared as [`Bytes`], whatever the number of its receivers: frames
//! of a server carry no mask, so they are the same for everybody.

use bytes::{BufMut, Bytes, BytesMut};
use wasmock_exchange::{Close, Frame};

pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xa;

/// An empty message.
pub(crate) static EMPTY_TEXT: Bytes = Bytes::from_static(&[0x81, 0]);

/// What fits into a close frame beside its code.
const REASON: usize = 123;

/// One unfragmented frame.
pub(crate) fn encode(opcode: u8, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    frame.put_u8(0x80 | opcode);
    match payload.len() {
        length @ 0..=125 => frame.put_u8(length as u8),
        length @ 126..=0xffff => {
            frame.put_u8(126);
            frame.put_u16(length as u16);
        }
        length => {
            frame.put_u8(127);
            frame.put_u64(length as u64);
        }
    }
    frame.put_slice(payload);
    frame.freeze()
}

/// A message.
pub(crate) fn message(frame: &Frame) -> Bytes {
    match frame {
        Frame::Text(text) => encode(TEXT, text),
        Frame::Binary(bytes) => encode(BINARY, bytes),
    }
}

/// A close frame; `None` has no code, as the answer to one that had none. A reason that is too
/// long is cut, a code that may not be sent becomes 1011.
pub(crate) fn close(close: Option<&Close>) -> Bytes {
    let Some(close) = close else {
        return encode(CLOSE, &[]);
    };
    let code = if is_close_code(close.code) {
        close.code
    } else {
        1011
    };
    let mut end = close.reason.len().min(REASON);
    while !close.reason.is_char_boundary(end) {
        end -= 1;
    }
    let mut payload = Vec::with_capacity(2 + end);
    payload.extend_from_slice(&code.to_be_bytes());
    payload.extend_from_slice(&close.reason.as_bytes()[..end]);
    encode(CLOSE, &payload)
}

/// Whether a close frame may carry that code (RFC 6455 §7.4 and the registry after it).
pub(crate) fn is_close_code(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        for (length, head) in [
            (0usize, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 0xff, 0xff]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = encode(TEXT, &vec![b'a'; length]);
            assert_eq!(&frame[..head.len()], &head[..], "{length}");
            assert_eq!(frame.len(), head.len() + length);
        }
    }

    #[test]
    fn a_close_frame_always_fits_and_has_a_code_that_may_be_sent() {
        let long = Close {
            code: 1008,
            reason: "ä".repeat(100),
        };
        let frame = close(Some(&long));
        assert_eq!(frame[1], 2 + 122);
        assert!(std::str::from_utf8(&frame[4..]).is_ok());
        assert_eq!(
            &close(Some(&Close {
                code: 1005,
                reason: String::new()
            }))[2..],
            &[3, 243]
        );
        assert_eq!(&close(None)[..], &[0x88, 0]);
    }
}
