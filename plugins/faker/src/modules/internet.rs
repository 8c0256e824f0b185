//! Addresses, names and tokens of the internet.

use wasmock_javascript::{Object, Value, json, utf16_len};

use crate::calendar::DAY;
use crate::error::{Error, faker, other};
use crate::lists::{Key, key};
use crate::modules::helpers::{slugify, without_accents};
use crate::modules::image::to_base64;
use crate::modules::number::to_base;
use crate::modules::string::{ALPHANUMERIC, LOWER, hex, uuid};
use crate::modules::{company, date, person};
use crate::options::Options;
use crate::{Faker, Method, latin};

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "internet.email",
        "{firstName, lastName, provider, allowSpecialCharacters}",
        "firstName='Ann' provider='example.org'",
        true,
        |f, a| {
            let o = Options::bare(a, 0, "firstName", "e")?;
            let special = o.flag("allowSpecialCharacters", false);
            Ok(email(
                f,
                o.text("firstName"),
                o.text("lastName"),
                o.text("provider"),
                special,
            )?
            .into())
        },
    ),
    Method::new(
        "internet.exampleEmail",
        "{firstName, lastName, allowSpecialCharacters}",
        "firstName='Ann' lastName='Lee'",
        true,
        |f, a| {
            let o = Options::bare(a, 0, "firstName", "e")?;
            let provider = f.pick(key::INTERNET_EXAMPLE_EMAIL)?.to_owned();
            let special = o.flag("allowSpecialCharacters", false);
            Ok(email(
                f,
                o.text("firstName"),
                o.text("lastName"),
                Some(provider),
                special,
            )?
            .into())
        },
    ),
    Method::new("internet.userName", "{firstName, lastName}", "", true, user),
    Method::new(
        "internet.username",
        "{firstName, lastName}",
        "firstName='Ann' lastName='Lee'",
        true,
        user,
    ),
    Method::new(
        "internet.displayName",
        "{firstName, lastName}",
        "firstName='Ann' lastName='Lee'",
        true,
        display_name,
    ),
    Method::new("internet.protocol", "", "", true, |f, _| {
        Ok(f.random.item(&["http", "https"]).into())
    }),
    Method::new("internet.httpMethod", "", "", true, |f, _| {
        Ok(f.random
            .item(&["GET", "POST", "PUT", "DELETE", "PATCH"])
            .into())
    }),
    Method::new(
        "internet.httpStatusCode",
        "{types}",
        "types=(array 'success' 'serverError')",
        true,
        |f, a| {
            let types = Options::new(a, 0, "types")?.get("types");
            let code = by_type(f, &types, &STATUS_CODES)?;
            Ok(Value::Number(code.parse().unwrap_or_default()))
        },
    ),
    Method::new(
        "internet.url",
        "{appendSlash, protocol}",
        "appendSlash=false protocol='http'",
        false,
        |f, a| {
            let o = Options::new(a, 0, "appendSlash")?;
            let slash = match o.get("appendSlash") {
                Value::Undefined => f.random.coin(),
                given => given.is_truthy(),
            };
            let protocol = o.text("protocol").unwrap_or_else(|| "https".to_owned());
            Ok(format!(
                "{protocol}://{}{}",
                domain_name(f)?,
                if slash { "/" } else { "" }
            )
            .into())
        },
    ),
    Method::new("internet.domainName", "", "", false, |f, _| {
        Ok(domain_name(f)?.into())
    }),
    Method::new("internet.domainSuffix", "", "", true, |f, _| {
        f.pick_value(key::INTERNET_DOMAIN_SUFFIX)
    }),
    Method::new("internet.domainWord", "", "", false, |f, _| {
        Ok(domain_word(f)?.into())
    }),
    Method::new("internet.ip", "", "", true, |f, _| {
        if f.random.coin() {
            ipv4(f, &[])
        } else {
            ipv6(f, &[])
        }
    }),
    Method::new(
        "internet.ipv4",
        "{network, cidrBlock}",
        "network='private-a'",
        true,
        ipv4,
    ),
    Method::new("internet.ipv6", "", "", true, ipv6),
    Method::new("internet.port", "", "", true, |f, _| {
        Ok(f64::from(f.random.up_to(65_535)).into())
    }),
    Method::new("internet.userAgent", "", "", true, |f, _| {
        Ok(f.pick_pattern(key::INTERNET_USER_AGENT_PATTERN)?.into())
    }),
    Method::new(
        "internet.color",
        "{redBase, greenBase, blueBase}",
        "redBase=100",
        true,
        |f, a| {
            let o = Options::new(a, 0, "redBase")?;
            let mut text = String::from("#");
            for name in ["redBase", "greenBase", "blueBase"] {
                let value = (f64::from(f.random.up_to(256)) + o.number(name, 0.0)) / 2.0;
                text += &format!("{:0>2}", to_base(value.floor(), 16));
            }
            Ok(text.into())
        },
    ),
    Method::new(
        "internet.mac",
        "separator | {separator}",
        "'-'",
        true,
        |f, a| {
            let given = Options::or_text(a, 0, "separator")?.text("separator");
            let separator = given
                .filter(|s| matches!(s.as_str(), ":" | "-" | ""))
                .unwrap_or_else(|| ":".to_owned());
            let pair = |f: &mut Faker| {
                let high = f.random.up_to(15);
                format!("{:02x}", high << 4 | f.random.up_to(15))
            };
            let pairs: Vec<String> = (0..6).map(|_| pair(f)).collect();
            Ok(pairs.join(&separator).into())
        },
    ),
    Method::new(
        "internet.password",
        "{length, memorable, pattern, prefix}",
        "length=20 memorable=true",
        true,
        password,
    ),
    Method::new(
        "internet.emoji",
        "{types}",
        "types=(array 'food' 'nature')",
        true,
        |f, a| {
            let types = Options::new(a, 0, "types")?.get("types");
            Ok(by_type(f, &types, &EMOJI)?.into())
        },
    ),
    Method::new("internet.jwtAlgorithm", "", "", true, |f, _| {
        f.pick_value(key::INTERNET_JWT_ALGORITHM)
    }),
    Method::new(
        "internet.jwt",
        "{header, payload, refDate}",
        "refDate='2024-01-01'",
        true,
        jwt,
    ),
];

