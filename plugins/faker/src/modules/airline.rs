//! Airlines, airports, aircraft, bookings.

use wasmock_javascript::Value;

use crate::error::{Error, other};
use crate::lists::key;
use crate::modules::string::{DIGITS, without_leading_zero};
use crate::options::Options;
use crate::pattern::UPPER;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("airline.airport", "", "", false, |f, _| {
        f.pick_value(key::AIRLINE_AIRPORT)
    }),
    Method::new("airline.airline", "", "", false, |f, _| {
        f.pick_value(key::AIRLINE_AIRLINE)
    }),
    Method::new("airline.airplane", "", "", false, |f, _| {
        f.pick_value(key::AIRLINE_AIRPLANE)
    }),
    Method::new(
        "airline.recordLocator",
        "{allowNumerics, allowVisuallySimilarCharacters}",
        "allowNumerics=true",
        true,
        |f, a| {
            let o = Options::new(a, 0, "allowNumerics")?;
            let mut alphabet = Vec::new();
            if o.flag("allowNumerics", false) {
                alphabet.extend_from_slice(DIGITS);
            }
            alphabet.extend_from_slice(UPPER);
            if !o.flag("allowVisuallySimilarCharacters", false) {
                alphabet.retain(|c| !b"0O1IL".contains(c));
            }
            Ok(f.random.characters(&alphabet, 6).into())
        },
    ),
    Method::new(
        "airline.seat",
        "{aircraftType}",
        "aircraftType='widebody'",
        true,
        seat,
    ),
    Method::new("airline.aircraftType", "", "", true, |f, _| {
        Ok(f.random
            .item(&["narrowbody", "regional", "widebody"])
            .into())
    }),
    Method::new(
        "airline.flightNumber",
        "{length, addLeadingZeros}",
        "addLeadingZeros=true",
        true,
        |f, a| {
            let o = Options::new(a, 0, "length")?;
            let count = match o.get("length") {
                Value::Undefined => f.random.between(1.0, 4.0) as usize,
                Value::Null => 1,
                range => f.count(&range)?,
            };
            let number = without_leading_zero(f, count);
            Ok(if o.flag("addLeadingZeros", false) {
                format!("{number:0>4}")
            } else {
                number
            }
            .into())
        },
    ),
];

fn seat(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let kind = Options::new(args, 0, "aircraftType")?.text("aircraftType");
    let (rows, seats): (u32, &[u8]) = match kind.as_deref() {
        Some("regional") => (20, b"ABCD"),
        None | Some("narrowbody") => (35, b"ABCDEF"),
        Some("widebody") => (60, b"ABCDEFGHJK"),
        Some(_) => {
            f.random.next();
            return other("Cannot read properties of undefined (reading 'length')");
        }
    };
    let row = f.random.up_to(rows - 1) + 1;
    Ok(format!("{row}{}", char::from(f.random.item(seats))).into())
}
