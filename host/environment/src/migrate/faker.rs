//! Migration 29: the names of fake data changed between versions 7 and 8 of faker.
//!
//! Only names that stand as the first argument of `faker` inside a template expression are
//! touched, each as a whole.

/// Modules that were renamed with everything in them.
const MODULES: [(&str, &str); 2] = [("address.", "location."), ("name.", "person.")];

/// Old name, new name, and the arguments that keep the old meaning.
const NAMES: [(&str, &str, &str); 47] = [
    ("address.streetName", "location.street", ""),
    ("address.stateAbbr", "location.state", "abbreviated=true"),
    ("commerce.color", "color.human", ""),
    ("company.bs", "company.buzzPhrase", ""),
    ("company.bsAdjective", "company.buzzAdjective", ""),
    ("company.bsBuzz", "company.buzzVerb", ""),
    ("company.bsNoun", "company.buzzNoun", ""),
    ("company.companyName", "company.name", ""),
    ("company.companySuffix", "company.name", ""),
    ("company.suffixes", "company.name", ""),
    ("datatype.bigInt", "number.bigInt", ""),
    ("datatype.datetime", "date.anytime", ""),
    ("datatype.float", "number.float", ""),
    ("datatype.hexadecimal", "number.hex", ""),
    ("datatype.number", "number.int", "max=99999"),
    ("datatype.string", "string.sample", ""),
    ("datatype.uuid", "string.uuid", ""),
    ("finance.account", "finance.accountNumber", ""),
    ("git.shortSha", "git.commitSha", "length=7"),
    ("helpers.regexpStyleStringParse", "helpers.fromRegExp", ""),
    (
        "image.abstract",
        "image.urlLoremFlickr",
        "category=\"abstract\"",
    ),
    (
        "image.animals",
        "image.urlLoremFlickr",
        "category=\"animals\"",
    ),
    (
        "image.business",
        "image.urlLoremFlickr",
        "category=\"business\"",
    ),
    ("image.cats", "image.urlLoremFlickr", "category=\"cats\""),
    ("image.city", "image.urlLoremFlickr", "category=\"city\""),
    (
        "image.fashion",
        "image.urlLoremFlickr",
        "category=\"fashion\"",
    ),
    ("image.food", "image.urlLoremFlickr", "category=\"food\""),
    (
        "image.nature",
        "image.urlLoremFlickr",
        "category=\"nature\"",
    ),
    (
        "image.nightlife",
        "image.urlLoremFlickr",
        "category=\"nightlife\"",
    ),
    (
        "image.people",
        "image.urlLoremFlickr",
        "category=\"people\"",
    ),
    (
        "image.sports",
        "image.urlLoremFlickr",
        "category=\"sports\"",
    ),
    (
        "image.technics",
        "image.urlLoremFlickr",
        "category=\"technics\"",
    ),
    (
        "image.transport",
        "image.urlLoremFlickr",
        "category=\"transport\"",
    ),
    ("image.image", "image.url", ""),
    ("image.imageUrl", "image.url", ""),
    ("name.findName", "person.fullName", ""),
    ("phone.phoneNumber", "phone.number", ""),
    ("random.alpha", "string.alpha", ""),
    ("random.alphaNumeric", "string.alphanumeric", ""),
    ("random.arrayElement", "helpers.arrayElement", ""),
    ("random.arrayElements", "helpers.arrayElements", ""),
    ("random.boolean", "datatype.boolean", ""),
    ("random.number", "number.int", "max=99999"),
    ("random.numeric", "string.numeric", ""),
    ("random.uuid", "string.uuid", ""),
    ("random.word", "word.sample", ""),
    ("random.words", "word.words", ""),
];

/// Names that are gone: their expressions print nothing.
const REMOVED: [&str; 6] = [
    "datatype.array",
    "datatype.json",
    "helpers.repeatString",
    "mersenne.rand",
    "mersenne.seed",
    "mersenne.seed_array",
];

/// The text with current names; nothing when it is current already.
pub(super) fn rename(text: &str) -> Option<String> {
    if !text.contains("faker") {
        return None;
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(start) = rest.find("{{") {
        let (before, from) = rest.split_at(start);
        result.push_str(before);
        let Some(end) = end_of_expression(from) else {
            rest = from;
            break;
        };
        let (expression, after) = from.split_at(end);
        match in_expression(expression) {
            Some(renamed) => {
                changed = true;
                result.push_str(&renamed);
            }
            None => result.push_str(expression),
        }
        rest = after;
    }
    result.push_str(rest);
    changed.then_some(result)
}

/// The length of `{{…}}`, quoted braces passed over.
fn end_of_expression(text: &str) -> Option<usize> {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'}') if text[index..].starts_with("}}") => return Some(index + 2),
            _ => {}
        }
    }
    None
}

