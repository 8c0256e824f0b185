//! Addresses of images on public services, and images as data.

use wasmock_javascript::{Value, number};

use crate::error::Error;
use crate::modules::color::hex_color;
use crate::modules::{lorem, number::MAX_SAFE, person, string};
use crate::options::Options;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("image.avatar", "", "", true, |f, _| {
        if f.random.coin() {
            portrait(f, &[])
        } else {
            Ok(github(f).into())
        }
    }),
    Method::new("image.avatarGitHub", "", "", true, |f, _| {
        Ok(github(f).into())
    }),
    Method::new(
        "image.personPortrait",
        "{sex, size}",
        "sex='female' size=128",
        true,
        portrait,
    ),
    Method::new("image.avatarLegacy", "", "", true, |f, _| {
        let number = f.random.up_to(1249);
        Ok(format!("https://cloudflare-ipfs.com/ipfs/Qmd3W5DuhgHirLHGVixi6V76LhCkZUz6pnFt5AJBiyvHye/avatar/{number}.jpg").into())
    }),
    Method::new(
        "image.url",
        "{width, height}",
        "width=128 height=64",
        true,
        |f, a| {
            let (width, height) = size(f, &Options::new(a, 0, "width")?, 3999);
            let url = if f.random.coin() {
                flickr(f, &width, &height, "")
            } else {
                picsum(f, &width, &height, false, "0")
            };
            Ok(url.into())
        },
    ),
    Method::new(
        "image.urlLoremFlickr",
        "{width, height, category}",
        "category='nature'",
        true,
        |f, a| {
            let o = Options::new(a, 0, "width")?;
            let (width, height) = size(f, &o, 3999);
            let category = match o.get("category") {
                nullish if nullish.is_nullish() => String::new(),
                category => format!("/{}", category.to_text()),
            };
            Ok(flickr(f, &width, &height, &category).into())
        },
    ),
    Method::new(
        "image.urlPicsumPhotos",
        "{width, height, grayscale, blur}",
        "grayscale=true blur=4",
        true,
        |f, a| {
            let o = Options::new(a, 0, "width")?;
            let (width, height) = size(f, &o, 3999);
            let grey = match o.get("grayscale") {
                Value::Undefined => f.random.coin(),
                given => given.is_truthy(),
            };
            let blur = match o.get("blur") {
                Value::Undefined => f.random.up_to(10).to_string(),
                Value::Number(n) => number::to_text(n),
                _ => "0".to_owned(),
            };
            Ok(picsum(f, &width, &height, grey, &blur).into())
        },
    ),
    Method::new(
        "image.urlPlaceholder",
        "{width, height, backgroundColor, textColor, format, text}",
        "width=128 height=64 format='png' text='Hi'",
        false,
        placeholder,
    ),
    Method::new(
        "image.dataUri",
        "{width, height, color, type}",
        "width=64 height=64 color='red' type='svg-base64'",
        true,
        data_uri,
    ),
];

/// Width and height, given or drawn.
fn size(f: &mut Faker, o: &Options<'_>, largest: u32) -> (String, String) {
    let mut one = |name| match o.get(name) {
        Value::Undefined => (f.random.up_to(largest - 1) + 1).to_string(),
        given => given.to_text().into_owned(),
    };
    (one("width"), one("height"))
}

fn github(f: &mut Faker) -> String {
    format!(
        "https://avatars.githubusercontent.com/u/{}",
        f.random.up_to(100_000_000)
    )
}

fn portrait(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "sex")?;
    let sex = o
        .text("sex")
        .unwrap_or_else(|| person::sex_type(f).to_owned());
    let size = o.text("size").unwrap_or_else(|| "512".to_owned());
    let number = f.random.up_to(99);
    Ok(format!(
        "https://cdn.jsdelivr.net/gh/faker-js/assets-person-portrait/{sex}/{size}/{number}.jpg"
    )
    .into())
}

