//! Comparison.

use super::{Answer, Call, Family, Helper, Param, Rows};
use crate::Effects;
use wasmock_javascript::Value;

const ROWS: Rows = Rows(Family::Logic, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("eq", "a b", "Whether two values are the same, without conversion: `1` is not `'1'`.", "{{#if (eq 'a' 'a')}}same{{/if}}", eq),
    ROWS.row("gt", "a b", "Whether the first number is greater; texts are converted.", "{{gt 2 1}}", |call| compare(call, |a, b| a > b)),
    ROWS.row("gte", "a b", "Whether the first number is greater or equal.", "{{gte 2 2}}", |call| compare(call, |a, b| a >= b)),
    ROWS.row("lt", "a b", "Whether the first number is smaller.", "{{lt 1 '2'}}", |call| compare(call, |a, b| a < b)),
    ROWS.row("lte", "a b", "Whether the first number is smaller or equal.", "{{lte 2 1}}", |call| compare(call, |a, b| a <= b)),
];

fn eq(call: &mut Call<'_, '_>) -> Answer {
    let [a, b, ..] = call.args else {
        return Ok(Value::Bool(false));
    };
    let same = match (a.as_any_str(), b.as_any_str()) {
        (Some(a), Some(b)) => a == b,
        _ => a.strict_eq(b),
    };
    Ok(Value::Bool(same))
}

fn compare(call: &mut Call<'_, '_>, holds: fn(f64, f64) -> bool) -> Answer {
    let number = |param| match param {
        Param::Value(value) => value.to_number(),
        Param::Options | Param::Missing => f64::NAN,
    };
    Ok(Value::Bool(holds(
        number(call.param(0)),
        number(call.param(1)),
    )))
}
