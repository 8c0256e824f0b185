//! Files, versions, network interfaces, cron lines.
//!
//! A MIME type and its extensions are one item of a list: `image/jpeg;jpe,jpeg,jpg`; the
//! kinds and the extensions of all types are lists made of it by `build.rs`.

use wasmock_javascript::Value;

use crate::error::{Error, other};
use crate::lists::{field, key};
use crate::modules::word;
use crate::options::{Options, argument};
use crate::{Faker, Method};

const COMMON_TYPES: [&str; 9] = [
    "application/pdf",
    "audio/mpeg",
    "audio/wav",
    "image/png",
    "image/jpeg",
    "image/gif",
    "video/mp4",
    "video/mpeg",
    "text/html",
];

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "system.fileName",
        "{extensionCount}",
        "extensionCount=2",
        false,
        |f, a| {
            let count = match Options::new(a, 0, "extensionCount")?.get("extensionCount") {
                Value::Undefined => Value::Number(1.0),
                Value::Null => Value::Number(3.0),
                given => given,
            };
            Ok(file_name(f, &count)?.into())
        },
    ),
    Method::new(
        "system.commonFileName",
        "extension",
        "'txt'",
        false,
        |f, a| {
            let name = file_name(f, &Value::Number(0.0))?;
            let extension = match argument(a, 0) {
                given if given.is_truthy() => given.to_text().into_owned(),
                _ => common_extension(f)?.to_owned(),
            };
            Ok(format!("{name}.{extension}").into())
        },
    ),
    Method::new("system.mimeType", "", "", true, |f, _| {
        Ok(field(f.pick(key::SYSTEM_MIME_TYPE)?, 0).into())
    }),
    Method::new("system.commonFileType", "", "", true, |f, _| {
        Ok(f.random
            .item(&["video", "audio", "image", "text", "application"])
            .into())
    }),
    Method::new("system.commonFileExt", "", "", true, |f, _| {
        Ok(common_extension(f)?.into())
    }),
    Method::new("system.fileType", "", "", true, |f, _| {
        f.pick_value(key::SYSTEM_FILE_TYPE)
    }),
    Method::new(
        "system.fileExt",
        "mimeType",
        "'image/jpeg'",
        true,
        |f, a| match argument(a, 0) {
            Value::String(kind) => Ok(extension_of(f, kind)?.into()),
            _ => Ok(extension(f)?.into()),
        },
    ),
    Method::new("system.directoryPath", "", "", true, |f, _| {
        f.pick_value(key::SYSTEM_DIRECTORY_PATH)
    }),
    Method::new("system.filePath", "", "", false, |f, _| {
        let folder = f.pick(key::SYSTEM_DIRECTORY_PATH)?;
        Ok(format!("{folder}/{}", file_name(f, &Value::Number(1.0))?).into())
    }),
    Method::new("system.semver", "", "", true, |f, _| {
        let (major, minor) = (f.random.up_to(9), f.random.up_to(20));
        Ok(format!("{major}.{minor}.{}", f.random.up_to(20)).into())
    }),
    Method::new(
        "system.networkInterface",
        "{interfaceType, interfaceSchema}",
        "interfaceType='en'",
        true,
        network_interface,
    ),
    Method::new(
        "system.cron",
        "{includeYear, includeNonStandard}",
        "includeYear=true",
        true,
        cron,
    ),
];

fn file_name(f: &mut Faker, extensions: &Value) -> Result<String, Error> {
    let words = word::words(f, &Value::Undefined)?.to_lowercase();
    let name: String = words
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let count = f.count(extensions)?;
    let extensions: Vec<&str> = (0..count).map(|_| extension(f)).collect::<Result<_, _>>()?;
    Ok(if extensions.is_empty() {
        name
    } else {
        format!("{name}.{}", extensions.join("."))
    })
}

/// An extension of any type; one that several types share counts once.
fn extension(f: &mut Faker) -> Result<&'static str, Error> {
    f.pick(key::SYSTEM_FILE_EXTENSION)
}

fn extension_of(f: &mut Faker, kind: &str) -> Result<&'static str, Error> {
    let found = f
        .list(key::SYSTEM_MIME_TYPE)
        .iter()
        .find(|item| field(item, 0) == kind);
    let Some(item) = found else {
        return other("Cannot read properties of undefined (reading 'extensions')");
    };
    let extensions: Vec<&str> = field(item, 1).split(',').collect();
    Ok(f.random.item(&extensions))
}

fn common_extension(f: &mut Faker) -> Result<&'static str, Error> {
    let kind = f.random.item(&COMMON_TYPES);
    extension_of(f, kind)
}

fn network_interface(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "interfaceType")?;
    let kind = match o.text("interfaceType") {
        Some(kind) => kind,
        None => f.random.item(&["en", "wl", "ww"]).to_owned(),
    };
    let schema = match o.text("interfaceSchema") {
        Some(schema) => schema,
        None => f.random.item(&["index", "slot", "mac", "pci"]).to_owned(),
    };
    let digit = |f: &mut Faker| f.random.up_to(9);
    let maybe = |f: &mut Faker, mark: char| {
        if f.random.coin() {
            format!("{mark}{}", digit(f))
        } else {
            String::new()
        }
    };
    let text = match schema.as_str() {
        "index" => format!("{kind}o{}", digit(f)),
        "slot" => {
            let slot = digit(f);
            let function = maybe(f, 'f');
            format!("{kind}s{slot}{function}{}", maybe(f, 'd'))
        }
        "mac" => {
            let digits: String = (0..12)
                .map(|_| char::from_digit(f.random.up_to(15), 16).unwrap_or('0'))
                .collect();
            format!("{kind}x{digits}")
        }
        "pci" => {
            let domain = maybe(f, 'P');
            let (bus, slot) = (digit(f), digit(f));
            let function = maybe(f, 'f');
            format!("{domain}{kind}p{bus}s{slot}{function}{}", maybe(f, 'd'))
        }
        _ => format!("{kind}undefinedundefined"),
    };
    Ok(text.into())
}

fn cron(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    const NAMES: [&str; 7] = [
        "@annually",
        "@daily",
        "@hourly",
        "@monthly",
        "@reboot",
        "@weekly",
        "@yearly",
    ];
    let o = Options::new(args, 0, "includeYear")?;
    // All values are drawn before it is drawn which of them show.
    let minute = f.random.up_to(59).to_string();
    let hour = f.random.up_to(23).to_string();
    let day = f.random.between(1.0, 31.0).to_string();
    let month = f.random.between(1.0, 12.0).to_string();
    let weekday = f.random.up_to(6).to_string();
    let weekday_name = f.random.item(&DAYS);
    let year = f.random.between(1970.0, 2099.0).to_string();
    let mut line = [
        f.random.item(&[minute.as_str(), "*"]),
        f.random.item(&[hour.as_str(), "*"]),
        f.random.item(&[day.as_str(), "*", "?"]),
        f.random.item(&[month.as_str(), "*"]),
        f.random.item(&[weekday.as_str(), weekday_name, "*", "?"]),
    ]
    .join(" ");
    let year = f.random.item(&[year.as_str(), "*"]);
    if o.flag("includeYear", false) {
        line = format!("{line} {year}");
    }
    if !o.flag("includeNonStandard", false) || f.random.coin() {
        return Ok(line.into());
    }
    Ok(f.random.item(&NAMES).into())
}
