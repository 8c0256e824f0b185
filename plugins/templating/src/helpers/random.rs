//! Chance: choosing among values, and fake data.
//!
//! `oneOf`, `someOf` and `repeat` draw from the server's chance; everything else comes from
//! the one sequence of fake data that `--faker-seed` makes repeatable.

use std::sync::Arc;

use smallvec::SmallVec;
use wasmock_javascript::{Object, Text, Value, json};

use super::{Answer, Call, Family, Helper, Rows, no_function, no_property, text};
use crate::language::RenderError;
use crate::{Effects, FakeError, Host};

const ROWS: Rows = Rows(Family::Random, Effects::DRAWS_RANDOM);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("oneOf", "array [stringify] | value…", "One of the values.", "{{oneOf 'a' 'b'}}", one_of),
    ROWS.row("someOf", "array min max [stringify]", "Some of the items in random order, at least `min` and at most `max`.", "{{someOf (array 1 2 3) 1 2}}", some_of),
    ROWS.row("faker", "'module.method' [argument…] [option=value…]", "Fake data of faker.js.", "{{faker 'string.alpha' 5}}", faker),
    ROWS.row("int", "[min [max]]", "A random integer.", "{{int 1 6}}", |call| range(call, "number.int")),
    ROWS.row("float", "[min [max]]", "A random number.", "{{float 0 1}}", |call| range(call, "number.float")),
    ROWS.row("boolean", "", "`true` or `false`.", "{{boolean}}", |call| open(call, "datatype.boolean", &[])),
    ROWS.row("uuid", "", "A random UUID.", "{{uuid}}", |call| open(call, "string.uuid", &[])),
    ROWS.row("guid", "", "The same as `uuid`.", "{{guid}}", |call| open(call, "string.uuid", &[])),
    ROWS.row("objectId", "", "A MongoDB object id.", "{{objectId}}", |call| open(call, "database.mongodbObjectId", &[])),
    ROWS.row("hexColor", "", "A colour: `#a1b2c3`.", "{{hexColor}}", hex_color),
    ROWS.row("ipv4", "", "An IPv4 address.", "{{ipv4}}", |call| open(call, "internet.ipv4", &[])),
    ROWS.row("ipv6", "", "An IPv6 address.", "{{ipv6}}", |call| open(call, "internet.ipv6", &[])),
    ROWS.row("lat", "", "A latitude.", "{{lat}}", |call| open(call, "location.latitude", &[])),
    ROWS.row("long", "", "A longitude.", "{{long}}", |call| open(call, "location.longitude", &[])),
    ROWS.row("firstName", "", "A first name.", "{{firstName}}", |call| safe(call, "person.firstName", &[])),
    ROWS.row("lastName", "", "A last name.", "{{lastName}}", |call| safe(call, "person.lastName", &[])),
    ROWS.row("title", "[sex]", "A title before a name.", "{{title 'female'}}", title),
    ROWS.row("email", "", "An e-mail address.", "{{email}}", |call| safe(call, "internet.email", &[])),
    ROWS.row("phone", "", "A telephone number.", "{{phone}}", |call| safe(call, "phone.number", &[])),
    ROWS.row("company", "", "A company's name.", "{{company}}", |call| safe(call, "company.name", &[])),
    ROWS.row("domain", "", "A domain name.", "{{domain}}", |call| safe(call, "internet.domainName", &[])),
    ROWS.row("tld", "", "The end of a domain name.", "{{tld}}", |call| safe(call, "internet.domainSuffix", &[])),
    ROWS.row("street", "", "A street with a number.", "{{street}}", |call| safe(call, "location.streetAddress", &[])),
    ROWS.row("city", "", "A city.", "{{city}}", |call| safe(call, "location.city", &[])),
    ROWS.row("country", "", "A country.", "{{country}}", |call| safe(call, "location.country", &[])),
    ROWS.row("countryCode", "", "A country's code.", "{{countryCode}}", |call| safe(call, "location.countryCode", &[])),
    ROWS.row("zipcode", "", "A postal code.", "{{zipcode}}", |call| safe(call, "location.zipCode", &[])),
    ROWS.row("postcode", "", "The same as `zipcode`.", "{{postcode}}", |call| safe(call, "location.zipCode", &[])),
    ROWS.row("color", "", "A colour's name.", "{{color}}", |call| safe(call, "color.human", &[])),
    ROWS.row("lorem", "[words]", "A sentence of so many words.", "{{lorem 5}}", lorem),
];

