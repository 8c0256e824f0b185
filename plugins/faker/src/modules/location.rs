//! Addresses, countries, coordinates.

use std::f64::consts::PI;

use wasmock_javascript::Value;

use crate::error::{Error, faker, other};
use crate::lists::{Key, field, key};
use crate::modules::number::{ordered, with_digits};
use crate::modules::string::without_leading_zero;
use crate::options::{Options, argument};
use crate::{Faker, Method, pattern};

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "location.zipCode",
        "format | {format, state}",
        "'####'",
        true,
        zip_code,
    ),
    Method::new("location.city", "", "", false, |f, _| {
        Ok(f.pick_pattern(key::LOCATION_CITY_PATTERN)?.into())
    }),
    Method::new("location.buildingNumber", "", "", true, |f, _| {
        let format = f.pick(key::LOCATION_BUILDING_NUMBER)?;
        Ok(numbered(f, format).into())
    }),
    Method::new("location.street", "", "", false, |f, _| {
        Ok(f.pick_pattern(key::LOCATION_STREET_PATTERN)?.into())
    }),
    Method::new(
        "location.streetAddress",
        "useFullAddress | {useFullAddress}",
        "true",
        false,
        |f, a| {
            let full = match argument(a, 0) {
                Value::Bool(full) => *full,
                _ => Options::bare(a, 0, "useFullAddress", "r")?.flag("useFullAddress", false),
            };
            let key = if full {
                key::LOCATION_STREET_ADDRESS_FULL
            } else {
                key::LOCATION_STREET_ADDRESS_NORMAL
            };
            Ok(f.pick_pattern(key)?.into())
        },
    ),
    Method::new("location.secondaryAddress", "", "", true, |f, _| {
        let format = f.pick_pattern(key::LOCATION_SECONDARY_ADDRESS)?;
        Ok(numbered(f, &format).into())
    }),
    Method::new("location.county", "", "", false, |f, _| {
        f.pick_value(key::LOCATION_COUNTY)
    }),
    Method::new("location.country", "", "", true, |f, _| {
        f.pick_value(key::LOCATION_COUNTRY)
    }),
    Method::new("location.continent", "", "", true, |f, _| {
        f.pick_value(key::LOCATION_CONTINENT)
    }),
    Method::new(
        "location.countryCode",
        "variant | {variant}",
        "'alpha-3'",
        true,
        |f, a| {
            let variant = Options::or_text(a, 0, "variant")?.text("variant");
            let index = match variant.as_deref() {
                None | Some("alpha-2") => Some(0),
                Some("alpha-3") => Some(1),
                Some("numeric") => Some(2),
                Some(_) => None,
            };
            let code = f.pick(key::LOCATION_COUNTRY_CODE)?;
            Ok(index.map_or(Value::Undefined, |index| field(code, index).into()))
        },
    ),
    Method::new(
        "location.state",
        "{abbreviated}",
        "abbreviated=true",
        true,
        |f, a| either(f, a, key::LOCATION_STATE, key::LOCATION_STATE_ABBR),
    ),
    Method::new("location.direction", "{abbreviated}", "", true, |f, a| {
        let keys = if Options::new(a, 0, "abbreviated")?.flag("abbreviated", false) {
            [
                key::LOCATION_DIRECTION_CARDINAL_ABBR,
                key::LOCATION_DIRECTION_ORDINAL_ABBR,
            ]
        } else {
            [
                key::LOCATION_DIRECTION_CARDINAL,
                key::LOCATION_DIRECTION_ORDINAL,
            ]
        };
        let [cardinal, ordinal] = keys.map(|key| f.list(key));
        let index = f.random.index(cardinal.len() + ordinal.len());
        Ok(match index.checked_sub(cardinal.len()) {
            None => cardinal.at(index).into(),
            Some(index) => ordinal.at(index).into(),
        })
    }),
    Method::new(
        "location.cardinalDirection",
        "{abbreviated}",
        "",
        true,
        |f, a| {
            either(
                f,
                a,
                key::LOCATION_DIRECTION_CARDINAL,
                key::LOCATION_DIRECTION_CARDINAL_ABBR,
            )
        },
    ),
    Method::new(
        "location.ordinalDirection",
        "{abbreviated}",
        "abbreviated=true",
        true,
        |f, a| {
            either(
                f,
                a,
                key::LOCATION_DIRECTION_ORDINAL,
                key::LOCATION_DIRECTION_ORDINAL_ABBR,
            )
        },
    ),
    Method::new("location.timeZone", "", "", true, |f, _| {
        f.pick_value(key::LOCATION_TIME_ZONE)
    }),
    Method::new("location.language", "", "", false, |f, _| {
        f.pick_value(key::LOCATION_LANGUAGE)
    }),
    Method::new(
        "location.latitude",
        "{max, min, precision}",
        "max=10 min=-10 precision=5",
        true,
        |f, a| degrees(f, a, 90.0),
    ),
    Method::new(
        "location.longitude",
        "{max, min, precision}",
        "",
        true,
        |f, a| degrees(f, a, 180.0),
    ),
    Method::new(
        "location.nearbyGPSCoordinate",
        "{origin, radius, isMetric}",
        "origin=(array 33 -170) radius=1000",
        false,
        nearby,
    ),
];