const STATUS_CODES: [(&str, Key); 5] = [
    (
        "informational",
        key::INTERNET_HTTP_STATUS_CODE_INFORMATIONAL,
    ),
    ("success", key::INTERNET_HTTP_STATUS_CODE_SUCCESS),
    ("redirection", key::INTERNET_HTTP_STATUS_CODE_REDIRECTION),
    ("clientError", key::INTERNET_HTTP_STATUS_CODE_CLIENTERROR),
    ("serverError", key::INTERNET_HTTP_STATUS_CODE_SERVERERROR),
];

const EMOJI: [(&str, Key); 10] = [
    ("smiley", key::INTERNET_EMOJI_SMILEY),
    ("body", key::INTERNET_EMOJI_BODY),
    ("person", key::INTERNET_EMOJI_PERSON),
    ("nature", key::INTERNET_EMOJI_NATURE),
    ("food", key::INTERNET_EMOJI_FOOD),
    ("travel", key::INTERNET_EMOJI_TRAVEL),
    ("activity", key::INTERNET_EMOJI_ACTIVITY),
    ("object", key::INTERNET_EMOJI_OBJECT),
    ("symbol", key::INTERNET_EMOJI_SYMBOL),
    ("flag", key::INTERNET_EMOJI_FLAG),
];

/// One item of one of the lists, the types being all or those asked for.
fn by_type(f: &mut Faker, types: &Value, lists: &[(&str, Key)]) -> Result<&'static str, Error> {
    let chosen = match types {
        Value::Undefined => Some(f.random.item(lists).1),
        Value::Array(items) if items.is_empty() => {
            return faker("Cannot get value from empty dataset.");
        }
        Value::Array(items) => {
            let name = items[f.random.index(items.len())].to_text().into_owned();
            lists
                .iter()
                .find(|(own, _)| *own == name)
                .map(|(_, key)| *key)
        }
        Value::Null => return other("Cannot read properties of null (reading 'length')"),
        _ => None,
    };
    match chosen {
        Some(key) => f.pick(key),
        None => other("Cannot read properties of undefined (reading 'length')"),
    }
}

fn user(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "firstName")?;
    Ok(username(f, o.text("firstName"), o.text("lastName"))?.into())
}

fn name_or(
    f: &mut Faker,
    first: Option<String>,
    last: Option<String>,
) -> Result<(String, String), Error> {
    let first = match first {
        Some(first) => first,
        None => person::first_name(f, None)?.to_owned(),
    };
    let last = match last {
        Some(last) => last,
        None => person::last_name(f, None)?.into_owned(),
    };
    Ok((first, last))
}