/// A random integer between two numbers, whichever is greater.
pub(crate) fn random_int(host: &mut dyn Host, a: f64, b: f64) -> f64 {
    let low = if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.min(b)
    }
    .ceil();
    let high = a.max(b).floor();
    let unit = (host.random_bits() >> 11) as f64 / 9_007_199_254_740_992.0;
    (low + unit * (high - low + 1.0)).floor()
}

fn one_of(call: &mut Call<'_, '_>) -> Answer {
    let (items, stringify) = match call.args {
        [] => return text(""),
        [Value::Array(items), rest @ ..] => {
            (&items[..], rest.first().is_some_and(Value::is_truthy))
        }
        values => (values, false),
    };
    let last = items.len() as f64 - 1.0;
    let index = random_int(call.host(), 0.0, last);
    let chosen = match index >= 0.0 {
        true => items.get(index as usize).cloned().unwrap_or_default(),
        false => Value::Undefined,
    };
    Ok(match stringify {
        true => json::to_text(&chosen).map_or(Value::safe("undefined"), Value::safe),
        false => chosen,
    })
}

fn some_of(call: &mut Call<'_, '_>) -> Answer {
    let mut items = match call.args.first() {
        Some(Value::Array(items)) => items.to_vec(),
        Some(value) if value.is_nullish() => return Err(no_property(value, "sort")),
        _ => return Err(no_function("itemList.sort")),
    };
    for index in (1..items.len()).rev() {
        let other = random_int(call.host(), 0.0, index as f64) as usize;
        items.swap(index, other);
    }
    let bound = |value: Option<&Value>, default| match value {
        None if call.args.len() >= 2 => f64::NAN,
        None | Some(Value::Undefined) => default,
        Some(value) => value.to_number(),
    };
    let (min, max) = (bound(call.args.get(1), 1.0), bound(call.args.get(2), 0.0));
    let (min, max) = if call.args.len() < 2 {
        (f64::NAN, max)
    } else {
        (min, max)
    };
    let count = random_int(call.host(), min, max);
    let length = items.len() as f64;
    let count = if count.is_nan() {
        0.0
    } else if count < 0.0 {
        length + count
    } else {
        count
    };
    items.truncate(count.clamp(0.0, length) as usize);
    let chosen = Value::array(items);
    match call.arg(3) {
        Value::Bool(true) => Ok(json::to_text(&chosen).map_or(Value::Undefined, Value::from)),
        _ => Ok(chosen),
    }
}

/// A faker method whose errors reach the client.
fn open(call: &mut Call<'_, '_>, method: &str, args: &[Value]) -> Answer {
    call.fake(method, args)
        .map_err(|error| RenderError::new(error.to_string()))
}

/// A faker method whose own complaints print nothing.
fn safe(call: &mut Call<'_, '_>, method: &str, args: &[Value]) -> Answer {
    match call.fake(method, args) {
        Ok(value) => Ok(value),
        Err(FakeError::Refused(_)) => text(""),
        Err(error) => Err(RenderError::new(error.to_string())),
    }
}

fn range(call: &mut Call<'_, '_>, method: &str) -> Answer {
    let mut options = Object::new();
    if method == "number.float" {
        options.insert("precision", Value::Number(1e-10));
    } else {
        options.insert("precision", Value::Number(1.0));
    }
    for (key, value) in ["min", "max"].into_iter().zip(call.args) {
        if let Value::Number(_) = value {
            options.insert(key, value.clone());
        }
    }
    open(call, method, &[Value::object(options)])
}

fn hex_color(call: &mut Call<'_, '_>) -> Answer {
    let options: Object = [
        ("format", Value::text("hex")),
        ("casing", Value::text("lower")),
    ]
    .into_iter()
    .collect();
    open(call, "color.rgb", &[Value::object(options)])
}

fn title(call: &mut Call<'_, '_>) -> Answer {
    match call.args.first() {
        Some(sex @ Value::String(_)) => safe(call, "person.prefix", std::slice::from_ref(sex)),
        _ => safe(call, "person.prefix", &[]),
    }
}

fn lorem(call: &mut Call<'_, '_>) -> Answer {
    match call.args.first() {
        Some(count @ Value::Number(_)) => safe(call, "lorem.sentence", std::slice::from_ref(count)),
        _ => safe(call, "lorem.sentence", &[]),
    }
}

