//! Reading JSON Web Tokens. Nothing is verified: a mock only looks inside.

use wasmock_javascript::{Value, json};

use super::{Answer, Call, Family, Helper, Rows, encoding};
use crate::Effects;

const ROWS: Rows = Rows(Family::Encoding, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("jwtPayload", "token [key]", "The payload of a JSON Web Token, or one member of it; `Bearer ` in front is ignored.", "{{jwtPayload 'e30.eyJzdWIiOiI0MiJ9.' 'sub'}}", |call| part(call, 1)),
    ROWS.row("jwtHeader", "token [key]", "The header of a JSON Web Token, or one member of it.", "{{jwtHeader 'eyJhbGciOiJub25lIn0.e30.' 'alg'}}", |call| part(call, 0)),
];

fn part(call: &mut Call<'_, '_>, index: usize) -> Answer {
    let Some(token) = call.args.first().and_then(Value::as_any_str) else {
        return Ok(Value::Undefined);
    };
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    let Some(part) = token.split('.').nth(index) else {
        return Ok(Value::Undefined);
    };
    let text = String::from_utf8_lossy(&encoding::bytes(part)).into_owned();
    let Ok(value) = json::parse(&text) else {
        return Ok(Value::Undefined);
    };
    match call.arg(1) {
        Value::Undefined => Ok(value),
        key => {
            let key = call.text(key);
            Ok(value.get(&key).unwrap_or_default())
        }
    }
}
