//! `setVar` and `getVar`: values that live as long as one rendering, beside `@index` and the
//! other `@variables` of the block they are set in.

use super::{Answer, Call, Family, Helper, Rows};
use crate::Effects;
use crate::language::program::Name;
use wasmock_javascript::Value;

const ROWS: Rows = Rows(Family::Variables, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("setVar", "name value", "Keeps a value for the rest of the block; read it with `{{@name}}`.", "{{setVar 'n' 5}}{{@n}}", set),
    ROWS.row("getVar", "name", "A value that `setVar` kept, by a name that may be computed.", "{{setVar 'n' 5}}{{getVar 'n'}}", get),
];

fn set(call: &mut Call<'_, '_>) -> Answer {
    let [name, value, ..] = call.args else {
        return Ok(Value::Undefined);
    };
    let name = call.text(name);
    let name = call.evaluator.name(&name);
    let value = value.clone().unwrap_safe();
    if let Some(frame) = call.evaluator.frames.get_mut(call.at.frame as usize) {
        frame.set(name, value);
    }
    Ok(Value::Undefined)
}

fn get(call: &mut Call<'_, '_>) -> Answer {
    let Some(name) = call.args.first() else {
        return Ok(Value::Undefined);
    };
    let name: Name = {
        let name = call.text(name);
        call.evaluator.name(&name)
    };
    let frame = call.evaluator.frames.get(call.at.frame as usize);
    Ok(frame
        .and_then(|frame| frame.get(name))
        .cloned()
        .unwrap_or_default())
}
