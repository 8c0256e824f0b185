//! Sorting: JavaScript's stable sort with a comparison that may be inconsistent or fail, and
//! the order of texts by alphabet.

use std::cmp::Ordering;

use wasmock_javascript::Value;

use crate::language::RenderError;

type Compare<'c> = dyn FnMut(&Value, &Value) -> Result<Ordering, RenderError> + 'c;

/// Sorts as `Array.prototype.sort`: stable, `undefined` last and never compared.
pub(super) fn sort(items: &[Value], compare: &mut Compare<'_>) -> Result<Vec<Value>, RenderError> {
    let (missing, rest): (Vec<Value>, Vec<Value>) =
        items.iter().cloned().partition(Value::is_undefined);
    let mut sorted = wasmock_javascript::sort(rest, compare)?;
    sorted.extend(missing);
    Ok(sorted)
}

/// `a.localeCompare(b)` in English.
pub(super) fn compare_texts(a: &str, b: &str) -> Ordering {
    super::collation::compare(a, b)
}
