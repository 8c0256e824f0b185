//! The server around the template.

use wasmock_javascript::Value;

use super::{Answer, Call, Family, Helper, Rows, text};
use crate::Effects;

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    Rows(Family::System, Effects::READS_STATE).row("getEnvVar", "name [default]", "An environment variable of the server; the configured prefix (`MOCKOON_`) may be left out.", "{{getEnvVar 'STAGE' 'dev'}}", env_var),
];

fn env_var(call: &mut Call<'_, '_>) -> Answer {
    let Some(name) = call.args.first() else {
        return Ok(Value::Undefined);
    };
    let name = call.text(name);
    match call.host().env_var(&name) {
        Some(value) => text(value),
        None => Ok(match call.arg(1) {
            value if value.is_nullish() => Value::text(""),
            value => value.clone().unwrap_safe(),
        }),
    }
}
