//! The order of texts by alphabet, as `localeCompare` has it.
//!
//! Letters count before accents, accents before capitals: `a A ä b`.

use std::cmp::Ordering;

/// Compares two texts by base letters, then accents, then case.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| b.cmp(a))
}
