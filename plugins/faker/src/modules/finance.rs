//! Accounts, amounts, currencies, cards and wallets.

use wasmock_javascript::Value;

use crate::error::{Error, faker, other};
use crate::lists::{Key, field, key};
use crate::modules::number::{ordered, with_digits};
use crate::modules::string::{ALPHANUMERIC, DIGITS, fixed, hex};
use crate::options::{Options, argument};
use crate::pattern::{self, UPPER};
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "finance.accountNumber",
        "length | {length}",
        "12",
        true,
        |f, a| digits(f, a, 8.0),
    ),
    Method::new("finance.accountName", "", "", true, |f, _| {
        Ok(format!("{} Account", f.pick(key::FINANCE_ACCOUNT_TYPE)?).into())
    }),
    Method::new("finance.routingNumber", "", "", true, routing_number),
    Method::new(
        "finance.maskedNumber",
        "length | {length, parens, ellipsis}",
        "6",
        true,
        masked_number,
    ),
    Method::new(
        "finance.amount",
        "{min, max, dec, symbol, autoFormat}",
        "min=5 max=10 dec=2 symbol='$'",
        true,
        amount,
    ),
    Method::new("finance.transactionType", "", "", true, |f, _| {
        f.pick_value(key::FINANCE_TRANSACTION_TYPE)
    }),
    Method::new("finance.currency", "", "", true, currency),
    Method::new("finance.currencyCode", "", "", true, |f, _| {
        Ok(currency_field(f, 1)?.into())
    }),
    Method::new("finance.currencyName", "", "", true, |f, _| {
        Ok(currency_field(f, 0)?.into())
    }),
    Method::new("finance.currencySymbol", "", "", true, |f, _| {
        // A third of the currencies have none; a hundred misses do not happen.
        let mut symbol = currency_field(f, 2)?;
        for _ in 0..100 {
            if !symbol.is_empty() {
                break;
            }
            symbol = currency_field(f, 2)?;
        }
        Ok(symbol.into())
    }),
    Method::new("finance.currencyNumericCode", "", "", true, |f, _| {
        Ok(currency_field(f, 3)?.into())
    }),
    Method::new(
        "finance.bitcoinAddress",
        "{type, network}",
        "type='segwit'",
        true,
        bitcoin_address,
    ),
    Method::new("finance.litecoinAddress", "", "", true, |f, _| {
        let length = f.random.between(26.0, 33.0) as usize;
        let first = f.random.characters(b"LM3", 1);
        Ok((first + &f.random.characters(&BASE58, length - 1)).into())
    }),
    Method::new(
        "finance.creditCardNumber",
        "issuer | {issuer}",
        "'visa'",
        true,
        credit_card_number,
    ),
    Method::new("finance.creditCardCVV", "", "", true, |f, _| {
        Ok(f.random.characters(DIGITS, 3).into())
    }),
    Method::new("finance.creditCardIssuer", "", "", true, |f, _| {
        Ok(any_issuer(f).0.into())
    }),
    Method::new("finance.pin", "length | {length}", "6", true, |f, a| {
        if Options::or_number(a, 0, "length")?.number("length", 4.0) < 1.0 {
            return faker("minimum length is 1");
        }
        digits(f, a, 4.0)
    }),
    Method::new("finance.ethereumAddress", "", "", true, |f, _| {
        Ok(format!("0x{}", hex(f, 40)).into())
    }),
    Method::new(
        "finance.iban",
        "{formatted, countryCode}",
        "formatted=true countryCode='DE'",
        true,
        iban,
    ),
    Method::new(
        "finance.bic",
        "{includeBranchCode}",
        "includeBranchCode=true",
        true,
        bic,
    ),
    Method::new("finance.transactionDescription", "", "", false, |f, _| {
        Ok(
            f.pick_pattern(key::FINANCE_TRANSACTION_DESCRIPTION_PATTERN)?
                .into(),
        )
    }),
];

/// What base 58 leaves of letters and digits: nothing that looks like something else.
const BASE58: [u8; 58] = *b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