pub(crate) fn username(
    f: &mut Faker,
    first: Option<String>,
    last: Option<String>,
) -> Result<String, Error> {
    // A last name that was asked for always shows.
    let forms = if last.as_ref().is_some_and(|last| !last.is_empty()) {
        2
    } else {
        3
    };
    let (first, last) = name_or(f, first, last)?;
    let separator = f.random.item(&['.', '_']);
    let number = f.random.up_to(99);
    let text = match f.random.index(forms) {
        0 => format!("{first}{separator}{last}{number}"),
        1 => format!("{first}{separator}{last}"),
        _ => format!("{first}{number}"),
    };
    Ok(to_ascii(&text))
}

/// Other scripts in Latin letters where that is simple, else the character's number.
fn to_ascii(text: &str) -> String {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in without_accents(text)
        .chars()
        .filter(|c| !matches!(c, '\'' | ' '))
    {
        if c.is_ascii() {
            out.push(c);
        } else if let Some(latin) = latin::letters(c) {
            out.push_str(latin);
        } else {
            out.push_str(&to_base(f64::from(u32::from(c)), 36));
        }
    }
    out
}

fn display_name(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "firstName")?;
    let (first, last) = name_or(f, o.text("firstName"), o.text("lastName"))?;
    let separator = f.random.item(&['.', '_']);
    let number = f.random.up_to(99);
    let text = match f.random.index(3) {
        0 => format!("{first}{number}"),
        1 => format!("{first}{separator}{last}"),
        _ => format!("{first}{separator}{last}{number}"),
    };
    Ok(text.replace(['\'', ' '], "").into())
}

pub(crate) fn email(
    f: &mut Faker,
    first: Option<String>,
    last: Option<String>,
    provider: Option<String>,
    special: bool,
) -> Result<String, Error> {
    let provider = match provider {
        Some(provider) => provider,
        None => f.pick(key::INTERNET_FREE_EMAIL)?.to_owned(),
    };
    let mut local: String = username(f, first, last)?
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-'))
        .take(50)
        .collect();
    if special {
        let from = f.random.item(&['.', '_', '-']);
        let to = char::from(f.random.item(b".!#$%&'*+-/=?^_`{|}~"));
        local = local.replacen(from, &to.to_string(), 1);
    }
    // A last name may end, or a given one begin, with a point.
    while local.as_bytes().windows(2).any(|pair| pair == b"..") {
        local = local.replace("..", ".");
    }
    let local = local.strip_prefix('.').unwrap_or(&local);
    let local = local.strip_suffix('.').unwrap_or(local);
    Ok(format!("{local}@{provider}"))
}

fn domain_name(f: &mut Faker) -> Result<String, Error> {
    let word = domain_word(f)?;
    Ok(format!("{word}.{}", f.pick(key::INTERNET_DOMAIN_SUFFIX)?))
}

fn domain_word(f: &mut Faker) -> Result<String, Error> {
    let adjective = f.pick(key::WORD_ADJECTIVE)?;
    let adjective = host_word(f, adjective)?;
    let noun = f.pick(key::WORD_NOUN)?;
    Ok(format!("{adjective}-{}", host_word(f, noun)?).to_lowercase())
}

/// The word where a host name allows it, else another one.
fn host_word(f: &mut Faker, word: &str) -> Result<String, Error> {
    let fits = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() > 1
            && bytes.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-')
            && bytes[0] != b'-'
            && bytes[bytes.len() - 1] != b'-'
    };
    let word = slugify(word);
    if fits(&word) {
        return Ok(word);
    }
    let word = slugify(f.pick(key::LOREM_WORD)?);
    if fits(&word) {
        return Ok(word);
    }
    let count = f.random.between(4.0, 8.0) as usize;
    Ok(f.random.characters(LOWER, count))
}

