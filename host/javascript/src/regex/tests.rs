//! Verdicts of V8 on patterns and texts.

use super::*;

#[test]
fn mistakes_are_told_in_v8s_words() {
    for (pattern, flags, message) in [
        ("(", "", "Unterminated group"),
        ("(", "i", "Unterminated group"),
        ("a)", "", "Unmatched ')'"),
        ("[", "", "Unterminated character class"),
        ("[b-a]", "", "Range out of order in character class"),
        ("*a", "", "Nothing to repeat"),
        ("a**", "", "Nothing to repeat"),
        ("a???", "", "Nothing to repeat"),
        ("a|*", "", "Nothing to repeat"),
        ("^*", "", "Nothing to repeat"),
        (r"\b+", "", "Nothing to repeat"),
        ("{1}", "", "Nothing to repeat"),
        ("a{2,1}", "", "numbers out of order in {} quantifier"),
        ("\\", "", "\\ at end of pattern"),
        ("(?<n>a)(?<n>b)", "", "Duplicate capture group name"),
        ("(?<n", "", "Invalid capture group name"),
        ("(?<1>a)", "", "Invalid capture group name"),
        ("(?P<n>a)", "", "Invalid group"),
        ("(?i:a)", "", "Invalid group"),
        (r"(?<a>.)\k<b>", "", "Invalid named capture referenced"),
        ("(?<=a)*", "", "Invalid quantifier"),
        ("(?=a)*", "u", "Invalid quantifier"),
        ("a{", "u", "Incomplete quantifier"),
        ("}", "u", "Lone quantifier brackets"),
        (r"\u{110000}", "u", "Invalid Unicode escape"),
        (r"[\d-z]", "u", "Invalid character class"),
        (r"\p{Foo}", "u", "Invalid property name"),
        (r"\-", "u", "Invalid escape"),
        (r"\00", "u", "Invalid decimal escape"),
    ] {
        let expected = format!("Invalid regular expression: /{pattern}/{flags}: {message}");
        let problem = compile(pattern, flags).unwrap_err();
        assert_eq!(problem, Problem::Syntax(expected), "/{pattern}/{flags}");
    }
    let flags = compile("a", "x").unwrap_err().to_string();
    assert_eq!(flags, "Invalid flags supplied to RegExp constructor 'x'");
}

#[test]
fn what_only_backtracking_can_do_is_told_apart() {
    for pattern in [
        "(?=a)",
        "(?!a)b",
        "(?<=a)b",
        "(?<!a)b",
        r"(a)\1",
        r"(?<n>a)\k<n>",
        r"[\ud800]",
    ] {
        assert_eq!(
            compile(pattern, "").unwrap_err(),
            Problem::NeedsBacktracking,
            "{pattern}"
        );
    }
    assert_eq!(compile("^a$", "m").unwrap_err(), Problem::NeedsBacktracking);
}

#[test]
fn patterns_mean_what_they_mean_in_javascript() {
    for (pattern, flags, yes, no) in [
        (r"^\d+$", "", &["12"][..], &["٣", "1\n", ""][..]),
        (r"^\w$", "", &["a", "_"], &["é", "-"]),
        (
            r"^\s$",
            "",
            &["\u{feff}", "\u{a0}", "\u{2028}"],
            &["\u{85}", "\u{180e}"],
        ),
        ("^.$", "", &["a", "\u{85}"], &["\n", "\r", "\u{2028}", ""]),
        ("^.$", "s", &["\n"], &[""]),
        ("a$", "", &["ba"], &["a\n"]),
        ("^[^]$", "", &["\n"], &[""]),
        ("[]", "", &[], &["", "a"]),
        (r"^\cJ$", "", &["\n"], &["cJ"]),
        (r"^\c1$", "", &["\\c1"], &["\u{11}"]),
        (r"^[\c1]$", "", &["\u{11}"], &["1"]),
        (r"^\x41\u0042\/$", "", &["AB/"], &[]),
        (r"^\u{3}$", "", &["uuu"], &["\u{3}"]),
        (r"^\u{1F600}$", "u", &["😀"], &["u"]),
        (r"^\ud83d\ude00$", "", &["😀"], &[]),
        ("^a{,5}$", "", &["a{,5}"], &["aaa", ""]),
        ("^x{$", "", &["x{"], &[]),
        (r"^\07\8$", "", &["\u{7}8"], &[]),
        (r"^[\b]$", "", &["\u{8}"], &["b"]),
        (r"^[\w-z]$", "", &["-", "a"], &["+"]),
        ("^[a&&b]$", "", &["&", "a"], &["c"]),
        ("^[[:alpha:]]$", "", &["a]", ":]"], &["b", "b]"]),
        (r"^\k<x>$", "", &["k<x>"], &[]),
        ("k", "i", &["K"], &["\u{212a}"]),
        ("s", "i", &["S"], &["ſ"]),
        ("k", "iu", &["K", "\u{212a}"], &[]),
        ("ß", "i", &["ß"], &["ẞ", "ss"]),
        ("É", "i", &["é", "É"], &["e"]),
        ("[à-ý]", "i", &["É", "é"], &["e"]),
        ("[^a-z]", "i", &["1"], &["A", "z"]),
        ("σ", "i", &["Σ", "ς"], &["s"]),
        (r"\bfoo\b", "", &["a foo", "éfoo"], &["foob"]),
        (r"\Boo", "", &["foo"], &["oo"]),
        (r"^\p{Lu}+$", "u", &["ÀB"], &["a"]),
        (r"^\Z\A\h$", "", &["ZAh"], &[]),
        ("a #b", "", &["a #b"], &["a"]),
        (
            "^(?<year>\\d{4})-(?:0[1-9]|1[0-2])$",
            "",
            &["2024-12"],
            &["2024-13"],
        ),
    ] {
        let regex = compile(pattern, flags).unwrap();
        for text in yes {
            assert!(regex.is_match(text), "/{pattern}/{flags} {text:?}");
        }
        for text in no {
            assert!(!regex.is_match(text), "/{pattern}/{flags} {text:?}");
        }
    }
}
