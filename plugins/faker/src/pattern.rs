//! Patterns of single characters: `###-???`, card numbers with a check digit, and
//! faker.js's small idea of regular expressions.
//!
//! faker.js rewrites the pattern step by step with a handful of real expressions; the same
//! steps are done here by hand, because what they leave untouched (groups, `\d`,
//! alternatives) is visible in the result.

use crate::error::{Error, faker, other};
use crate::options::LONGEST;
use crate::random::Random;

pub(crate) const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// `#` becomes a digit and `!` one from 2 to 9.
pub(crate) fn digits(random: &mut Random, pattern: &str, symbol: char) -> String {
    pattern
        .chars()
        .fold(String::with_capacity(pattern.len()), |mut text, c| {
            match c {
                _ if c == symbol => text.push(digit(random.up_to(9))),
                '!' => text.push(digit(random.between(2.0, 9.0) as u32)),
                _ => text.push(c),
            }
            text
        })
}

/// `#` becomes a digit, `?` a capital letter and `*` either.
pub(crate) fn symbols(random: &mut Random, pattern: &str) -> String {
    pattern
        .chars()
        .fold(String::with_capacity(pattern.len()), |mut text, c| {
            let letter = match c {
                '#' => false,
                '?' => true,
                '*' => random.coin(),
                _ => {
                    text.push(c);
                    return text;
                }
            };
            text.push(if letter {
                char::from(random.item(UPPER))
            } else {
                digit(random.up_to(9))
            });
            text
        })
}

/// Repetitions and ranges, then digits, then `L`, the Luhn check digit of the rest.
pub(crate) fn card(random: &mut Random, pattern: &str, symbol: char) -> Result<String, Error> {
    let text = repeat_ranges(random, pattern.to_owned(), false)?;
    let text = repeat_counts(text)?;
    let text = number_ranges(random, text);
    let text = digits(random, &text, symbol);
    // What is no digit has no number, and neither has a sum with it.
    let check = match luhn(&format!("{}0", text.strip_suffix('L').unwrap_or(&text))) {
        None => "NaN".to_owned(),
        Some(sum) => ((10 - sum) % 10).to_string(),
    };
    Ok(text.replacen('L', &check, 1))
}

/// The Luhn sum of the digits, modulo 10.
fn luhn(text: &str) -> Option<u32> {
    let digits = text
        .chars()
        .rev()
        .filter(|c| !c.is_whitespace() && *c != '-');
    let values = digits.enumerate().map(|(index, c)| match c.to_digit(10)? {
        digit if index % 2 == 0 => Some(digit),
        digit => Some(digit * 2 % 10 + digit * 2 / 10),
    });
    Some(values.sum::<Option<u32>>()? % 10)
}

fn digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

/// A count in braces, or one of the marks `?`, `*` and `+`.
enum Repeat {
    Mark(char),
    Count(f64),
    Range(f64, f64),
    Once,
}

