//! English words by class, optionally of a length.

use wasmock_javascript::Value;

use crate::error::{Error, faker, other};
use crate::lists::{Key, List, key};
use crate::options::{Options, argument};
use crate::{Faker, Method};

const CLASSES: [Key; 7] = [
    key::WORD_ADJECTIVE,
    key::WORD_ADVERB,
    key::WORD_CONJUNCTION,
    key::WORD_INTERJECTION,
    key::WORD_NOUN,
    key::WORD_PREPOSITION,
    key::WORD_VERB,
];
const ARGUMENTS: &str = "length | {length, strategy}";

pub(crate) const METHODS: &[Method] = &[
    Method::new("word.adjective", ARGUMENTS, "5", false, |f, a| {
        pick(f, a, key::WORD_ADJECTIVE)
    }),
    Method::new("word.adverb", ARGUMENTS, "length=7", false, |f, a| {
        pick(f, a, key::WORD_ADVERB)
    }),
    Method::new("word.conjunction", ARGUMENTS, "", false, |f, a| {
        pick(f, a, key::WORD_CONJUNCTION)
    }),
    Method::new("word.interjection", ARGUMENTS, "", false, |f, a| {
        pick(f, a, key::WORD_INTERJECTION)
    }),
    Method::new(
        "word.noun",
        ARGUMENTS,
        "strategy='longest'",
        false,
        |f, a| pick(f, a, key::WORD_NOUN),
    ),
    Method::new("word.preposition", ARGUMENTS, "", false, |f, a| {
        pick(f, a, key::WORD_PREPOSITION)
    }),
    Method::new("word.verb", ARGUMENTS, "", false, |f, a| {
        pick(f, a, key::WORD_VERB)
    }),
    Method::new("word.sample", ARGUMENTS, "5", false, sample),
    Method::new("word.words", "count | {count}", "5", false, |f, a| {
        let o = Options::or_number(a, 0, "count")?;
        Ok(words(f, &o.get("count"))?.into())
    }),
];

/// One word of a list; no copy of the list is made unless a length is asked for.
pub(crate) fn pick(f: &mut Faker, args: &[Value], key: Key) -> Result<Value, Error> {
    let o = match argument(args, 0) {
        // Spreading `null` gives no options.
        Value::Null => Options::Given(&Value::Undefined),
        _ => Options::or_number(args, 0, "length")?,
    };
    // A bare text is spread too and so has no length.
    let length = if argument(args, 0).as_str().is_some() {
        Value::Undefined
    } else {
        o.get("length")
    };
    let strategy = o
        .text("strategy")
        .unwrap_or_else(|| "any-length".to_owned());
    let all = f.list(key);
    if length.is_nullish() && !matches!(strategy.as_str(), "shortest" | "longest") {
        return f.pick_value(key);
    }
    let words = select(all, &length, &strategy)?;
    if words.is_empty() {
        return faker("Cannot get value from empty dataset.");
    }
    Ok(f.random.item(&words).into())
}

fn select(all: List, length: &Value, strategy: &str) -> Result<Vec<&'static str>, Error> {
    let size = |word: &str| word.chars().count() as f64;
    let shortest = all.iter().map(size).fold(f64::INFINITY, f64::min);
    let longest = all.iter().map(size).fold(0.0, f64::max);
    let of_length = |test: &dyn Fn(f64) -> bool| -> Vec<&'static str> {
        all.iter().filter(|word| test(size(word))).collect()
    };
    let (min, max) = match length {
        Value::Undefined | Value::Null => (f64::NAN, f64::NAN),
        Value::Number(n) => (*n, *n),
        range => {
            let bound = |name| range.get(name).unwrap_or_default().to_number();
            (bound("min"), bound("max"))
        }
    };
    if !length.is_nullish() {
        let found = of_length(&|l| l >= min && l <= max);
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(match strategy {
        "fail" => return faker("No words found that match the given length."),
        "closest" => {
            let offset = (min - shortest).min(longest - max);
            of_length(&|l| l == min - offset || l == max + offset)
        }
        "shortest" => of_length(&|l| l == shortest),
        "longest" => of_length(&|l| l == longest),
        "any-length" => all.iter().collect(),
        _ => return other("Te[t] is not a function"),
    })
}

/// A word of any class; a class without a fitting word gives way to the next.
fn sample(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let mut classes = CLASSES;
    f.random.shuffle(&mut classes);
    for class in classes {
        if let Ok(word) = pick(f, args, class) {
            return Ok(word);
        }
    }
    faker("No matching word data available for the current locale")
}

/// Words of any class, one to three when no count is given.
pub(crate) fn words(f: &mut Faker, given: &Value) -> Result<String, Error> {
    let count = if given.is_undefined() {
        f.random.between(1.0, 3.0) as usize
    } else {
        f.count(given)?
    };
    let words = (0..count)
        .map(|_| sample(f, &[]).map(|word| word.to_text().into_owned()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(words.join(" "))
}
