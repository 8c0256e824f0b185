//! Dates and times, in the server's time zone.
//!
//! `format` knows the tokens of date-fns, `calendar` is the arithmetic of JavaScript's `Date`. The
//! clock and the zone are the host's, so a stopped clock gives the same text every time.

mod calendar;
mod format;

use wasmock_javascript::{Object, Value, dates, number};

use super::{Answer, Call, Family, Helper, Rows, no_function, no_property, text};
use crate::language::RenderError;
use crate::{Effects, Host};

pub(crate) use calendar::date_text;

/// What depends on the time or on chance.
const DRAWN: Rows = Rows(Family::Dates, Effects::DRAWS_RANDOM);
/// What depends on the server's time zone.
const READ: Rows = Rows(Family::Dates, Effects::READS_STATE);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    DRAWN.row("now", "[format]", "The present, by default in ISO 8601 with the server's offset.", "{{now 'yyyy'}}", now),
    READ.row("dateFormat", "date format", "A date in another form.", "{{dateFormat '2024-02-29T10:00:00' 'dd.MM.yyyy HH:mm'}}", date_format),
    DRAWN.row("dateTimeShift", "[date=] [format=] [days=] [months=] [years=] [hours=] [minutes=] [seconds=]", "A date, by default now, some time later or (negative) earlier.", "{{dateTimeShift date='2024-01-31' days=1 format='yyyy-MM-dd'}}", shift),
    READ.row("isValidDate", "value", "Whether a text or a number is a date.", "{{isValidDate '2024-02-29'}}", is_valid),
    DRAWN.row("date", "from to [format]", "A random date between two.", "{{date '2024-01-01' '2024-12-31' 'yyyy'}}", random_date),
    DRAWN.row("time", "[from to [format]]", "A random time of day, between two when they are given.", "{{len (time '08:00:00' '09:00:00')}}", random_time),
];

const ISO: &str = "yyyy-MM-dd'T'HH:mm:ss.SSSxxx";

fn now(call: &mut Call<'_, '_>) -> Answer {
    let pattern = call.arg(0).as_str().unwrap_or(ISO);
    let host = call.host();
    let now = host.now_ms();
    text(format::format(now, pattern, host)?)
}

/// `Date.parse(text)`; NaN when the text is no date.
fn parse(text: &str, host: &mut dyn Host) -> f64 {
    match dates::read(text) {
        Some(date) if date.offset.is_some() => calendar::clip(date.instant()),
        Some(date) => calendar::from_local(date.local, host),
        None => f64::NAN,
    }
}

/// The instant of a text that is a date without a time zone.
pub(super) fn local(text: &str, host: &mut dyn Host) -> Option<f64> {
    let date = dates::read(text).filter(|date| date.offset.is_none())?;
    Some(calendar::from_local(date.local, host))
}

/// `new Date(value)`
fn to_date(value: &Value, host: &mut dyn Host) -> f64 {
    match value {
        Value::String(text) | Value::Safe(text) => parse(text, host),
        Value::Array(_) => parse(&value.to_text(), host),
        Value::Object(_) | Value::Undefined => f64::NAN,
        other => calendar::clip(other.to_number()),
    }
}

fn date_format(call: &mut Call<'_, '_>) -> Answer {
    let (Some(date), Some(pattern)) = (call.args.first(), call.arg(1).as_any_str()) else {
        return text("");
    };
    let ms = match date {
        Value::Date(ms) => *ms,
        Value::String(written) | Value::Safe(written) => parse(written, call.host()),
        _ => return text(""),
    };
    text(format::format(ms, pattern, call.host())?)
}

fn is_valid(call: &mut Call<'_, '_>) -> Answer {
    let Some(value) = call.args.first() else {
        return Ok(Value::Bool(false));
    };
    Ok(Value::Bool(!to_date(value, call.host()).is_nan()))
}

fn shift(call: &mut Call<'_, '_>) -> Answer {
    let amount = |call: &mut Call<'_, '_>, name| match call.named(name) {
        Some(value) => {
            let written = call.text(value);
            number::parse_int(&written)
        }
        None => f64::NAN,
    };
    if let Some(first @ Value::Null) = call.args.first() {
        return Err(no_property(first, "hash"));
    }
    // With a positional argument Mockoon looks for the names in that and finds none.
    let named = call.args.is_empty();
    let date = if named {
        call.named("date").cloned().unwrap_or_default()
    } else {
        Value::Undefined
    };
    let pattern = call
        .named("format")
        .filter(|_| named)
        .and_then(Value::as_any_str)
        .unwrap_or(ISO);
    let mut ms = match &date {
        Value::Undefined => call.host().now_ms(),
        other => to_date(other, call.host()),
    };
    if named {
        let is_date = matches!(
            date,
            Value::Undefined | Value::String(_) | Value::Safe(_) | Value::Date(_)
        );
        let steps = [
            ("days", calendar::Unit::Day, "Date"),
            ("months", calendar::Unit::Month, "Month"),
            ("years", calendar::Unit::Year, "FullYear"),
            ("hours", calendar::Unit::Hour, "Hours"),
            ("minutes", calendar::Unit::Minute, "Minutes"),
            ("seconds", calendar::Unit::Second, "Seconds"),
        ];
        for (name, unit, method) in steps {
            let by = amount(call, name);
            if by.is_nan() {
                continue;
            }
            match &date {
                Value::Null => return Err(no_property(&date, &format!("set{method}"))),
                _ if !is_date => return Err(no_function(&format!("dateToShift.get{method}"))),
                _ => ms = calendar::shift(ms, unit, by, call.host()),
            }
        }
    }
    text(format::format(ms, pattern, call.host())?)
}

/// A random instant between two, as faker draws it.
fn between(call: &mut Call<'_, '_>, from: &str, to: &str) -> Result<f64, RenderError> {
    let host = call.host();
    let mut bounds = Object::new();
    for (name, written) in [("from", from), ("to", to)] {
        let ms = parse(written, host);
        if ms.is_nan() {
            return Err(RenderError::new(format!("Invalid {name} date: {written}")));
        }
        bounds.insert(name, Value::Date(ms));
    }
    match call.fake("date.between", &[Value::object(bounds)]) {
        Ok(value) => Ok(value.to_number()),
        Err(error) => Err(RenderError::new(error.to_string())),
    }
}

fn random_date(call: &mut Call<'_, '_>) -> Answer {
    let [from, to, ..] = call.args else {
        return text("");
    };
    let (Some(from), Some(to)) = (from.as_any_str(), to.as_any_str()) else {
        return text("");
    };
    let ms = between(call, from, to)?;
    match call.args {
        [_, _, Value::String(pattern)] => text(format::format(ms, pattern, call.host())?),
        _ => text(date_text(ms, call.host())),
    }
}

fn random_time(call: &mut Call<'_, '_>) -> Answer {
    let (from, to, pattern) = match call.args {
        [Value::String(from), Value::String(to)] => (&**from, &**to, None),
        [
            Value::String(from),
            Value::String(to),
            Value::String(pattern),
        ] => (&**from, &**to, Some(pattern)),
        [Value::String(from), Value::String(to), ..] => (&**from, &**to, None),
        _ => ("00:00:00", "23:59:00", None),
    };
    let ms = between(
        call,
        &format!("1970-01-01T{from}"),
        &format!("1970-01-01T{to}"),
    )?;
    let pattern = pattern
        .map(|p| &**p)
        .filter(|p| !p.is_empty())
        .unwrap_or("HH:mm");
    text(format::format(ms, pattern, call.host())?)
}
