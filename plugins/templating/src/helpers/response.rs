//! The answer.

use wasmock_javascript::number;

use super::{Answer, Call, Family, Helper, Rows, text};
use crate::Effects;

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    Rows(Family::System, Effects::WRITES_STATE).row("status", "code", "Sets the status of the answer and prints nothing.", "{{status 404}}", status),
];

fn status(call: &mut Call<'_, '_>) -> Answer {
    if let Some(code) = call.args.first() {
        let code = call.text(code);
        let code = number::parse_int(&code);
        if (100.0..=999.0).contains(&code) {
            call.host().set_status(code as u16);
        }
    }
    text("")
}
