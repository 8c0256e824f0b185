//! Sets of code points: what a class stands for once JavaScript's meaning is worked out.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

/// Ranges of code points, in the order they were added.
#[derive(Clone, Default)]
pub(super) struct Set {
    ranges: Vec<(u32, u32)>,
}

const LAST: u32 = 0x10_ffff;

impl Set {
    pub(super) fn one(code: u32) -> Self {
        Self {
            ranges: vec![(code, code)],
        }
    }

    pub(super) fn digits() -> Self {
        Self {
            ranges: vec![(0x30, 0x39)],
        }
    }

    pub(super) fn words() -> Self {
        Self {
            ranges: vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)],
        }
    }

    pub(super) fn spaces() -> Self {
        Self {
            ranges: vec![
                (0x09, 0x0d),
                (0x20, 0x20),
                (0xa0, 0xa0),
                (0x1680, 0x1680),
                (0x2000, 0x200a),
                (0x2028, 0x2029),
                (0x202f, 0x202f),
                (0x205f, 0x205f),
                (0x3000, 0x3000),
                (0xfeff, 0xfeff),
            ],
        }
    }

    /// How many ranges there are.
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    pub(super) fn add(&mut self, first: u32, last: u32) {
        self.ranges.push((first, last));
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.ranges.extend_from_slice(&other.ranges);
    }

    /// Everything else. Expects ascending ranges, as the named sets above have them.
    pub(super) fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut from = 0;
        for (first, last) in &self.ranges {
            if *first > from {
                ranges.push((from, first - 1));
            }
            from = last + 1;
        }
        ranges.push((from, LAST));
        Self { ranges }
    }

    /// Adds what JavaScript without the flag `u` takes for the same letter: the code points
    /// with the same upper case, ASCII only with ASCII.
    pub(super) fn close_over_case(mut self) -> Self {
        let given = self.ranges.clone();
        for (first, last) in given {
            for (low, high, distance) in [(0x41, 0x5a, 32), (0x61, 0x7a, -32_i32)] {
                let (from, to) = (first.max(low), last.min(high));
                if from <= to {
                    self.add(
                        from.wrapping_add_signed(distance),
                        to.wrapping_add_signed(distance),
                    );
                }
            }
            if last < 0x80 {
                continue;
            }
            for (code, upper) in &CASES.upper {
                if (first..=last).contains(code) || (first..=last).contains(upper) {
                    self.add(*upper, *upper);
                    for same in CASES.lower.get(upper).into_iter().flatten() {
                        self.add(*same, *same);
                    }
                }
            }
        }
        self
    }

    /// The class in the crate's syntax.
    pub(super) fn write(&self, negated: bool, properties: &[String]) -> String {
        let mut out = String::from("[");
        // The crate has no class of nothing and none of everything.
        if self.ranges.is_empty() && properties.is_empty() {
            out.push_str(if negated {
                r"\x00-\x{10FFFF}]"
            } else {
                r"^\x00-\x{10FFFF}]"
            });
            return out;
        }
        if negated {
            out.push('^');
        }
        for (first, last) in &self.ranges {
            // Halves of characters beyond U+FFFF are in no text of ours.
            let first = if (0xd800..0xe000).contains(first) {
                0xe000
            } else {
                *first
            };
            let last = if (0xd800..0xe000).contains(last) {
                0xd7ff
            } else {
                *last
            };
            if first <= last {
                let _ = write!(out, r"\x{{{first:X}}}-\x{{{last:X}}}");
            }
        }
        for property in properties {
            out.push_str(property);
        }
        out.push(']');
        out
    }
}

struct Cases {
    /// Every code point beyond ASCII with another one as its upper case.
    upper: Vec<(u32, u32)>,
    /// The same the other way round.
    lower: HashMap<u32, Vec<u32>>,
}

static CASES: LazyLock<Cases> = LazyLock::new(|| {
    let upper: Vec<(u32, u32)> = ('\u{80}'..='\u{ffff}')
        .filter_map(|c| {
            let mut upper = c.to_uppercase();
            let (Some(first), None) = (upper.next(), upper.next()) else {
                return None;
            };
            (first != c && !first.is_ascii()).then_some((c as u32, first as u32))
        })
        .collect();
    let mut lower: HashMap<u32, Vec<u32>> = HashMap::new();
    for (code, upper) in &upper {
        lower.entry(*upper).or_default().push(*code);
    }
    Cases { upper, lower }
});
