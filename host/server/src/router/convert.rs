//! From the syntax that Mockoon's users write (`:id?`, `(x)?`, `*`, `c+`) to the one that is
//! compiled: `:name`, `*name`, `{optional}`.
//!
//! The conversion is textual and happens in passes, because its odd results are visible:
//! `v:version?` makes the `n` optional, `c+` means one or two.

/// Applies all passes, in the order that decides between overlapping forms.
pub(super) fn convert(pattern: &str) -> String {
    let mut wildcards = 0;
    let mut text: Vec<char> = pattern.chars().collect();
    text = pass(&text, |text, at| {
        let starts = at == 0 || text[at - 1] == '/';
        let named = text.get(at + 1).is_some_and(|&c| is_word(c) || c == '"');
        (text[at] == '*' && starts && !named).then(|| {
            wildcards += 1;
            (1, format!("*wildcard{}", wildcards - 1))
        })
    });
    for optional in [true, false] {
        text = pass(&text, |text, at| {
            if text[at] != '(' || is_escaped(text, at) {
                return None;
            }
            let close = at + 1 + text[at + 1..].iter().position(|&c| c == ')')?;
            let length = close + 1 - at;
            let followed = text.get(close + 1) == Some(&'?');
            (close > at + 1 && (followed || !optional)).then(|| {
                let group: String = text[at + 1..close].iter().collect();
                (length + usize::from(optional), format!("{{{group}}}"))
            })
        });
    }
    text = pass(&text, |text, at| {
        let name = "/.~-"
            .contains(text[at])
            .then(|| name_after_colon(text, at + 1))??;
        let end = at + 2 + name.len();
        (text.get(end) == Some(&'?')).then(|| (end + 1 - at, format!("{{{}:{name}}}", text[at])))
    });
    text = pass(&text, |text, at| {
        let name = name_after_colon(text, at)?;
        let end = at + 1 + name.len();
        (text.get(end) == Some(&'+')).then(|| (end + 1 - at, format!("*{name}")))
    });
    text = pass(&text, |text, at| {
        let name = (text[at] == '/').then(|| name_after_colon(text, at + 1))??;
        let end = at + 2 + name.len();
        (text.get(end) == Some(&'*')).then(|| (end + 1 - at, format!("{{/*{name}}}")))
    });
    for (sign, keeps_first) in [('?', false), ('+', true)] {
        text = pass(&text, |text, at| {
            let c = text[at];
            let applies = is_word(c) && text.get(at + 1) == Some(&sign) && !is_escaped(text, at);
            applies.then(|| {
                (
                    2,
                    if keeps_first {
                        format!("{c}{{{c}}}")
                    } else {
                        format!("{{{c}}}")
                    },
                )
            })
        });
    }
    text.into_iter().collect()
}

/// Replaces left to right: `replace` answers how many characters it takes, and by what.
fn pass(
    text: &[char],
    mut replace: impl FnMut(&[char], usize) -> Option<(usize, String)>,
) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match replace(text, at) {
            Some((taken, by)) => {
                out.extend(by.chars());
                at += taken;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_escaped(text: &[char], at: usize) -> bool {
    at > 0 && text[at - 1] == '\\'
}

/// The name behind a colon; its characters are one byte each.
fn name_after_colon(text: &[char], at: usize) -> Option<String> {
    if text.get(at) != Some(&':') {
        return None;
    }
    let name: String = text[at + 1..]
        .iter()
        .take_while(|&&c| is_word(c) || c == '$')
        .collect();
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::convert;

    #[test]
    fn passes_give_what_mockoon_gives() {
        for (written, converted) in [
            ("/users/:id", "/users/:id"),
            ("/test/*", "/test/*wildcard0"),
            ("/a/*/b/*", "/a/*wildcard0/b/*wildcard1"),
            ("/a/*wild", "/a/*wild"),
            ("/a{b}cd", "/a{b}cd"),
            ("/ab?cd", "/a{b}cd"),
            ("/ab+cd", "/ab{b}cd"),
            ("/f/:file.:ext?", "/f/:file{.:ext}"),
            ("/f/:path+", "/f/*path"),
            ("/f/:path*", "/f{/*path}"),
            ("/v:version?", "/v:versio{n}"),
            ("/u(se)?r", "/u{se}r"),
            ("/u(se)r", "/u{se}r"),
            (r"/u\(se\)r", r"/u\(se\)r"),
            ("/u/:id(\\d+)", "/u/:id{\\d+}"),
            ("/:a/:b?", "/:a{/:b}"),
            ("/p/:a-*", "/p/:a-*"),
        ] {
            assert_eq!(convert(written), converted, "{written}");
        }
    }
}
