//! Base64, as an argument or around a block.

use wasmock_javascript::Value;

use super::{Answer, Call, Family, Helper, Rows};
use crate::Effects;

const ROWS: Rows = Rows(Family::Encoding, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("base64", "value", "The text in Base64; also around a block.", "{{base64 'wasmock'}}", |call| encode(call, STANDARD, true)),
    ROWS.row("base64Decode", "text", "The text behind Base64; also around a block.", "{{base64Decode 'd2FzbW9jaw=='}}", decode),
    ROWS.row("base64url", "value", "The text in Base64 for addresses: `-` and `_`, no padding.", "{{base64url '~~~'}}", |call| encode(call, URL, false)),
    ROWS.row("base64urlDecode", "text", "The text behind Base64 for addresses.", "{{base64urlDecode 'fn5-'}}", decode),
];

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn content<'a>(call: &mut Call<'a, '_>) -> Result<std::borrow::Cow<'a, str>, crate::RenderError> {
    match call.args.first() {
        Some(value) => call.method_text(value),
        None => Ok(call.block_text()?.into()),
    }
}

fn encode(call: &mut Call<'_, '_>, alphabet: &[u8; 64], pad: bool) -> Answer {
    let content = content(call)?;
    let mut out = String::with_capacity(content.len().div_ceil(3) * 4);
    for chunk in content.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            if digit <= chunk.len() {
                let index = (bits >> (18 - 6 * digit)) & 63;
                out.push(char::from(alphabet[index as usize]));
            } else if pad {
                out.push('=');
            }
        }
    }
    Ok(Value::safe(out))
}

fn decode(call: &mut Call<'_, '_>) -> Answer {
    let content = content(call)?;
    Ok(Value::safe(
        String::from_utf8_lossy(&bytes(&content)).into_owned(),
    ))
}

/// The bytes behind Base64 as Node reads it: both alphabets, other characters skipped, the
/// first `=` is the end.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in text.bytes().take_while(|b| *b != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}
