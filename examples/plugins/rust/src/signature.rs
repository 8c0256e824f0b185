//! The predicate: whether the rule's target (a header) is the HMAC of the body, as webhooks
//! send it: `sha256=` and 64 hexadecimal digits.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wasmock_plugin::{Result, exchange, rule};

pub(crate) fn holds() -> Result<bool> {
    let Some(signature) = rule::target().as_text().and_then(from_hex) else {
        return Ok(false);
    };
    let body = exchange::body_bytes(0, exchange::body_size());
    Ok(mac(crate::secret()?, &body)
        .verify_slice(&signature)
        .is_ok())
}

/// The HMAC-SHA256 of a message, also what signs the tokens.
pub(crate) fn mac(secret: &[u8], message: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of every length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap_or_else(|_| unreachable!());
    mac.update(message);
    mac
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("sha256=")?;
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_checked_whole() {
        // RFC 4231, test case 2.
        let good = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let message = b"what do ya want for nothing?";
        let fits = |text: &str| {
            from_hex(text).is_some_and(|tag| mac(b"Jefe", message).verify_slice(&tag).is_ok())
        };
        assert!(fits(good));
        assert!(!fits(&good.replace("5bdc", "5bdd")));
        assert!(!fits(&good[..good.len() - 2]));
        assert!(!fits("sha1=00"));
    }
}
