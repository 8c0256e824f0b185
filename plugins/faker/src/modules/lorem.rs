//! Latin-looking filler.

use wasmock_javascript::Value;

use crate::error::Error;
use crate::lists::key;
use crate::modules::{helpers, word};
use crate::options::argument;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "lorem.word",
        "length | {length, strategy}",
        "5",
        false,
        |f, a| word::pick(f, a, key::LOREM_WORD),
    ),
    Method::new("lorem.words", "count", "5", false, |f, a| {
        Ok(words(f, argument(a, 0))?.into())
    }),
    Method::new("lorem.sentence", "count", "5", false, |f, a| {
        Ok(sentence(f, argument(a, 0))?.into())
    }),
    Method::new("lorem.slug", "count", "3", false, |f, a| {
        Ok(helpers::slugify(&words(f, argument(a, 0))?).into())
    }),
    Method::new("lorem.sentences", "count, separator", "2", false, |f, a| {
        Ok(sentences(f, argument(a, 0), separator(argument(a, 1), " "))?.into())
    }),
    Method::new("lorem.paragraph", "count", "2", false, |f, a| {
        Ok(paragraph(f, argument(a, 0))?.into())
    }),
    Method::new(
        "lorem.paragraphs",
        "count, separator",
        "2 '<br/>'",
        false,
        |f, a| Ok(paragraphs(f, argument(a, 0), separator(argument(a, 1), "\n"))?.into()),
    ),
    Method::new("lorem.text", "", "", false, |f, _| Ok(text(f)?.into())),
    Method::new("lorem.lines", "count", "3", false, |f, a| {
        Ok(lines(f, argument(a, 0))?.into())
    }),
];

fn separator<'a>(value: &'a Value, default: &'a str) -> &'a str {
    value.as_str().unwrap_or(default)
}

/// A given count, or one drawn from a range.
fn count(f: &mut Faker, given: &Value, low: f64, high: f64) -> Result<usize, Error> {
    if given.is_undefined() {
        return Ok(f.random.between(low, high) as usize);
    }
    // `null` is not `undefined`: it misses the method's default and gets that of the loop.
    if *given == Value::Null {
        Ok(3)
    } else {
        f.count(given)
    }
}

fn join(
    f: &mut Faker,
    count: usize,
    separator: &str,
    mut part: impl FnMut(&mut Faker) -> Result<String, Error>,
) -> Result<String, Error> {
    let parts = (0..count).map(|_| part(f)).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.join(separator))
}

/// Words, three when no count is given.
pub(crate) fn words(f: &mut Faker, given: &Value) -> Result<String, Error> {
    let count = count(f, given, 3.0, 3.0)?;
    join(f, count, " ", |f| Ok(f.pick(key::LOREM_WORD)?.to_owned()))
}

pub(crate) fn sentence(f: &mut Faker, given: &Value) -> Result<String, Error> {
    let count = count(f, given, 3.0, 10.0)?;
    let mut text = join(f, count, " ", |f| Ok(f.pick(key::LOREM_WORD)?.to_owned()))?;
    if let Some(first) = text.chars().next() {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    text.push('.');
    Ok(text)
}

fn sentences(f: &mut Faker, given: &Value, separator: &str) -> Result<String, Error> {
    let count = count(f, given, 2.0, 6.0)?;
    join(f, count, separator, |f| sentence(f, &Value::Undefined))
}

fn paragraph(f: &mut Faker, given: &Value) -> Result<String, Error> {
    let count = count(f, given, 3.0, 3.0)?;
    join(f, count, " ", |f| sentence(f, &Value::Undefined))
}

fn paragraphs(f: &mut Faker, given: &Value, separator: &str) -> Result<String, Error> {
    let count = count(f, given, 3.0, 3.0)?;
    join(f, count, separator, |f| paragraph(f, &Value::Undefined))
}

fn lines(f: &mut Faker, given: &Value) -> Result<String, Error> {
    let count = count(f, given, 1.0, 5.0)?;
    join(f, count, "\n", |f| sentence(f, &Value::Undefined))
}

fn text(f: &mut Faker) -> Result<String, Error> {
    let none = &Value::Undefined;
    match f.random.index(5) {
        0 => sentence(f, none),
        1 => sentences(f, none, " "),
        2 => paragraph(f, none),
        3 => paragraphs(f, none, "\n"),
        _ => lines(f, none),
    }
}
