//! `Array.prototype.sort` with a comparison that may contradict itself, or fail.
//!
//! The library's sort may answer a contradiction (which `NaN` is) with a panic, so this is a
//! merge sort of our own over runs sorted by binary insertion, as V8's is. Up to 63 items even
//! contradictory comparisons give V8's order; beyond, only consistent ones do.

use std::cmp::Ordering;

/// Sorts, stable.
///
/// # Errors
/// Those of the comparison.
pub fn sort<T: Clone, E>(
    mut items: Vec<T>,
    compare: &mut dyn FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<Vec<T>, E> {
    let length = items.len();
    let mut width = run_length(length);
    for run in items.chunks_mut(width.max(1)) {
        insertion(run, compare)?;
    }
    while width > 0 && width < length {
        let mut merged = Vec::with_capacity(length);
        for pair in items.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            merge(&mut merged, left, right, compare)?;
        }
        items = merged;
        width *= 2;
    }
    Ok(items)
}

/// The whole below 64 items; else 32 to 64, so that the runs make a balanced tree.
fn run_length(mut length: usize) -> usize {
    let mut odd = 0;
    while length >= 64 {
        odd |= length & 1;
        length >>= 1;
    }
    length + odd
}

/// Binary insertion behind the run that is already in order.
fn insertion<T, E>(
    items: &mut [T],
    compare: &mut dyn FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<(), E> {
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

fn merge<T: Clone, E>(
    out: &mut Vec<T>,
    left: &[T],
    right: &[T],
    compare: &mut dyn FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<(), E> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(items: Vec<f64>) -> Vec<f64> {
        let mut compare =
            |a: &f64, b: &f64| Ok::<_, ()>(a.partial_cmp(b).unwrap_or(Ordering::Equal));
        sort(items, &mut compare).unwrap()
    }

    #[test]
    fn long_lists_are_sorted() {
        for length in [0, 1, 2, 63, 64, 65, 100, 1000] {
            let items: Vec<f64> = (0..length).map(|n| f64::from(n * 7919 % 1009)).collect();
            let result = sorted(items);
            assert_eq!(result.len(), usize::try_from(length).unwrap());
            assert!(result.is_sorted());
        }
    }

    #[test]
    fn equal_items_keep_their_order() {
        let items: Vec<(u32, u32)> = (0..200).map(|n| (n % 3, n)).collect();
        let by_first = |a: &(u32, u32), b: &(u32, u32)| Ok::<_, ()>(a.0.cmp(&b.0));
        let result = sort(items, &mut { by_first }).unwrap();
        assert!(result.is_sorted());
    }

    #[test]
    fn contradictions_give_the_order_of_v8() {
        let nan = f64::NAN;
        let result = sorted(vec![5.0, nan, 3.0, 1.0, nan, 4.0, 2.0, 7.0, nan, 0.0]);
        let text: Vec<String> = result.iter().map(f64::to_string).collect();
        assert_eq!(text.join(" "), "5 NaN 0 1 2 3 NaN 4 7 NaN");
    }
}