fn ipv4(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "network")?;
    let block = match (o.text("cidrBlock"), o.text("network").as_deref()) {
        (Some(block), _) => block,
        (None, None | Some("any")) => "0.0.0.0/0".into(),
        (None, Some("loopback")) => "127.0.0.0/8".into(),
        (None, Some("private-a")) => "10.0.0.0/8".into(),
        (None, Some("private-b")) => "172.16.0.0/12".into(),
        (None, Some("private-c")) => "192.168.0.0/16".into(),
        (None, Some("test-net-1")) => "192.0.2.0/24".into(),
        (None, Some("test-net-2")) => "198.51.100.0/24".into(),
        (None, Some("test-net-3")) => "203.0.113.0/24".into(),
        (None, Some("link-local")) => "169.254.0.0/16".into(),
        (None, Some("multicast")) => "224.0.0.0/4".into(),
        (None, Some(_)) => "undefined".into(),
    };
    let Some((base, bits)) = parse_block(&block) else {
        return faker(format!(
            "Invalid CIDR block provided: {block}. Must be in the format x.x.x.x/y."
        ));
    };
    // JavaScript shifts by the count modulo 32.
    let mask = u32::MAX >> (bits % 32);
    let host = f.random.between(0.0, f64::from(mask)) as u32;
    let [a, b, c, d] = (base & !mask | host).to_be_bytes();
    Ok(format!("{a}.{b}.{c}.{d}").into())
}

fn parse_block(text: &str) -> Option<(u32, u32)> {
    let short = |part: &str, longest: usize| -> Option<u32> {
        let digits =
            !part.is_empty() && part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse().ok())?
    };
    let (address, bits) = text.split_once('/')?;
    let parts: Vec<u32> = address
        .split('.')
        .map(|part| short(part, 3))
        .collect::<Option<_>>()?;
    let [a, b, c, d] = parts[..] else { return None };
    Some((a << 24 | b << 16 | c << 8 | d, short(bits, 2)?))
}

fn ipv6(f: &mut Faker, _: &[Value]) -> Result<Value, Error> {
    let groups: Vec<String> = (0..8).map(|_| hex(f, 4)).collect();
    Ok(groups.join(":").into())
}

fn password(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "length")?;
    let length = o.number("length", 15.0);
    let memorable = o.flag("memorable", false);
    if o.get("prefix") == Value::Null {
        return other("Cannot read properties of null (reading 'length')");
    }
    let mut text = o.text("prefix").unwrap_or_default();
    let pattern = o.get("pattern");
    let mut count = utf16_len(&text) as f64;
    if count >= length {
        return Ok(text.into());
    }
    if length.is_nan() || length > 100_000.0 {
        return other("Maximum call stack size exceeded");
    }
    if !pattern.is_undefined() && !memorable {
        f.random.next();
        return other(match pattern {
            Value::Null => "Cannot read properties of null (reading 'test')",
            _ => "h.test is not a function",
        });
    }
    let vowel = |c: char| "aeiou".contains(c.to_ascii_lowercase());
    let mut wants_vowel = None;
    while count < length {
        let wanted = *wants_vowel.get_or_insert_with(|| {
            text.chars()
                .last()
                .is_some_and(|c| c.is_ascii_alphabetic() && !vowel(c))
        });
        let drawn = char::from((f.random.up_to(94) + 33) as u8);
        let fits = if memorable {
            drawn.is_ascii_alphabetic() && vowel(drawn) == wanted
        } else {
            drawn.is_ascii_alphanumeric() || drawn == '_'
        };
        if fits {
            text.push(if memorable {
                drawn.to_ascii_lowercase()
            } else {
                drawn
            });
            count += 1.0;
            wants_vowel = None;
        }
    }
    Ok(text.into())
}

fn jwt(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "refDate")?;
    let now = date::reference(f, &o)?;
    let issued = date::from_reference(f, now, -DAY)?;
    let header = match o.get("header") {
        Value::Undefined => {
            let algorithm = f.pick_value(key::INTERNET_JWT_ALGORITHM)?;
            [("alg", algorithm), ("typ", "JWT".into())]
                .into_iter()
                .collect::<Object>()
                .into()
        }
        given => given,
    };
    let payload = match o.get("payload") {
        Value::Undefined => {
            let seconds = |ms: f64| Value::Number((ms / 1000.0 + 0.5).floor());
            let expires = date::from_reference(f, issued, DAY)?;
            let not_before = date::anytime(f, now);
            let issuer = company::name(f)?;
            let mut members: Object = [
                ("iat", seconds(issued)),
                ("exp", seconds(expires)),
                ("nbf", seconds(not_before)),
                ("iss", issuer.into()),
            ]
            .into_iter()
            .collect();
            for name in ["sub", "aud", "jti"] {
                members.insert(name, Value::String(uuid(f)));
            }
            members.into()
        }
        given => given,
    };
    let part = |value: &Value| to_base64(json::to_text(value).unwrap_or_default().as_bytes(), true);
    let signature = f.random.characters(ALPHANUMERIC, 64);
    Ok(format!("{}.{}.{signature}", part(&header), part(&payload)).into())
}