/// The networks of cards in the order of the draws, and the patterns of their numbers; a
/// locale may have none of some.
const ISSUERS: [(&str, Key); 7] = [
    (
        "american_express",
        key::FINANCE_CREDIT_CARD_AMERICAN_EXPRESS,
    ),
    ("diners_club", key::FINANCE_CREDIT_CARD_DINERS_CLUB),
    ("discover", key::FINANCE_CREDIT_CARD_DISCOVER),
    ("jcb", key::FINANCE_CREDIT_CARD_JCB),
    ("mastercard", key::FINANCE_CREDIT_CARD_MASTERCARD),
    ("unionpay", key::FINANCE_CREDIT_CARD_UNIONPAY),
    ("visa", key::FINANCE_CREDIT_CARD_VISA),
];

fn digits(f: &mut Faker, args: &[Value], default: f64) -> Result<Value, Error> {
    let count = match Options::or_number(args, 0, "length")?.get("length") {
        Value::Undefined => default as usize,
        Value::Null => 1,
        length => f.count(&length)?,
    };
    Ok(f.random.characters(DIGITS, count).into())
}

fn routing_number(f: &mut Faker, _: &[Value]) -> Result<Value, Error> {
    let text = f.random.characters(DIGITS, 8);
    let sum: u32 = text
        .bytes()
        .zip([3, 7, 1].into_iter().cycle())
        .map(|(d, w)| u32::from(d - b'0') * w)
        .sum();
    Ok(format!("{text}{}", sum.div_ceil(10) * 10 - sum).into())
}

fn masked_number(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = match argument(args, 0) {
        Value::Null => Options::new(args, 0, "ellipsis")?,
        _ => Options::or_number(args, 0, "length")?,
    };
    let count = match o.get("length") {
        Value::Undefined => 4,
        Value::Null => 1,
        length => f.count(&length)?,
    };
    let mut text = f.random.characters(DIGITS, count);
    if o.flag("ellipsis", true) {
        text = format!("...{text}");
    }
    if o.flag("parens", true) {
        text = format!("({text})");
    }
    Ok(text.into())
}

fn amount(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "autoFormat")?;
    let places = o.digits("dec", 2.0);
    let (min, max) = (o.number("min", 0.0), o.number("max", 1000.0));
    ordered(&o, min, max)?;
    let value = with_digits(f, min, max, places)?;
    let mut text = if o.flag("autoFormat", false) {
        // American grouping, and three places when fewer are asked for but more are there.
        grouped(&fixed(value, places.clamp(0.0, 100.0))?)
    } else {
        fixed(value, places)?
    };
    text.insert_str(0, &o.text("symbol").unwrap_or_default());
    Ok(text.into())
}

fn grouped(text: &str) -> String {
    let (sign, rest) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn currency_field(f: &mut Faker, index: usize) -> Result<&'static str, Error> {
    Ok(field(f.pick(key::FINANCE_CURRENCY)?, index))
}

fn currency(f: &mut Faker, _: &[Value]) -> Result<Value, Error> {
    f.pick_value(key::FINANCE_CURRENCY)
}

fn bitcoin_address(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "type")?;
    let kind = match o.text("type") {
        Some(kind) => kind,
        None => f
            .random
            .item(&["legacy", "segwit", "bech32", "taproot"])
            .to_owned(),
    };
    let main = match o.text("network").as_deref() {
        None | Some("mainnet") => true,
        Some("testnet") => false,
        Some(_) => return other("Cannot read properties of undefined (reading 'length')"),
    };
    let (prefixes, low, high) = match kind.as_str() {
        "legacy" => (["1", "m"], 26.0, 34.0),
        "segwit" => (["3", "2"], 26.0, 34.0),
        "bech32" => (["bc1", "tb1"], 42.0, 42.0),
        "taproot" => (["bc1p", "tb1p"], 62.0, 62.0),
        _ => return other("Cannot read properties of undefined (reading 'prefix')"),
    };
    let prefix = prefixes[usize::from(!main)];
    let count = f.random.between(low, high) as usize - prefix.len();
    let alphabet: Vec<u8> = if low == high {
        ALPHANUMERIC[..36]
            .iter()
            .copied()
            .filter(|c| !b"1bBiIoO".contains(c))
            .collect()
    } else {
        ALPHANUMERIC
            .iter()
            .copied()
            .filter(|c| !b"0OIl".contains(c))
            .collect()
    };
    Ok(format!("{prefix}{}", f.random.characters(&alphabet, count)).into())
}

fn issuers(f: &Faker) -> impl Iterator<Item = (&'static str, Key)> {
    ISSUERS
        .into_iter()
        .filter(|(_, key)| !f.list(*key).is_empty())
}

