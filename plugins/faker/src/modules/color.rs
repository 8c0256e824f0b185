//! Colours by name and in several notations.

use wasmock_javascript::{Value, number};

use crate::error::Error;
use crate::lists::key;
use crate::modules::number::with_step;
use crate::modules::string::hex;
use crate::options::Options;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("color.human", "", "", false, |f, _| {
        f.pick_value(key::COLOR_HUMAN)
    }),
    Method::new("color.space", "", "", true, |f, _| {
        f.pick_value(key::COLOR_SPACE)
    }),
    Method::new("color.cssSupportedFunction", "", "", true, |f, _| {
        Ok(f.random
            .item(&[
                "rgb", "rgba", "hsl", "hsla", "hwb", "cmyk", "lab", "lch", "color",
            ])
            .into())
    }),
    Method::new("color.cssSupportedSpace", "", "", true, |f, _| {
        Ok(f.random
            .item(&["sRGB", "display-p3", "rec2020", "a98-rgb", "prophoto-rgb"])
            .into())
    }),
    Method::new(
        "color.rgb",
        "{format, includeAlpha, prefix, casing}",
        "format='css'",
        true,
        rgb,
    ),
    Method::new("color.cmyk", "{format}", "format='css'", true, |f, a| {
        let format = format(a)?;
        let parts = (0..4).map(|_| with_step(f, 0.0, 1.0, 0.01)).collect();
        Ok(print(parts, &format, &Notation::Cmyk))
    }),
    Method::new(
        "color.hsl",
        "{format, includeAlpha}",
        "format='css'",
        true,
        |f, a| {
            let format = format(a)?;
            let alpha = Options::new(a, 0, "format")?.flag("includeAlpha", false);
            let mut parts = vec![f64::from(f.random.up_to(360))];
            parts.extend((0..if alpha { 3 } else { 2 }).map(|_| with_step(f, 0.0, 1.0, 0.01)));
            Ok(print(
                parts,
                &format,
                if alpha {
                    &Notation::Hsla
                } else {
                    &Notation::Hsl
                },
            ))
        },
    ),
    Method::new("color.hwb", "{format}", "format='css'", true, |f, a| {
        let format = format(a)?;
        let mut parts = vec![f64::from(f.random.up_to(360))];
        parts.extend((0..2).map(|_| with_step(f, 0.0, 1.0, 0.01)));
        Ok(print(parts, &format, &Notation::Hwb))
    }),
    Method::new("color.lab", "{format}", "format='css'", true, |f, a| {
        let format = format(a)?;
        let mut parts = vec![with_step(f, 0.0, 1.0, 1e-6)];
        parts.extend((0..2).map(|_| with_step(f, -100.0, 100.0, 1e-4)));
        Ok(print(parts, &format, &Notation::Lab))
    }),
    Method::new("color.lch", "{format}", "format='css'", true, |f, a| {
        let format = format(a)?;
        let mut parts = vec![with_step(f, 0.0, 1.0, 1e-6)];
        parts.extend((0..2).map(|_| with_step(f, 0.0, 230.0, 0.1)));
        Ok(print(parts, &format, &Notation::Lch))
    }),
    Method::new(
        "color.colorByCSSColorSpace",
        "{format, space}",
        "format='css' space='display-p3'",
        true,
        |f, a| {
            let format = format(a)?;
            let space = Options::new(a, 0, "format")?
                .text("space")
                .unwrap_or_else(|| "sRGB".to_owned());
            let parts = (0..3).map(|_| with_step(f, 0.0, 1.0, 1e-4)).collect();
            Ok(print(parts, &format, &Notation::Color(space)))
        },
    ),
];

enum Notation {
    Rgb,
    Rgba,
    Hsl,
    Hsla,
    Hwb,
    Cmyk,
    Lab,
    Lch,
    Color(String),
}

fn format(args: &[Value]) -> Result<String, Error> {
    Ok(Options::new(args, 0, "format")?
        .text("format")
        .unwrap_or_else(|| "decimal".to_owned()))
}

/// A colour such as `#a1b2c3`.
pub(crate) fn hex_color(f: &mut Faker, prefix: &str) -> String {
    format!("{prefix}{}", hex(f, 6))
}

fn rgb(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "format")?;
    let alpha = o.flag("includeAlpha", false);
    let format = o.text("format").unwrap_or_else(|| "hex".to_owned());
    if format == "hex" {
        let digits = f
            .random
            .characters(b"0123456789abcdefABCDEF", if alpha { 8 } else { 6 });
        let digits = match o.text("casing").as_deref() {
            Some("upper") => digits.to_ascii_uppercase(),
            None | Some("lower") => digits.to_ascii_lowercase(),
            Some(_) => digits,
        };
        let prefix = match o.get("prefix") {
            Value::Undefined => "#".to_owned(),
            given if given.is_truthy() => given.to_text().into_owned(),
            _ => String::new(),
        };
        return Ok(format!("{prefix}{digits}").into());
    }
    let mut parts: Vec<f64> = (0..3).map(|_| f64::from(f.random.up_to(255))).collect();
    if alpha {
        parts.push(with_step(f, 0.0, 1.0, 0.01));
    }
    Ok(print(
        parts,
        &format,
        if alpha {
            &Notation::Rgba
        } else {
            &Notation::Rgb
        },
    ))
}

fn print(parts: Vec<f64>, format: &str, notation: &Notation) -> Value {
    match format {
        "decimal" => parts.into_iter().map(Value::Number).collect(),
        "binary" => parts
            .iter()
            .map(|part| binary(*part))
            .collect::<Vec<_>>()
            .join(" ")
            .into(),
        "css" => css(&parts, notation).into(),
        _ => Value::Undefined,
    }
}

/// Eight bits of an integer, the 32 bits of a fraction.
fn binary(part: f64) -> String {
    if part.fract() == 0.0 {
        format!("{:08b}", part as i64 as u32)
    } else {
        format!("{:032b}", (part as f32).to_bits())
    }
}

fn css(parts: &[f64], notation: &Notation) -> String {
    let n = |index: usize| number::to_text(parts[index]);
    // `Math.round` for what is never negative.
    let p = |index: usize| number::to_text((parts[index] * 100.0 + 0.5).floor());
    match notation {
        Notation::Rgb => format!("rgb({}, {}, {})", n(0), n(1), n(2)),
        Notation::Rgba => format!("rgba({}, {}, {}, {})", n(0), n(1), n(2), n(3)),
        Notation::Hsl => format!("hsl({}deg {}% {}%)", n(0), p(1), p(2)),
        Notation::Hsla => format!("hsl({}deg {}% {}% / {})", n(0), p(1), p(2), p(3)),
        Notation::Hwb => format!("hwb({} {}% {}%)", n(0), p(1), p(2)),
        Notation::Cmyk => format!("cmyk({}%, {}%, {}%, {}%)", p(0), p(1), p(2), p(3)),
        Notation::Lab => format!("lab({}% {} {})", p(0), n(1), n(2)),
        Notation::Lch => format!("lch({}% {} {})", p(0), n(1), n(2)),
        Notation::Color(space) => format!("color({space} {} {} {})", n(0), n(1), n(2)),
    }
}