/// Each run of `#` becomes a number of that many digits that does not begin with zero.
fn numbered(f: &mut Faker, format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(start) = rest.find('#') {
        text.push_str(&rest[..start]);
        let run = rest[start..].bytes().take_while(|b| *b == b'#').count();
        text += &without_leading_zero(f, run);
        rest = &rest[start + run..];
    }
    text + rest
}

fn either(f: &mut Faker, args: &[Value], long: Key, short: Key) -> Result<Value, Error> {
    let abbreviated = Options::new(args, 0, "abbreviated")?.flag("abbreviated", false);
    f.pick_value(if abbreviated { short } else { long })
}

fn zip_code(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = match argument(args, 0) {
        Value::Null => Options::bare(args, 0, "state", "r")?,
        _ => Options::or_text(args, 0, "format")?,
    };
    let state = o.get("state");
    if !state.is_nullish() {
        let state = state.to_text();
        let found = f
            .list(key::LOCATION_POSTCODE_BY_STATE)
            .iter()
            .find(|item| field(item, 0) == state);
        return match found {
            Some(item) => Ok(f.fill(field(item, 1))?.into()),
            None => faker(format!(
                "No zip code definition found for state \"{state}\""
            )),
        };
    }
    let format = match o.get("format") {
        Value::Undefined => f.pick(key::LOCATION_POSTCODE)?.to_owned(),
        Value::String(format) => format.to_string(),
        Value::Array(items) if !items.is_empty() => {
            items[f.random.index(items.len())].to_text().into_owned()
        }
        Value::Array(_) => return faker("Cannot get value from empty dataset."),
        Value::Null => return other("Cannot read properties of null (reading 'length')"),
        _ => String::new(),
    };
    Ok(pattern::symbols(&mut f.random, &format).into())
}

fn degrees(f: &mut Faker, args: &[Value], limit: f64) -> Result<Value, Error> {
    let o = Options::new(args, 0, "max")?;
    let (max, min) = (o.number("max", limit), o.number("min", -limit));
    ordered(&o, min, max)?;
    Ok(with_digits(f, min, max, o.digits("precision", 4.0))?.into())
}

fn nearby(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::bare(args, 0, "origin", "e")?;
    let origin = o.get("origin");
    if origin.is_nullish() {
        let latitude = degrees(f, &[], 90.0)?;
        return Ok(Value::array(vec![latitude, degrees(f, &[], 180.0)?]));
    }
    let at = |index: &str| origin.get(index).unwrap_or_default().to_number();
    let angle = with_digits(f, 0.0, 2.0 * PI, 5.0)?;
    let radius = o.number("radius", 10.0);
    let kilometres = if o.flag("isMetric", false) {
        radius
    } else {
        radius * 1.60934
    };
    // Stays inside the circle although a degree is not the same length everywhere.
    let distance = with_digits(f, 0.0, kilometres, 3.0)? * 0.995 / (40_000.0 / 360.0);
    let mut latitude = (at("0") + libm::sin(angle) * distance) % 180.0;
    let mut longitude = at("1") + libm::cos(angle) * distance;
    if !(-90.0..=90.0).contains(&latitude) && !latitude.is_nan() {
        latitude = latitude.signum() * 180.0 - latitude;
        longitude += 180.0;
    }
    longitude = ((longitude % 360.0) + 540.0) % 360.0 - 180.0;
    Ok(Value::array(vec![latitude.into(), longitude.into()]))
}
