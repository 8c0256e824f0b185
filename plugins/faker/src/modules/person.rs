//! Names and what people do.

use std::borrow::Cow;

use wasmock_javascript::Value;

use crate::error::{Error, faker};
use crate::lists::{Key, key};
use crate::names::{Part, Piece};
use crate::options::{Options, argument};
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("person.firstName", "sex", "'female'", false, |f, a| {
        Ok(first_name(f, sex(a))?.into())
    }),
    Method::new("person.lastName", "sex", "", true, |f, a| {
        Ok(Value::text(last_name(f, sex(a))?))
    }),
    Method::new("person.middleName", "sex", "", false, |f, a| {
        Ok(middle_name(f, sex(a))?.into())
    }),
    Method::new(
        "person.fullName",
        "{sex, firstName, lastName}",
        "sex='male'",
        false,
        |f, a| {
            let o = Options::new(a, 0, "sex")?;
            let sex = o.text("sex").as_deref().map(Sex::named);
            Ok(full_name(f, sex, o.text("firstName"), o.text("lastName"))?.into())
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
        Ok(prefix(f, sex(a))?.into())
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

/// Whose names are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sex {
    Female,
    Male,
    /// Another word.
    Other,
}

impl Sex {
    fn named(name: &str) -> Self {
        match name {
            "female" => Self::Female,
            "male" => Self::Male,
            _ => Self::Other,
        }
    }
}

fn sex(args: &[Value]) -> Option<Sex> {
    argument(args, 0).as_str().map(Sex::named)
}

/// One item of the list for a sex, else of the common one; a locale may have only one kind.
fn by_sex(
    f: &mut Faker,
    sex: Option<Sex>,
    [generic, female, male]: [Key; 3],
) -> Result<&'static str, Error> {
    let (generic, female, male) = (f.list(generic), f.list(female), f.list(male));
    let list = match sex {
        Some(Sex::Female) if !female.is_empty() => female,
        Some(Sex::Male) if !male.is_empty() => male,
        _ if !generic.is_empty() => generic,
        Some(Sex::Female | Sex::Male) => generic,
        // No draw for a locale that has none at all.
        _ if female.is_empty() && male.is_empty() => generic,
        _ => f.random.item(&[female, male]),
    };
    if list.is_empty() {
        return faker("Cannot get value from empty dataset.");
    }
    Ok(list.at(f.random.index(list.len())))
}

pub(crate) fn first_name(f: &mut Faker, sex: Option<Sex>) -> Result<&'static str, Error> {
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
pub(crate) fn last_name(f: &mut Faker, sex: Option<Sex>) -> Result<Cow<'static, str>, Error> {
    const FEMALE: Key = key::PERSON_LAST_NAME_PATTERN_FEMALE;
    const MALE: Key = key::PERSON_LAST_NAME_PATTERN_MALE;
    const GENERIC: Key = key::PERSON_LAST_NAME_PATTERN_GENERIC;
    let key = match sex {
        Some(Sex::Female) if !f.list(FEMALE).is_empty() => FEMALE,
        Some(Sex::Male) if !f.list(MALE).is_empty() => MALE,
        _ if !f.list(GENERIC).is_empty() => GENERIC,
        _ => f.random.item(&[FEMALE, MALE]),
    };
    let pattern = f.name_pattern(key)?;
    if let [Piece::CommonLastName] = pattern.pieces() {
        return Ok(f.pick(key::PERSON_LAST_NAME_GENERIC)?.into());
    }
    let is_plain = |piece: &Piece| matches!(piece, Piece::Text(_) | Piece::CommonLastName);
    if !pattern.pieces().iter().all(is_plain) {
        return f.fill(pattern.pattern()).map(Cow::Owned);
    }
    let mut name = String::with_capacity(32);
    for piece in pattern.pieces() {
        name.push_str(match piece {
            Piece::Text(text) => text,
            _ => f.pick(key::PERSON_LAST_NAME_GENERIC)?,
        });
    }
    Ok(name.into())
}

fn middle_name(f: &mut Faker, sex: Option<Sex>) -> Result<&'static str, Error> {
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

fn prefix(f: &mut Faker, sex: Option<Sex>) -> Result<&'static str, Error> {
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
    sex: Option<Sex>,
    first: Option<String>,
    last: Option<String>,
) -> Result<String, Error> {
    let sex = Some(sex.unwrap_or_else(|| Sex::named(sex_type(f))));
    let first = match first {
        Some(first) => first.into(),
        None => Cow::Borrowed(first_name(f, sex)?),
    };
    let last = match last {
        Some(last) => last.into(),
        None => last_name(f, sex)?,
    };
    let pattern = f.name_pattern(key::PERSON_NAME)?;
    // What a pattern holds is drawn in this order, once.
    let (mut before, mut middle, mut after) = ("", "", "");
    if pattern.has(Part::Prefix) {
        before = prefix(f, sex)?;
    }
    if pattern.has(Part::MiddleName) {
        middle = middle_name(f, sex)?;
    }
    if pattern.has(Part::Suffix) {
        after = f.pick(key::PERSON_SUFFIX)?;
    }
    let mut name = String::with_capacity(48);
    for piece in pattern.pieces() {
        name.push_str(match piece {
            Piece::Text(text) => text,
            Piece::Part(Part::Prefix) => before,
            Piece::Part(Part::FirstName) => &first,
            Piece::Part(Part::MiddleName) => middle,
            Piece::Part(Part::LastName) => &last,
            Piece::Part(Part::Suffix) => after,
            Piece::CommonLastName => "{{person.last_name.generic}}",
            Piece::Expression(text) => text,
        });
    }
    Ok(name)
}
