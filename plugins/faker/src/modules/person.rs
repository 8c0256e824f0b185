//! Names and what people do.

use std::borrow::Cow;
use std::rc::Rc;

use wasmock_javascript::Value;

use crate::error::{Error, faker};
use crate::lists::{Key, key, weight};
use crate::options::{Options, argument};
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("person.firstName", "sex", "'female'", false, |f, a| {
        Ok(first_name(f, sex(a).as_deref())?.into())
    }),
    Method::new("person.lastName", "sex", "", true, |f, a| {
        Ok(last_name(f, sex(a).as_deref())?.into())
    }),
    Method::new("person.middleName", "sex", "", false, |f, a| {
        Ok(middle_name(f, sex(a).as_deref())?.into())
    }),
    Method::new(
        "person.fullName",
        "{sex, firstName, lastName}",
        "sex='male'",
        false,
        |f, a| {
            let o = Options::new(a, 0, "sex")?;
            Ok(full_name(f, o.text("sex"), o.text("firstName"), o.text("lastName"))?.into())
        },
    ),
    Method::new("person.gender", "", "", false, |f, _| {
        f.pick_value(key::PERSON_GENDER)
    }),
    Method::new("person.sex", "", "", true, |f, _| {
        f.pick_value(key::PERSON_SEX)
    }),
    Method::new(
        "person.sexType",
        "",
        "",
        true,
        |f, _| Ok(sex_type(f).into()),
    ),
    Method::new("person.bio", "", "", false, |f, _| {
        Ok(f.pick_pattern(key::PERSON_BIO_PATTERN)?.into())
    }),
    Method::new("person.prefix", "sex", "'female'", true, |f, a| {
        Ok(prefix(f, sex(a).as_deref())?.into())
    }),
    Method::new("person.suffix", "", "", true, |f, _| {
        f.pick_value(key::PERSON_SUFFIX)
    }),
    Method::new("person.jobTitle", "", "", true, |f, _| {
        Ok(f.pick_pattern(key::PERSON_JOB_TITLE_PATTERN)?.into())
    }),
    Method::new("person.jobDescriptor", "", "", true, |f, _| {
        f.pick_value(key::PERSON_JOB_DESCRIPTOR)
    }),
    Method::new("person.jobArea", "", "", true, |f, _| {
        f.pick_value(key::PERSON_JOB_AREA)
    }),
    Method::new("person.jobType", "", "", true, |f, _| {
        f.pick_value(key::PERSON_JOB_TYPE)
    }),
    Method::new("person.zodiacSign", "", "", true, |f, _| {
        f.pick_value(key::PERSON_WESTERN_ZODIAC_SIGN)
    }),
];

fn sex(args: &[Value]) -> Option<String> {
    argument(args, 0).as_str().map(str::to_owned)
}

/// One item of the list for a sex, else of the common one; a locale may have only one kind.
fn by_sex(
    f: &mut Faker,
    sex: Option<&str>,
    [generic, female, male]: [Key; 3],
) -> Result<&'static str, Error> {
    let (generic, female, male) = (f.list(generic), f.list(female), f.list(male));
    let list = match sex {
        Some("female") if !female.is_empty() => female,
        Some("male") if !male.is_empty() => male,
        _ if !generic.is_empty() => generic,
        Some("female" | "male") => generic,
        _ => f.random.item(&[female, male]),
    };
    if list.is_empty() {
        return faker("Cannot get value from empty dataset.");
    }
    Ok(list.at(f.random.index(list.len())))
}

pub(crate) fn first_name(f: &mut Faker, sex: Option<&str>) -> Result<&'static str, Error> {
    by_sex(
        f,
        sex,
        [
            key::PERSON_FIRST_NAME_GENERIC,
            key::PERSON_FIRST_NAME_FEMALE,
            key::PERSON_FIRST_NAME_MALE,
        ],
    )
}

/// Last names follow a weighted pattern: some are two names joined.
pub(crate) fn last_name(f: &mut Faker, sex: Option<&str>) -> Result<String, Error> {
    let pattern = f.weighted_pattern(match sex {
        Some("female") if !f.list(key::PERSON_LAST_NAME_PATTERN_FEMALE).is_empty() => {
            key::PERSON_LAST_NAME_PATTERN_FEMALE
        }
        Some("male") if !f.list(key::PERSON_LAST_NAME_PATTERN_MALE).is_empty() => {
            key::PERSON_LAST_NAME_PATTERN_MALE
        }
        _ => key::PERSON_LAST_NAME_PATTERN_GENERIC,
    })?;
    if pattern == "{{person.last_name.generic}}" {
        return Ok(f.pick(key::PERSON_LAST_NAME_GENERIC)?.to_owned());
    }
    f.fill(pattern)
}

