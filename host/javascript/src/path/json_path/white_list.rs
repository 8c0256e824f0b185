//! Which filters Mockoon lets through to the evaluator.
//!
//! It wants each part of a filter, split at `&&` and `||`, to look like `@.name == value`.
//! A path with any other filter selects nothing. The rule is a regular expression there; here
//! it is a set of places that moves through the text, one rule part after the other, so that
//! no text takes more than quadratic time.

/// Longer paths count as refused.
const MAX_LENGTH: usize = 1000;

/// Whether the filters of a path may be evaluated.
pub(super) fn allows(path: &str) -> bool {
    if crate::utf16_len(path) > MAX_LENGTH {
        return false;
    }
    match parenthesised(path) {
        None | Some("") => true,
        Some(filters) => {
            split_at_logic(filters).all(|filter| is_comparison(crate::number::trim(filter)))
        }
    }
}

/// From the first `(` to the last `)` on its line.
fn parenthesised(path: &str) -> Option<&str> {
    path.match_indices('(').find_map(|(at, _)| {
        let rest = &path[at + 1..];
        let line = rest.find(is_line_end).map_or(rest, |end| &rest[..end]);
        line.rfind(')').map(|end| &line[..end])
    })
}

fn split_at_logic(filters: &str) -> impl Iterator<Item = &str> {
    filters.split("&&").flat_map(|part| part.split("||"))
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

fn is_comparison(filter: &str) -> bool {
    let text: Vec<char> = filter.chars().collect();
    let start = Places::start(&text).many(|c| c == '(');
    let left = start
        .maybe('@')
        .maybe('.')
        .many(|c| is_name(c) || "-[].".contains(c))
        .or(start
            .maybe('@')
            .text("['")
            .many(|c| is_name(c) || crate::number::is_space(c))
            .text("']"))
        .or(start
            .text("@")
            .many(|c| is_name(c) || crate::number::is_space(c) || "'-[].".contains(c))
            .one(|c| !is_line_end(c))
            .text("match(")
            .many(|c| !is_line_end(c))
            .text(")"));
    let left = left.many(crate::number::is_space);
    let operator = ["==", "!=", "===", "!==", "<", "<=", ">", ">="]
        .into_iter()
        .fold(left.clone(), |all, operator| all.or(left.text(operator)));
    let operator = operator.many(crate::number::is_space);
    let value = operator
        .clone()
        .or(operator.text("\"").many(|c| c != '"').text("\""))
        .or(operator.text("'").many(|c| c != '\'').text("'"))
        .or(operator.one(is_digit_or_dot).many(is_digit_or_dot))
        .or(operator
            .maybe('@')
            .maybe('$')
            .many(|c| is_name(c) || crate::number::is_space(c) || "'.[]".contains(c)));
    value.many(|c| c == ')').reaches_end()
}

fn is_digit_or_dot(c: char) -> bool {
    c == '.' || c.is_ascii_digit()
}

/// The places that a part of the rule may have reached.
#[derive(Clone)]
struct Places<'t> {
    text: &'t [char],
    reached: Vec<bool>,
}

impl<'t> Places<'t> {
    fn start(text: &'t [char]) -> Self {
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        Self { text, reached }
    }

    fn reaches_end(&self) -> bool {
        self.reached[self.text.len()]
    }

    fn one(&self, fits: impl Fn(char) -> bool) -> Self {
        let mut reached = vec![false; self.reached.len()];
        for (at, c) in self.text.iter().enumerate() {
            reached[at + 1] = self.reached[at] && fits(*c);
        }
        Self {
            text: self.text,
            reached,
        }
    }

    fn many(&self, fits: impl Fn(char) -> bool) -> Self {
        let mut next = self.clone();
        for (at, c) in self.text.iter().enumerate() {
            next.reached[at + 1] |= next.reached[at] && fits(*c);
        }
        next
    }

    fn text(&self, wanted: &str) -> Self {
        wanted
            .chars()
            .fold(self.clone(), |places, wanted| places.one(|c| c == wanted))
    }

    fn maybe(&self, wanted: char) -> Self {
        self.clone().or(self.one(|c| c == wanted))
    }

    fn or(mut self, other: Self) -> Self {
        for (mine, others) in self.reached.iter_mut().zip(other.reached) {
            *mine |= others;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comparisons_pass() {
        for path in [
            "$.a",
            "$.a[?(@.b)]",
            "$.a[?(@.b == 'x' && @.c>3||@.d)]",
            "$.a[(@.length-1)]",
            "$.a[?(@['a b'] === \"(x)\")]",
            "$.a[?(@property === 'p')]",
            "$.a[?(@.b.match(/x+/i))]",
            "$.a[?((@.b == 1) || (@.c == 2))]",
            "$.a[?(@==\"y\")]",
            "$.a[?()]",
            "$.a[?(@.b == $.c)]",
        ] {
            assert!(allows(path), "{path}");
        }
        for path in [
            "$.a[?(@.b.includes('x'))]",
            "$.a[?(!@.b)]",
            "$.a[?(@.b + 1 == 2)]",
            "$.a[?(f(@.b))]",
            "$.a[?(@.b == 1)].c[?(@.d == 2)]",
            "$.a[?(@.b = 1)]",
            "$.a[?(@.b ? 1 : 2)]",
        ] {
            assert!(!allows(path), "{path}");
        }
        assert!(!allows(&format!("$.{}", "a".repeat(999))));
    }
}
