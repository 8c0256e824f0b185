//! Products, prices, book numbers.

use wasmock_javascript::Value;

use crate::error::{Error, other};
use crate::lists::key;
use crate::modules::number::{ordered, with_digits};
use crate::modules::string::{DIGITS, fixed};
use crate::options::Options;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("commerce.department", "", "", false, |f, _| {
        f.pick_value(key::COMMERCE_DEPARTMENT)
    }),
    Method::new("commerce.productName", "", "", false, |f, _| {
        let adjective = f.pick(key::COMMERCE_PRODUCT_NAME_ADJECTIVE)?;
        let material = f.pick(key::COMMERCE_PRODUCT_NAME_MATERIAL)?;
        Ok(format!(
            "{adjective} {material} {}",
            f.pick(key::COMMERCE_PRODUCT_NAME_PRODUCT)?
        )
        .into())
    }),
    Method::new(
        "commerce.price",
        "{min, max, dec, symbol}",
        "min=10 max=20 symbol='€'",
        true,
        price,
    ),
    Method::new("commerce.productAdjective", "", "", false, |f, _| {
        f.pick_value(key::COMMERCE_PRODUCT_NAME_ADJECTIVE)
    }),
    Method::new("commerce.productMaterial", "", "", false, |f, _| {
        f.pick_value(key::COMMERCE_PRODUCT_NAME_MATERIAL)
    }),
    Method::new("commerce.product", "", "", false, |f, _| {
        f.pick_value(key::COMMERCE_PRODUCT_NAME_PRODUCT)
    }),
    Method::new("commerce.productDescription", "", "", false, |f, _| {
        Ok(f.pick_pattern(key::COMMERCE_PRODUCT_DESCRIPTION)?.into())
    }),
    Method::new(
        "commerce.isbn",
        "variant | {variant, separator}",
        "10",
        true,
        isbn,
    ),
];

/// Prices like to end in 9, sometimes in 5.
fn price(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "dec")?;
    let (digits, max, min) = (
        o.digits("dec", 2.0),
        o.number("max", 1000.0),
        o.number("min", 1.0),
    );
    let is_number = |name| matches!(o.get(name), Value::Undefined | Value::Number(_));
    let symbol = o.text("symbol").unwrap_or_default();
    if min < 0.0 || max < 0.0 {
        return Ok(format!("{symbol}0").into());
    }
    if is_number("min") && is_number("max") {
        if min == max {
            return Ok(format!("{symbol}{}", fixed(min, digits)?).into());
        }
    } else if o.get("min").strict_eq(&o.get("max")) {
        return other("a.toFixed is not a function");
    }
    ordered(&o, min, max)?;
    let drawn = with_digits(f, min, max, digits)?;
    if digits == 0.0 {
        return Ok(format!("{symbol}{}", fixed(drawn, digits)?).into());
    }
    let last = (drawn * libm::pow(10.0, digits)) % 10.0;
    let any = f64::from(f.random.up_to(9));
    let wanted = [9.0, 5.0, 0.0, any][f.random.weighted([5.0, 3.0, 1.0, 1.0].into_iter())];
    let unit = libm::pow(0.1, digits);
    let rounded = drawn - last * unit + wanted * unit;
    let shown = if min <= rounded && rounded <= max {
        rounded
    } else {
        drawn
    };
    Ok(format!("{symbol}{}", fixed(shown, digits)?).into())
}

/// How many digits a publisher's part has, by the first seven digits after the group, as
/// the ISBN agency assigns them for the English-language groups 0 and 1.
const PUBLISHERS: [&[(u32, usize)]; 2] = [
    &[
        (1_999_999, 2),
        (2_279_999, 3),
        (2_289_999, 4),
        (3_689_999, 3),
        (3_699_999, 4),
        (6_389_999, 3),
        (6_397_999, 4),
        (6_399_999, 7),
        (6_449_999, 3),
        (6_459_999, 7),
        (6_479_999, 3),
        (6_489_999, 7),
        (6_549_999, 3),
        (6_559_999, 4),
        (6_999_999, 3),
        (8_499_999, 4),
        (8_999_999, 5),
        (9_499_999, 6),
        (9_999_999, 7),
    ],
    &[
        (99_999, 3),
        (299_999, 2),
        (349_999, 3),
        (399_999, 4),
        (499_999, 3),
        (699_999, 2),
        (999_999, 4),
        (3_979_999, 3),
        (5_499_999, 4),
        (6_499_999, 5),
        (6_799_999, 4),
        (6_859_999, 5),
        (7_139_999, 4),
        (7_169_999, 3),
        (7_319_999, 4),
        (7_399_999, 7),
        (7_749_999, 5),
        (7_753_999, 7),
        (7_763_999, 5),
        (7_764_999, 7),
        (7_769_999, 5),
        (7_782_999, 7),
        (7_899_999, 5),
        (7_999_999, 4),
        (8_379_999, 5),
        (8_384_999, 7),
        (8_671_999, 5),
        (8_675_999, 4),
        (8_697_999, 5),
        (9_159_999, 6),
        (9_165_059, 7),
        (9_168_699, 6),
        (9_169_079, 7),
        (9_195_999, 6),
        (9_196_549, 7),
        (9_729_999, 6),
        (9_877_999, 4),
        (9_911_499, 6),
        (9_911_999, 7),
        (9_989_899, 6),
        (9_999_999, 7),
    ],
];

fn isbn(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::or_number(args, 0, "variant")?;
    let variant = o.get("variant");
    let short = variant.strict_eq(&Value::Number(10.0));
    let separator = o.text("separator").unwrap_or_else(|| "-".to_owned());
    let group = f.random.index(2);
    let digits = f.random.characters(DIGITS, 8);
    let first: u32 = digits[..7].parse().unwrap_or(0);
    let length = PUBLISHERS[group]
        .iter()
        .find(|(last, _)| first <= *last)
        .map_or(7, |(_, length)| *length);
    let (publisher, title) = digits.split_at(length);
    let group = group.to_string();
    let mut parts = vec!["978", &group, publisher, title];
    if short {
        parts.remove(0);
    }
    let values = parts.concat();
    // Any other variant is a 13 whose check digit counts one digit less than it says.
    let counted = match variant {
        Value::Undefined => 12.0,
        _ if short => 9.0,
        given => (given.to_number() - 1.0).ceil(),
    };
    let sum: u32 = values
        .chars()
        .take(counted as usize)
        .enumerate()
        .map(|(index, c)| {
            let factor = if short {
                index as u32 + 1
            } else {
                [1, 3][index % 2]
            };
            factor * c.to_digit(10).unwrap_or(0)
        })
        .sum();
    let check = if short {
        sum % 11
    } else {
        (10 - sum % 10) % 10
    };
    let check = if counted > values.len() as f64 {
        "NaN".to_owned()
    } else if check == 10 {
        "X".to_owned()
    } else {
        check.to_string()
    };
    parts.push(&check);
    Ok(parts.join(&separator).into())
}