fn faker(call: &mut Call<'_, '_>) -> Answer {
    const HINT: &str = "(valid: \"location.zipCode\", \"date.past\", etc) line";
    let line = call.site.line;
    let name = match call.args.first() {
        None => "",
        Some(Value::String(name) | Value::Safe(name)) => name,
        Some(_) => {
            return Err(RenderError::new(format!(
                "Faker method name must be a string {HINT} {line}"
            )));
        }
    };
    if name.is_empty() {
        return Err(RenderError::new(format!(
            "Faker method name is missing {HINT} {line}"
        )));
    }
    let unknown = || RenderError::new(format!("{name} is not a valid Faker method {HINT} {line}"));
    let mut args: SmallVec<[Value; 4]> = SmallVec::new();
    for arg in &call.args[1..] {
        args.push(
            match arg
                .as_str()
                .filter(|s| s.starts_with('{') && s.ends_with('}'))
            {
                Some(written) => relaxed_object(written).ok_or_else(|| {
                    if !looks_like_method(name) {
                        return unknown();
                    }
                    RenderError::new(format!("Error in parsing object argument {written}"))
                })?,
                None => arg.clone(),
            },
        );
    }
    if !call.hash.is_empty() {
        args.push(call.named_object());
    }
    for arg in &mut args {
        local_dates(arg, call.host());
    }
    match call.fake(name, &args) {
        Ok(value) => Ok(value),
        Err(FakeError::Refused(_)) => text(""),
        Err(FakeError::Unknown) => Err(unknown()),
        Err(FakeError::Failed(message)) => Err(RenderError::new(message)),
    }
}

/// Makes instants of the dates that a method counts from, where they are texts without a time
/// zone: the faker knows no local one.
fn local_dates(options: &mut Value, host: &mut dyn Host) {
    let Value::Object(object) = options else {
        return;
    };
    let is_date = |name: &str| matches!(name, "refDate" | "from" | "to");
    let dates: SmallVec<[(Text, f64); 2]> = object
        .iter()
        .filter(|(name, _)| is_date(name))
        .filter_map(|(name, value)| match value {
            Value::String(text) => Some((name.clone(), super::dates::local(text, host)?)),
            _ => None,
        })
        .collect();
    for (name, ms) in dates {
        Arc::make_mut(object).insert(name, Value::Date(ms));
    }
}

/// Letters, a point, letters and digits.
fn looks_like_method(name: &str) -> bool {
    name.split_once('.').is_some_and(|(module, method)| {
        !module.is_empty()
            && !method.is_empty()
            && module.bytes().all(|b| b.is_ascii_alphabetic())
            && method.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// An object as people write it: backslashes go, names before a colon are put in quotes.
fn relaxed_object(written: &str) -> Option<Value> {
    let plain = written.replace('\\', "");
    let mut out = String::with_capacity(plain.len() + 16);
    let bytes = plain.as_bytes();
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let is_quote = |b: u8| matches!(b, b'\'' | b'"');
    let mut at = 0;
    while at < bytes.len() {
        let quote = usize::from(is_quote(bytes[at]));
        let word = bytes[at + quote..]
            .iter()
            .take_while(|b| is_word(**b))
            .count();
        let mut end = at + quote + word;
        if word > 0 {
            let closing = usize::from(bytes.get(end).is_some_and(|b| is_quote(*b)));
            if bytes.get(end + closing) == Some(&b':') {
                out.push('"');
                out.push_str(&plain[at + quote..end]);
                out.push_str("\": ");
                at = end + closing + 1;
                continue;
            }
        }
        if end == at {
            end += plain[at..].chars().next().map_or(1, char::len_utf8);
        }
        out.push_str(&plain[at..end]);
        at = end;
    }
    json::parse(&out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_object_texts_are_quoted() {
        for (written, object) in [
            ("{min: 1, max: 5}", r#"{"min":1,"max":5}"#),
            (r#"{"min":1}"#, r#"{"min":1}"#),
            (r#"{'a':\"b\"}"#, r#"{"a":"b"}"#),
        ] {
            let value = relaxed_object(written).unwrap();
            assert_eq!(json::to_text(&value).unwrap(), object);
        }
        assert_eq!(relaxed_object("{a}"), None);
    }
}
