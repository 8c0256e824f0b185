//! Moments before, after and between others, and names of months and days.
//!
//! Moments are drawn as whole milliseconds; a year is 365 days. `refDate` stands for the
//! present and may be a date, a number or a text.

use wasmock_javascript::Value;

use crate::calendar::{self, DAY};
use crate::error::{Error, faker};
use crate::lists::{Key, key};
use crate::modules::number::int_in;
use crate::options::{Options, argument};
use crate::{Faker, Method};

const YEAR: f64 = 365.0 * DAY;

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "date.anytime",
        "{refDate}",
        "refDate='2024-01-01'",
        true,
        |f, a| {
            let now = reference(f, &Options::new(a, 0, "refDate")?)?;
            Ok(Value::Date(int_in(f, now - YEAR, now + YEAR, 1.0)?))
        },
    ),
    Method::new("date.past", "{years, refDate}", "years=10", true, |f, a| {
        around(f, a, "years", -YEAR)
    }),
    Method::new(
        "date.future",
        "{years, refDate}",
        "years=10",
        true,
        |f, a| around(f, a, "years", YEAR),
    ),
    Method::new(
        "date.between",
        "{from, to}",
        "from='2020-01-01' to='2030-01-01'",
        true,
        |f, a| {
            let (from, to, _) = range(a)?;
            Ok(Value::Date(between(f, &from, &to)?))
        },
    ),
    Method::new(
        "date.betweens",
        "{from, to, count}",
        "from='2020-01-01' to='2030-01-01' count=2",
        true,
        betweens,
    ),
    Method::new("date.recent", "{days, refDate}", "days=10", true, |f, a| {
        around(f, a, "days", -DAY)
    }),
    Method::new("date.soon", "{days, refDate}", "days=10", true, |f, a| {
        around(f, a, "days", DAY)
    }),
    Method::new(
        "date.birthdate",
        "{mode, min, max, refDate}",
        "mode='age' min=18 max=65",
        true,
        birthdate,
    ),
    Method::new(
        "date.month",
        "{abbreviated, context}",
        "abbreviated=true",
        true,
        |f, a| name(f, a, key::DATE_MONTH_WIDE, key::DATE_MONTH_ABBR),
    ),
    Method::new(
        "date.weekday",
        "{abbreviated, context}",
        "abbreviated=true",
        true,
        |f, a| name(f, a, key::DATE_WEEKDAY_WIDE, key::DATE_WEEKDAY_ABBR),
    ),
    Method::new("date.timeZone", "", "", true, |f, _| {
        f.pick_value(key::LOCATION_TIME_ZONE)
    }),
];

/// `new Date(value)`, and faker.js's complaint about what is none.
fn moment(value: &Value, name: &str) -> Result<f64, Error> {
    let ms = match value {
        Value::Date(ms) | Value::Number(ms) => *ms,
        Value::Null => 0.0,
        Value::Bool(b) => f64::from(u8::from(*b)),
        other => calendar::parse(&other.to_text()),
    };
    if ms.is_finite() && ms.abs() <= 8.64e15 {
        return Ok(ms.trunc());
    }
    faker(format!("Invalid {name} date: {}", value.to_text()))
}

/// The option `refDate`, or the present.
pub(crate) fn reference(f: &Faker, o: &Options<'_>) -> Result<f64, Error> {
    match o.get("refDate") {
        Value::Undefined => Ok((f.now)().trunc()),
        given => moment(&given, "refDate"),
    }
}

/// A moment between one second and `amount` units from the reference.
fn around(f: &mut Faker, args: &[Value], unit: &'static str, length: f64) -> Result<Value, Error> {
    let o = Options::new(args, 0, unit)?;
    let amount = o.number(unit, 1.0);
    if amount <= 0.0 {
        return faker(if unit == "years" {
            "Years must be greater than 0."
        } else {
            "Days must be greater than 0."
        });
    }
    let now = reference(f, &o)?;
    from_reference(f, now, amount * length).map(Value::Date)
}

/// A moment from one second up to `distance` after `now`, or before it when negative.
pub(crate) fn from_reference(f: &mut Faker, now: f64, distance: f64) -> Result<f64, Error> {
    let (from, to) = if distance < 0.0 {
        (now + distance, now - 1000.0)
    } else {
        (now + 1000.0, now + distance)
    };
    for (ms, name) in [(from, "from"), (to, "to")] {
        if ms.is_nan() || ms.abs() > 8.64e15 {
            return faker(format!("Invalid {name} date: {ms}"));
        }
    }
    if from.trunc() > to.trunc() {
        return faker("`from` date must be before `to` date.");
    }
    int_in(f, from.trunc(), to.trunc(), 1.0)
}

/// A moment up to a year before or after another.
pub(crate) fn anytime(f: &mut Faker, now: f64) -> f64 {
    f.random.between(now - YEAR, now + YEAR)
}

fn range(args: &[Value]) -> Result<(Value, Value, Value), Error> {
    let given = Options::Given(argument(args, 0));
    let (from, to) = (given.get("from"), given.get("to"));
    if from.is_nullish() || to.is_nullish() {
        return faker("Must pass an options object with `from` and `to` values.");
    }
    Ok((from, to, given.get("count")))
}

fn between(f: &mut Faker, from: &Value, to: &Value) -> Result<f64, Error> {
    let (from, to) = (moment(from, "from")?, moment(to, "to")?);
    if from > to {
        return faker("`from` date must be before `to` date.");
    }
    int_in(f, from, to, 1.0)
}

fn betweens(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let (from, to, count) = range(args)?;
    let count = if count == Value::Null {
        3
    } else {
        f.count_or(&count, 3)?
    };
    let mut moments = (0..count)
        .map(|_| between(f, &from, &to))
        .collect::<Result<Vec<_>, _>>()?;
    moments.sort_by(f64::total_cmp);
    Ok(moments.into_iter().map(Value::Date).collect())
}

fn birthdate(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "mode")?;
    let given = ["min", "max", "mode"]
        .iter()
        .filter(|name| !o.get(name).is_nullish())
        .count();
    if given % 3 != 0 {
        return faker("The 'min', 'max', and 'mode' options must be set together.");
    }
    let (min, max) = (o.number("min", 18.0), o.number("max", 80.0));
    let now = reference(f, &o)?;
    let year = calendar::parts(now).year as f64;
    let (from, to) = match o.text("mode").as_deref() {
        None | Some("age") => (
            calendar::with_year(now, year - max - 1.0) + DAY,
            calendar::with_year(now, year - min),
        ),
        Some("year") => (calendar::utc(min, 0, 2), calendar::utc(max, 11, 30)),
        Some(_) => return Ok(Value::Undefined),
    };
    if from > to {
        return faker(format!(
            "Max {max} should be greater than or equal to min {min}."
        ));
    }
    if from.is_nan() || to.is_nan() {
        return faker("Invalid from date: NaN");
    }
    Ok(Value::Date(f.random.between(from, to)))
}

fn name(f: &mut Faker, args: &[Value], wide: Key, short: Key) -> Result<Value, Error> {
    let o = Options::new(args, 0, "abbreviated")?;
    f.pick_value(if o.flag("abbreviated", false) {
        short
    } else {
        wide
    })
}