fn middle_name(f: &mut Faker, sex: Option<&str>) -> Result<&'static str, Error> {
    by_sex(
        f,
        sex,
        [
            key::PERSON_MIDDLE_NAME_GENERIC,
            key::PERSON_MIDDLE_NAME_FEMALE,
            key::PERSON_MIDDLE_NAME_MALE,
        ],
    )
}

fn prefix(f: &mut Faker, sex: Option<&str>) -> Result<&'static str, Error> {
    by_sex(
        f,
        sex,
        [
            key::PERSON_PREFIX_GENERIC,
            key::PERSON_PREFIX_FEMALE,
            key::PERSON_PREFIX_MALE,
        ],
    )
}

pub(crate) fn sex_type(f: &mut Faker) -> &'static str {
    f.random.item(&["female", "male"])
}

pub(crate) fn full_name(
    f: &mut Faker,
    sex: Option<String>,
    first: Option<String>,
    last: Option<String>,
) -> Result<String, Error> {
    let sex = sex.unwrap_or_else(|| sex_type(f).to_owned());
    let sex = Some(sex.as_str());
    let first = match first {
        Some(first) => first,
        None => first_name(f, sex)?.to_owned(),
    };
    let last = match last {
        Some(last) => last,
        None => last_name(f, sex)?,
    };
    let mut parts = Pattern::new(f.weighted_pattern(key::PERSON_NAME)?);
    // In this order, which is the order of the draws.
    for name in [
        "person.prefix",
        "person.firstName",
        "person.middleName",
        "person.lastName",
        "person.suffix",
    ] {
        for part in parts.named(name) {
            *part = match name {
                "person.prefix" => prefix(f, sex)?.into(),
                "person.firstName" => first.as_str().into(),
                "person.middleName" => middle_name(f, sex)?.into(),
                "person.lastName" => last.as_str().into(),
                _ => f.pick(key::PERSON_SUFFIX)?.into(),
            };
        }
    }
    Ok(parts.text())
}

/// A pattern in pieces: texts and, between them, what stands in braces.
struct Pattern<'a>(Vec<(Option<&'static str>, Cow<'a, str>)>);

impl<'a> Pattern<'a> {
    fn new(pattern: &'static str) -> Self {
        let mut pieces = Vec::with_capacity(8);
        let mut rest = pattern;
        while let Some(at) = rest.find('{') {
            let name = rest[at..].strip_prefix("{{");
            let Some((name, after)) = name.and_then(|inner| {
                let end = inner.find('}')?;
                Some((&inner[..end], inner[end..].strip_prefix("}}")?))
            }) else {
                break;
            };
            pieces.push((None, rest[..at].into()));
            pieces.push((Some(name), rest[at..rest.len() - after.len()].into()));
            rest = after;
        }
        pieces.push((None, rest.into()));
        Self(pieces)
    }

    /// The pieces of this name, to be filled in.
    fn named(&mut self, wanted: &str) -> impl Iterator<Item = &mut Cow<'a, str>> {
        self.0
            .iter_mut()
            .filter(move |(name, _)| *name == Some(wanted))
            .map(|(_, text)| text)
    }

    fn text(self) -> String {
        self.0.into_iter().map(|(_, text)| text).collect()
    }
}

impl Faker {
    /// One pattern of a list of weighted ones.
    fn weighted_pattern(&mut self, key: Key) -> Result<&'static str, Error> {
        let known = self.patterns.iter().find(|(known, _)| *known == key);
        let patterns = match known {
            Some((_, patterns)) => patterns.clone(),
            None => {
                let patterns: Rc<[_]> = self.list(key).iter().map(weight).collect();
                self.patterns.push((key, patterns.clone()));
                patterns
            }
        };
        if patterns.is_empty() {
            return faker("Cannot get value from empty dataset.");
        }
        let weights = patterns.iter().map(|(weight, _)| *weight);
        Ok(patterns[self.random.weighted(weights)].1)
    }
}
