//! Helpers: `{{jwt sub='42' ttl=3600}}` and `{{luhn '4000 1234 5678 901'}}`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::Mac;
use serde_json::{Map, json};
use wasmock_plugin::{Arguments, Helper, Result, Value, clock};

use crate::signature::mac;

pub(crate) const TABLE: &[Helper] = &[
    Helper::new(
        "jwt",
        "[ttl=seconds] [claim=value]…",
        "A signed JSON Web Token (HS256).",
        jwt,
    )
    .draws_random(),
    Helper::new(
        "luhn",
        "digits",
        "The digits with their check digit, as cards have it.",
        luhn,
    ),
];

fn jwt(arguments: &Arguments) -> Result<Value> {
    let now = (clock::now() / 1000.0).floor();
    let mut claims = Map::new();
    for (name, value) in arguments.all_named() {
        if name != "ttl" {
            claims.insert(name.clone(), value.to_json()?);
        }
    }
    let ttl = arguments.named("ttl").as_number().unwrap_or(3600.0);
    claims.insert("iat".into(), json!(now as i64));
    claims.insert("exp".into(), json!((now + ttl) as i64));
    Ok(Value::safe(signed(&claims, crate::secret()?)))
}

fn signed(claims: &Map<String, serde_json::Value>, secret: &[u8]) -> String {
    let header = BASE64.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = BASE64.encode(serde_json::Value::Object(claims.clone()).to_string());
    let message = format!("{header}.{payload}");
    let signature = mac(secret, message.as_bytes()).finalize().into_bytes();
    format!("{message}.{}", BASE64.encode(signature))
}

fn luhn(arguments: &Arguments) -> Result<Value> {
    let text = arguments.text(0);
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.is_empty() {
        return Err(format!("luhn needs digits, not `{text}`").into());
    }
    Ok(format!("{text}{}", check_digit(&digits)).into())
}

fn check_digit(digits: &[u32]) -> u32 {
    let weighted = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 if *digit > 4 => digit * 2 - 9,
            0 => digit * 2,
            _ => *digit,
        });
    (10 - weighted.sum::<u32>() % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        for (text, expected) in [("7992739871", "79927398713"), ("0", "00")] {
            let shown = luhn(&Arguments::new(vec![text.into()], vec![])).unwrap();
            assert_eq!(shown.as_text(), Some(expected));
        }
        assert!(luhn(&Arguments::new(vec!["none".into()], vec![])).is_err());
    }

    #[test]
    fn tokens_are_what_others_sign() {
        let claims = serde_json::from_str(r#"{"sub":"42"}"#).unwrap();
        let token = signed(&claims, b"secret");
        let (message, signature) = token.rsplit_once('.').unwrap();
        assert!(token.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiJ9."));
        let signature = BASE64.decode(signature).unwrap();
        assert!(
            mac(b"secret", message.as_bytes())
                .verify_slice(&signature)
                .is_ok()
        );
    }
}