impl Repeat {
    /// Reads a repetition at the start, and how long it is.
    fn read(text: &[char]) -> Option<(Self, usize)> {
        match text.first()? {
            mark @ ('?' | '*' | '+') => Some((Self::Mark(*mark), 1)),
            '{' => {
                let (low, after) = integer(text, 1)?;
                match text.get(after)? {
                    '}' => Some((Self::Count(low), after + 1)),
                    ',' => {
                        let (high, after) = integer(text, after + 1)?;
                        (text.get(after) == Some(&'}'))
                            .then_some((Self::Range(low, high), after + 1))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn draw(&self, random: &mut Random) -> Result<usize, Error> {
        let doubled = |random: &mut Random| {
            let mut bound = 1.0;
            while random.coin() {
                bound *= 2.0;
            }
            bound
        };
        let count = match self {
            Self::Once => 1.0,
            Self::Count(count) => *count,
            Self::Range(low, high) if low > high => {
                return faker(format!("Max {high} should be greater than min {low}."));
            }
            Self::Range(low, high) => random.between(*low, *high),
            Self::Mark('?') => f64::from(u8::from(!random.coin())),
            Self::Mark(mark) => {
                let high = doubled(random);
                random.between(if *mark == '+' { 1.0 } else { 0.0 }, high)
            }
        };
        if count > LONGEST {
            return other("Invalid string length");
        }
        Ok(count as usize)
    }
}

fn integer(text: &[char], from: usize) -> Option<(f64, usize)> {
    let end = from
        + text
            .get(from..)?
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count();
    let digits: String = text[from..end].iter().collect();
    (end > from).then(|| digits.parse().ok().map(|value| (value, end)))?
}

fn splice(
    text: &mut Vec<char>,
    from: usize,
    to: usize,
    by: impl IntoIterator<Item = char>,
) -> Result<(), Error> {
    text.splice(from..to, by);
    if text.len() as f64 > LONGEST {
        other("Invalid string length")
    } else {
        Ok(())
    }
}

/// Every `x{low,high}`. A card pattern swaps bounds in the wrong order, an expression
/// refuses them.
fn repeat_ranges(random: &mut Random, text: String, strict: bool) -> Result<String, Error> {
    if !text.contains('{') {
        return Ok(text);
    }
    let mut chars: Vec<char> = text.chars().collect();
    let find = |chars: &[char]| {
        (0..chars.len()).find_map(|at| match Repeat::read(chars.get(at + 1..)?)? {
            (Repeat::Range(low, high), length) if chars[at] != '\n' => {
                Some((at, low, high, length))
            }
            _ => None,
        })
    };
    while let Some((at, low, high, length)) = find(&chars) {
        if low > high && strict {
            return faker("Numbers out of order in {} quantifier.");
        }
        let count = Repeat::Range(low.min(high), low.max(high)).draw(random)?;
        let one = chars[at];
        splice(
            &mut chars,
            at,
            at + 1 + length,
            std::iter::repeat_n(one, count),
        )?;
    }
    Ok(chars.into_iter().collect())
}

/// Every `x{count}`.
fn repeat_counts(text: String) -> Result<String, Error> {
    if !text.contains('{') {
        return Ok(text);
    }
    let mut chars: Vec<char> = text.chars().collect();
    let find = |chars: &[char]| {
        (0..chars.len()).find_map(|at| match Repeat::read(chars.get(at + 1..)?)? {
            (Repeat::Count(count), length) if chars[at] != '\n' => Some((at, count, length)),
            _ => None,
        })
    };
    while let Some((at, count, length)) = find(&chars) {
        if count > LONGEST {
            return other("Invalid string length");
        }
        let one = chars[at];
        splice(
            &mut chars,
            at,
            at + 1 + length,
            std::iter::repeat_n(one, count as usize),
        )?;
    }
    Ok(chars.into_iter().collect())
}

/// Every `[low-high]` of numbers.
fn number_ranges(random: &mut Random, text: String) -> String {
    if !text.contains('[') {
        return text;
    }
    let mut chars: Vec<char> = text.chars().collect();
    let find = |chars: &[char]| {
        (0..chars.len())
            .filter(|at| chars[*at] == '[')
            .find_map(|at| {
                let (low, dash) = integer(chars, at + 1)?;
                let (high, end) =
                    (chars.get(dash) == Some(&'-')).then(|| integer(chars, dash + 1))??;
                (chars.get(end) == Some(&']')).then_some((at, low, high, end + 1))
            })
    };
    while let Some((at, low, high, end)) = find(&chars) {
        let value = random.between(low.min(high), low.max(high));
        chars.splice(at..end, value.to_string().chars());
    }
    chars.into_iter().collect()
}

/// A text that matches a simple regular expression.
pub(crate) fn matching(random: &mut Random, pattern: &str) -> Result<String, Error> {
    let mut chars: Vec<char> = pattern.chars().collect();
    while let Some((at, repeat, end)) = repeated_letter(&chars) {
        let count = repeat.draw(random)?;
        let by: Vec<char> = match chars[at] {
            '.' => random
                .characters(crate::modules::string::ALPHANUMERIC, count)
                .chars()
                .collect(),
            one => vec![one; count],
        };
        splice(&mut chars, at, end, by)?;
    }
    while let Some(class) = Class::find(&chars) {
        let set = class.characters(&chars)?;
        let count = class.repeat.draw(random)?;
        let set = if class.negated { negate(set) } else { set };
        if set.is_empty() && count > 0 {
            return faker("Cannot get value from empty dataset.");
        }
        let by: Vec<char> = (0..count).map(|_| set[random.index(set.len())]).collect();
        splice(&mut chars, class.start, class.end, by)?;
    }
    let text = repeat_ranges(random, chars.into_iter().collect(), true)?;
    repeat_counts(text)
}

/// The first letter, digit or dot with a repetition that is not inside brackets or braces.
fn repeated_letter(chars: &[char]) -> Option<(usize, Repeat, usize)> {
    let closes_first = |rest: &[char], open: char, close: char| {
        rest.iter().find(|c| **c == open || **c == close) == Some(&close)
    };
    (0..chars.len()).find_map(|at| {
        if !(chars[at].is_ascii_alphanumeric() || chars[at] == '.') {
            return None;
        }
        let (repeat, length) = Repeat::read(&chars[at + 1..])?;
        let end = at + 1 + length;
        let inside = closes_first(&chars[end..], '[', ']') || closes_first(&chars[end..], '{', '}');
        (!inside).then_some((at, repeat, end))
    })
}

/// A character class in brackets and its repetition.
struct Class {
    start: usize,
    end: usize,
    negated: bool,
    dash: bool,
    inner: (usize, usize),
    repeat: Repeat,
}

impl Class {
    fn find(chars: &[char]) -> Option<Self> {
        (0..chars.len())
            .filter(|at| chars[*at] == '[')
            .find_map(|start| {
                // As an expression with optional `^` and `-` tries them: present first.
                [(true, true), (true, false), (false, true), (false, false)]
                    .into_iter()
                    .find_map(|(negated, dash)| {
                        let mut from = start + 1;
                        for (wanted, mark) in [(negated, '^'), (dash, '-')] {
                            if wanted {
                                if chars.get(from) != Some(&mark) {
                                    return None;
                                }
                                from += 1;
                            }
                        }
                        let close =
                            from + 1 + chars.get(from + 1..)?.iter().position(|c| *c == ']')?;
                        if chars[from..close].contains(&'\n') {
                            return None;
                        }
                        let (repeat, length) =
                            Repeat::read(&chars[close + 1..]).unwrap_or((Repeat::Once, 0));
                        let end = close + 1 + length;
                        Some(Self {
                            start,
                            end,
                            negated,
                            dash,
                            inner: (from, close),
                            repeat,
                        })
                    })
            })
    }

    /// The characters the class names. After each find the text is cut by the length of
    /// the find, not after it, so a character outside the known ones shifts what follows.
    fn characters(&self, chars: &[char]) -> Result<Vec<char>, Error> {
        let mut set = Vec::new();
        if self.dash {
            set.push('-');
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut rest = &chars[self.inner.0..self.inner.1];
        loop {
            let found = (0..rest.len()).find_map(|at| {
                match (rest[at], rest.get(at + 1), rest.get(at + 2)) {
                    (a, Some('-'), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                        Some((a, Some(*b)))
                    }
                    (a, Some('-'), Some(b)) if word(a) && word(*b) => Some((a, Some(*b))),
                    (a, ..) if word(a) || "-!@#$&()`.+,/\"".contains(a) => Some((a, None)),
                    _ => None,
                }
            });
            match found {
                None => return Ok(set),
                Some((low, Some(high))) if low > high => {
                    return faker("Character range provided is out of order.");
                }
                Some((low, Some(high))) => {
                    set.extend(low..=high);
                    rest = &rest[3..];
                }
                Some(('-', None)) => rest = &rest[1..],
                Some((one, None)) => {
                    set.push(one);
                    rest = &rest[1..];
                }
            }
        }
    }
}

/// The letters and digits that are not in the set; what else is in it stays in it.
fn negate(mut set: Vec<char>) -> Vec<char> {
    for one in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
        match set.iter().position(|c| *c == one) {
            Some(at) => {
                set.remove(at);
            }
            None => set.push(one),
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_check() {
        let mut random = Random::new(3);
        for _ in 0..50 {
            let number = card(&mut random, "6453-####-####-####-###L", '#').unwrap();
            assert_eq!(luhn(&number), Some(0), "{number}");
        }
        assert_eq!(card(&mut random, "x{3}[5-5]", '#').unwrap(), "xxx5");
    }

    #[test]
    fn expressions_that_need_no_luck() {
        let mut random = Random::new(3);
        for (pattern, text) in [
            ("abc", "abc"),
            ("a{3}b", "aaab"),
            ("[a]{2}", "aa"),
            ("[x-x]", "x"),
            ("(ab)|c", "(ab)|c"),
            ("_{2}", "__"),
        ] {
            assert_eq!(matching(&mut random, pattern).unwrap(), text, "{pattern}");
        }
        assert!(matching(&mut random, "[b-a]").is_err());
        assert!(matching(&mut random, "a{99999999}").is_err());
        assert!(
            matching(&mut random, "[A-Z]{5}\\d")
                .unwrap()
                .ends_with("\\d")
        );
    }
}
