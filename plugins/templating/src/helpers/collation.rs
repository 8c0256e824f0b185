//! The order of texts by alphabet, as `localeCompare` has it in English.
//!
//! Letters count before accents, accents before capitals: `a A ä b`. The order in
//! `collation.txt` is that of ICU's root, measured character by character; it covers Latin,
//! Greek, Cyrillic, Hebrew, Arabic, kana and the common signs in 25 KB, where a whole
//! collation library weighs half a megabyte. Other characters follow behind by code point,
//! which is where ICU has most of them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a character weighs: letter, accent, case.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    letter: u32,
    accent: u16,
    case: u16,
}

static WEIGHTS: LazyLock<HashMap<char, Vec<Weight>>> = LazyLock::new(read);

/// Compares two texts by letters, then accents, then case.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (a, b) = (weights(a), weights(b));
    let letters = |weights: &[Weight]| -> Vec<u32> {
        weights
            .iter()
            .map(|w| w.letter)
            .filter(|w| *w > 0)
            .collect()
    };
    let accents = |weights: &[Weight]| -> Vec<u16> { weights.iter().map(|w| w.accent).collect() };
    let cases = |weights: &[Weight]| -> Vec<u16> { weights.iter().map(|w| w.case).collect() };
    letters(&a)
        .cmp(&letters(&b))
        .then_with(|| accents(&a).cmp(&accents(&b)))
        .then_with(|| cases(&a).cmp(&cases(&b)))
}

fn weights(text: &str) -> Vec<Weight> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match WEIGHTS.get(&c) {
            Some(known) => out.extend_from_slice(known),
            // Control characters weigh nothing.
            None if c.is_control() => {}
            None => out.push(Weight {
                letter: 0x10_0000 + u32::from(c),
                accent: 1,
                case: 1,
            }),
        }
    }
    out
}

fn read() -> HashMap<char, Vec<Weight>> {
    let mut weights: HashMap<char, Vec<Weight>> = HashMap::with_capacity(2600);
    let mut section = 0;
    let mut letter = 0;
    for line in include_str!("collation.txt").lines() {
        if line.starts_with("# ") {
            section += 1;
            continue;
        }
        match section {
            1 => {
                letter += 1;
                for (accent, same) in line.split(' ').enumerate() {
                    for (case, c) in characters(same).into_iter().enumerate() {
                        let weight = Weight {
                            letter,
                            accent: 1 + accent as u16,
                            case: 1 + case as u16,
                        };
                        weights.insert(c, vec![weight]);
                    }
                }
            }
            2 => {
                for (at, c) in characters(line).into_iter().enumerate() {
                    weights.insert(
                        c,
                        vec![Weight {
                            letter: 0,
                            accent: 100 + at as u16,
                            case: 1,
                        }],
                    );
                }
            }
            _ => {
                let Some((character, parts)) = line.split_once(' ') else {
                    continue;
                };
                let mut sum: Vec<Weight> = Vec::new();
                for part in characters(parts) {
                    sum.extend(weights.get(&part).into_iter().flatten());
                }
                if let Some(first) = sum.first_mut().filter(|_| section == 4) {
                    first.accent += 1;
                }
                for c in characters(character) {
                    weights.insert(c, sum.clone());
                }
            }
        }
    }
    weights
}

/// The characters of a line, in which `\u{20}` stands for one that would not show.
fn characters(line: &str) -> Vec<char> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let escaped = rest
            .strip_prefix("\\u{")
            .and_then(|inner| inner.split_once('}'));
        match escaped {
            Some((digits, tail)) => {
                out.extend(
                    u32::from_str_radix(digits, 16)
                        .ok()
                        .and_then(char::from_u32),
                );
                rest = tail;
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_icu_does() {
        let sorted = [
            "", " ", "_", "-", ",", "!", "'", "(", "*", "/", "&", "#", "+", "<", "$", "1", "10",
            "2", "a", "A", "á", "Á", "ä", "aa", "ab c", "abc", "ae", "æ", "b", "resume", "Resume",
            "résumé", "Résumé", "ss", "ß", "z", "α", "б", "я", "あ", "中",
        ];
        for pair in sorted.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("é", "e\u{301}"), Ordering::Equal);
    }
}