fn any_issuer(f: &mut Faker) -> (&'static str, Key) {
    let known: Vec<_> = issuers(f).collect();
    f.random.item(&known)
}

fn credit_card_number(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let issuer = Options::or_text(args, 0, "issuer")?
        .text("issuer")
        .unwrap_or_default();
    let lower = issuer.to_lowercase();
    let known = issuers(f).find(|(name, _)| *name == lower);
    let format = if let Some((_, key)) = known {
        f.pick(key)?.to_owned()
    } else if issuer.contains('#') {
        issuer
    } else {
        let (_, key) = any_issuer(f);
        f.pick(key)?.to_owned()
    };
    Ok(pattern::card(&mut f.random, &format.replace('/', ""), '#')?.into())
}

/// The account part of a format: `8n16c` is eight digits and 16 digits or letters.
fn parts(structure: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    structure
        .split_inclusive(['a', 'c', 'n'])
        .filter_map(|part| {
            let (count, kind) = part.split_at(part.len() - 1);
            Some((count.parse().ok()?, kind.chars().next()?))
        })
}

fn iban(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::bare(args, 0, "countryCode", "e")?;
    let format = match o.get("countryCode") {
        code if code.is_truthy() => {
            let code = code.to_text();
            let found = f
                .list(key::FINANCE_IBAN)
                .iter()
                .find(|item| field(item, 0) == code);
            match found {
                Some(format) => format,
                None => return faker(format!("Country code {code} not supported.")),
            }
        }
        _ => f.pick(key::FINANCE_IBAN)?,
    };
    let (country, structure) = (field(format, 0), field(format, 1));
    let mut account = String::new();
    let mut length = 0;
    for (count, kind) in parts(structure) {
        length += count;
        let mut left = count as isize;
        while left > 0 {
            match kind {
                'a' => account.push(char::from(f.random.item(UPPER))),
                'c' if f.random.chance(0.8) => account += &f.random.up_to(9).to_string(),
                'c' => account.push(char::from(f.random.item(UPPER))),
                // Digits come with some runs of zeros, as real accounts do.
                _ if left >= 3 && f.random.chance(0.3) => {
                    let zeros = if f.random.coin() { 2 } else { 1 };
                    let last = f.random.index(9) + 1;
                    account += &format!("{last:0>width$}", width = zeros + 1);
                    left -= zeros as isize;
                }
                _ => account += &f.random.up_to(9).to_string(),
            }
            left -= 1;
        }
        account.truncate(length);
    }
    let check = 98 - remainder(&format!("{account}{country}00"));
    let text = format!("{country}{check:02}{account}");
    if !o.flag("formatted", false) {
        return Ok(text.into());
    }
    let groups: Vec<&str> = (0..text.len())
        .step_by(4)
        .map(|at| &text[at..text.len().min(at + 4)])
        .collect();
    Ok(groups.join(" ").into())
}

/// Modulo 97, with letters as numbers from 10.
fn remainder(text: &str) -> u32 {
    text.chars()
        .fold(0, |rest, c| match c.to_digit(36).unwrap_or(0) {
            digit if digit < 10 => (rest * 10 + digit) % 97,
            letter => (rest * 100 + letter) % 97,
        })
}

fn bic(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let branch = match Options::new(args, 0, "includeBranchCode")?.get("includeBranchCode") {
        Value::Undefined => f.random.coin(),
        given => given.is_truthy(),
    };
    let upper = [DIGITS, UPPER].concat();
    let bank = f.random.characters(UPPER, 4);
    let country = f.pick(key::FINANCE_BIC_COUNTRY)?;
    let place = f.random.characters(&upper, 2);
    let branch = match branch {
        false => String::new(),
        true if f.random.coin() => f.random.characters(&upper, 3),
        true => "XXX".to_owned(),
    };
    Ok(format!("{bank}{country}{place}{branch}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_iban_checks() {
        let mut f = Faker::new(Some(7), || 0, "en").unwrap();
        for _ in 0..200 {
            let text = iban(&mut f, &[]).unwrap().to_text().into_owned();
            assert_eq!(
                remainder(&format!("{}{}", &text[4..], &text[..4])),
                1,
                "{text}"
            );
        }
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped("1234567.50"), "1,234,567.50");
        assert_eq!(grouped("-123.5"), "-123.5");
    }
}