fn flickr(f: &mut Faker, width: &str, height: &str, category: &str) -> String {
    let lock = number::to_text(f.random.between(0.0, MAX_SAFE));
    format!("https://loremflickr.com/{width}/{height}{category}?lock={lock}")
}

fn picsum(f: &mut Faker, width: &str, height: &str, grey: bool, blur: &str) -> String {
    let count = f.random.between(5.0, 10.0) as usize;
    let seed = f.random.characters(string::ALPHANUMERIC, count);
    let blurred = number::from_text(blur);
    let mut options = Vec::new();
    if grey {
        options.push("grayscale".to_owned());
    }
    if (1.0..=10.0).contains(&blurred) {
        options.push(format!("blur={blur}"));
    }
    let query = if options.is_empty() {
        String::new()
    } else {
        format!("?{}", options.join("&"))
    };
    format!("https://picsum.photos/seed/{seed}/{width}/{height}{query}")
}

fn placeholder(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "width")?;
    let (width, height) = size(f, &o, 3500);
    let back = o
        .text("backgroundColor")
        .unwrap_or_else(|| hex_color(f, ""));
    let front = o.text("textColor").unwrap_or_else(|| hex_color(f, ""));
    let format = match o.text("format") {
        Some(format) => format,
        None => f
            .random
            .item(&["gif", "jpeg", "jpg", "png", "webp"])
            .to_owned(),
    };
    let text = match o.text("text") {
        Some(text) => text,
        None => lorem::words(f, &Value::Undefined)?,
    };
    let text = encode(&text);
    Ok(
        format!("https://via.placeholder.com/{width}x{height}/{back}/{front}.{format}?text={text}")
            .into(),
    )
}

fn data_uri(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "width")?;
    let (width, height) = size(f, &o, 3999);
    let color = o.text("color").unwrap_or_else(|| hex_color(f, "#"));
    let base64 = match o.text("type") {
        Some(kind) => kind != "svg-uri",
        None => f.random.index(2) == 1,
    };
    let half = |length: &str| match length {
        "null" => "0".to_owned(),
        given => number::to_text(number::from_text(given) / 2.0),
    };
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" baseProfile=\"full\" width=\"{width}\" height=\"{height}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{color}\"/>\
         <text x=\"{}\" y=\"{}\" font-size=\"20\" alignment-baseline=\"middle\" text-anchor=\"middle\" fill=\"white\">{width}x{height}</text></svg>",
        half(&width),
        half(&height)
    );
    Ok(if base64 {
        format!(
            "data:image/svg+xml;base64,{}",
            to_base64(svg.as_bytes(), false)
        )
    } else {
        format!("data:image/svg+xml;charset=UTF-8,{}", encode(&svg))
    }
    .into())
}

/// `encodeURIComponent(text)`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Base 64, or its form for addresses, which has no padding.
pub(crate) fn to_base64(bytes: &[u8], url: bool) -> String {
    let alphabet = |index: u32| match index {
        0..26 => b'A' + index as u8,
        26..52 => b'a' + (index - 26) as u8,
        52..62 => b'0' + (index - 52) as u8,
        62 => [b'+', b'-'][usize::from(url)],
        _ => [b'/', b'_'][usize::from(url)],
    };
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0, |word, byte| word << 8 | u32::from(*byte));
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(char::from(alphabet(word >> (18 - 6 * at) & 63)));
            } else if !url {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded() {
        assert_eq!(encode("a b/é"), "a%20b%2F%C3%A9");
        for (text, base64, url) in [
            ("", "", ""),
            ("a", "YQ==", "YQ"),
            ("ab", "YWI=", "YWI"),
            ("??>", "Pz8+", "Pz8-"),
        ] {
            assert_eq!(to_base64(text.as_bytes(), false), base64);
            assert_eq!(to_base64(text.as_bytes(), true), url);
        }
    }
}