fn in_expression(expression: &str) -> Option<String> {
    let mut result = String::with_capacity(expression.len());
    let mut rest = expression;
    let mut changed = false;
    while let Some((before, quote, name, after)) = next_call(rest) {
        if REMOVED.contains(&name)
            && expression
                .trim_start_matches(['{', '~', ' '])
                .starts_with("faker")
        {
            return Some(String::new());
        }
        result.push_str(before);
        result.push(quote);
        rest = after;
        let Some((new, arguments)) = current(name) else {
            result.push_str(name);
            continue;
        };
        changed = true;
        result.push_str(&new);
        let end = end_of_call(rest);
        let (given, following) = rest.split_at(end);
        let key = arguments.split('=').next().unwrap_or_default();
        result.push_str(given);
        if !arguments.is_empty() && !given.contains(&format!("{key}=")) {
            if !given.ends_with(' ') {
                result.push(' ');
            }
            result.push_str(arguments);
        }
        rest = following;
    }
    result.push_str(rest);
    changed.then_some(result)
}

fn current(name: &str) -> Option<(String, &'static str)> {
    if let Some(&(_, new, arguments)) = NAMES.iter().find(|(old, _, _)| *old == name) {
        return Some((new.to_owned(), arguments));
    }
    MODULES.iter().find_map(|(old, new)| {
        let method = name.strip_prefix(old)?;
        Some((format!("{new}{method}"), ""))
    })
}

/// The next `faker 'name'`: what stands before the quote, the quote, the name, and the rest
/// from the closing quote on.
fn next_call(text: &str) -> Option<(&str, char, &str, &str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("faker") {
        let start = from + found;
        let end = start + "faker".len();
        from = end;
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
        if start > 0 && word(text.as_bytes()[start - 1]) {
            continue;
        }
        let argument = text[end..].trim_start();
        if argument.len() == text.len() - end {
            continue;
        }
        let Some(quote) = argument
            .chars()
            .next()
            .filter(|first| matches!(first, '\'' | '"'))
        else {
            continue;
        };
        let open = text.len() - argument.len();
        let Some(length) = argument[1..].find(quote) else {
            continue;
        };
        let close = open + 1 + length;
        return Some((&text[..open], quote, &text[open + 1..close], &text[close..]));
    }
    None
}

/// Where the arguments of a call end, counted from the closing quote of its name.
fn end_of_call(text: &str) -> usize {
    let mut quote = None;
    let mut depth = 0usize;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth > 0 => depth -= 1,
            (None, b')' | b'}' | b'~') => return index,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn names_follow_faker() {
        for (old, new) in [
            ("{{faker 'name.firstName'}}", "{{faker 'person.firstName'}}"),
            ("{{faker 'name.findName'}}", "{{faker 'person.fullName'}}"),
            (
                "{{ faker \"address.city\" }}",
                "{{ faker \"location.city\" }}",
            ),
            (
                "{{{faker 'datatype.number'}}}",
                "{{{faker 'number.int' max=99999}}}",
            ),
            (
                "{{~faker 'datatype.number'~}}",
                "{{~faker 'number.int' max=99999~}}",
            ),
            (
                "{{faker 'datatype.number' min=1 max=5 }}",
                "{{faker 'number.int' min=1 max=5 }}",
            ),
            (
                "{{faker 'datatype.number' (add 1 2)}} {{faker 'x.y'}}",
                "{{faker 'number.int' (add 1 2) max=99999}} {{faker 'x.y'}}",
            ),
            (
                "{{#repeat (faker 'datatype.number' 5)}}x{{/repeat}}",
                "{{#repeat (faker 'number.int' 5 max=99999)}}x{{/repeat}}",
            ),
            (
                "{{concat (faker 'name.firstName') ' }} ' (faker\n 'name.lastName')}}",
                "{{concat (faker 'person.firstName') ' }} ' (faker\n 'person.lastName')}}",
            ),
            (
                "{{faker 'image.cats'}}",
                "{{faker 'image.urlLoremFlickr' category=\"cats\"}}",
            ),
            ("{{faker 'image.imageUrl'}}", "{{faker 'image.url'}}"),
            ("a{{faker 'datatype.json'}}b", "ab"),
        ] {
            assert_eq!(rename(old).as_deref(), Some(new), "{old}");
        }
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "faker 'name.firstName'",
            "{{faker 'person.firstName'}}",
            "{{faker 'internet.email'}} name.firstName",
            "{{myfaker 'name.firstName'}}",
            "{{fakers 'name.firstName'}}",
            "{{faker 'name.firstName'",
            "{{faker}} {{faker 'a",
            "{{faker name.firstName}}",
        ] {
            assert_eq!(rename(text), None, "{text}");
        }
    }
}
