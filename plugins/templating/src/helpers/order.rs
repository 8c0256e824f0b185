//! Sorting: JavaScript's stable sort with a comparison that may be inconsistent or fail, and
//! the order of texts by alphabet.

use std::cmp::Ordering;

use wasmock_javascript::Value;

use crate::language::RenderError;

type Compare<'c> = dyn FnMut(&Value, &Value) -> Result<Ordering, RenderError> + 'c;

/// Sorts as `Array.prototype.sort`: stable, `undefined` last and never compared.
///
/// The library's sort may panic when a comparison contradicts itself, which `NaN` does, so
/// this is a merge sort of our own over runs sorted by binary insertion, as V8's is for short
/// arrays: there even contradictory comparisons give V8's order.
pub(super) fn sort(items: &[Value], compare: &mut Compare<'_>) -> Result<Vec<Value>, RenderError> {
    let (missing, mut sorted): (Vec<Value>, Vec<Value>) =
        items.iter().cloned().partition(Value::is_undefined);
    let length = sorted.len();
    let mut width = if length <= 32 { length } else { 16 };
    let mut start = 0;
    while start < length {
        let end = (start + width).min(length);
        insertion(&mut sorted[start..end], compare)?;
        start = end;
    }
    while width > 0 && width < length {
        let mut merged = Vec::with_capacity(length);
        for pair in sorted.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(&mut merged, left, right, compare)?;
        }
        sorted = merged;
        width *= 2;
    }
    sorted.extend(missing);
    Ok(sorted)
}

/// Binary insertion behind the run that is already in order.
fn insertion(items: &mut [Value], compare: &mut Compare<'_>) -> Result<(), RenderError> {
    if items.len() < 2 {
        return Ok(());
    }
    let mut run = 2;
    let descending = compare(&items[1], &items[0])? == Ordering::Less;
    while run < items.len() {
        let less = compare(&items[run], &items[run - 1])? == Ordering::Less;
        if less != descending {
            break;
        }
        run += 1;
    }
    if descending {
        items[..run].reverse();
    }
    for next in run..items.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = low + (high - low) / 2;
            if compare(&items[next], &items[middle])? == Ordering::Less {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items[low..=next].rotate_right(1);
    }
    Ok(())
}

fn merge(
    out: &mut Vec<Value>,
    left: &[Value],
    right: &[Value],
    compare: &mut Compare<'_>,
) -> Result<(), RenderError> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        if compare(b, a)? == Ordering::Less {
            out.extend(right.next().cloned());
        } else {
            out.extend(left.next().cloned());
        }
    }
    out.extend(left.cloned());
    out.extend(right.cloned());
    Ok(())
}

/// `a.localeCompare(b)` in English.
pub(super) fn compare_texts(a: &str, b: &str) -> Ordering {
    super::collation::compare(a, b)
}
