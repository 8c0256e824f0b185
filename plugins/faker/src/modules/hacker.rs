//! What hackers in films say.

use crate::error::Error;
use crate::lists::key;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("hacker.abbreviation", "", "", true, |f, _| {
        f.pick_value(key::HACKER_ABBREVIATION)
    }),
    Method::new("hacker.adjective", "", "", true, |f, _| {
        f.pick_value(key::HACKER_ADJECTIVE)
    }),
    Method::new("hacker.noun", "", "", true, |f, _| {
        f.pick_value(key::HACKER_NOUN)
    }),
    Method::new("hacker.verb", "", "", true, |f, _| {
        f.pick_value(key::HACKER_VERB)
    }),
    Method::new("hacker.ingverb", "", "", true, |f, _| {
        f.pick_value(key::HACKER_INGVERB)
    }),
    Method::new("hacker.phrase", "", "", false, |f, _| Ok(phrase(f)?.into())),
];

fn phrase(f: &mut Faker) -> Result<String, Error> {
    let mut text = f.pick(key::HACKER_PHRASE)?.to_owned();
    // In this order, which is the order of the draws.
    for (mark, key) in [
        ("{{abbreviation}}", key::HACKER_ABBREVIATION),
        ("{{adjective}}", key::HACKER_ADJECTIVE),
        ("{{ingverb}}", key::HACKER_INGVERB),
        ("{{noun}}", key::HACKER_NOUN),
        ("{{verb}}", key::HACKER_VERB),
    ] {
        while let Some(at) = text.find(mark) {
            let word = f.pick(key)?;
            text.replace_range(at..at + mark.len(), word);
        }
    }
    Ok(text)
}
