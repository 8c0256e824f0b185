//! Phone numbers and devices.

use crate::Method;
use crate::error::other;
use crate::lists::key;
use crate::options::Options;
use crate::pattern;

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "phone.number",
        "{style}",
        "style='international'",
        true,
        |f, a| {
            let style = Options::new(a, 0, "style")?.text("style");
            let key = match style.as_deref() {
                None | Some("human") => key::PHONE_NUMBER_FORMAT_HUMAN,
                Some("national") => key::PHONE_NUMBER_FORMAT_NATIONAL,
                Some("international") => key::PHONE_NUMBER_FORMAT_INTERNATIONAL,
                Some(style) => return other(format!("No definitions for {style} in this locale")),
            };
            let format = f.pick(key)?;
            Ok(pattern::digits(&mut f.random, format, '#').into())
        },
    ),
    Method::new("phone.imei", "", "", true, |f, _| {
        Ok(pattern::card(&mut f.random, "##-######-######-L", '#')?.into())
    }),
];
