//! Companies and how they praise themselves.

use crate::error::Error;
use crate::lists::key;
use crate::{Faker, Method};

pub(crate) const METHODS: &[Method] = &[
    Method::new("company.name", "", "", true, |f, _| Ok(name(f)?.into())),
    Method::new("company.catchPhrase", "", "", false, |f, _| {
        let adjective = f.pick(key::COMPANY_ADJECTIVE)?;
        let descriptor = f.pick(key::COMPANY_DESCRIPTOR)?;
        Ok(format!("{adjective} {descriptor} {}", f.pick(key::COMPANY_NOUN)?).into())
    }),
    Method::new("company.buzzPhrase", "", "", false, |f, _| {
        let verb = f.pick(key::COMPANY_BUZZ_VERB)?;
        let adjective = f.pick(key::COMPANY_BUZZ_ADJECTIVE)?;
        Ok(format!("{verb} {adjective} {}", f.pick(key::COMPANY_BUZZ_NOUN)?).into())
    }),
    Method::new("company.catchPhraseAdjective", "", "", false, |f, _| {
        f.pick_value(key::COMPANY_ADJECTIVE)
    }),
    Method::new("company.catchPhraseDescriptor", "", "", false, |f, _| {
        f.pick_value(key::COMPANY_DESCRIPTOR)
    }),
    Method::new("company.catchPhraseNoun", "", "", false, |f, _| {
        f.pick_value(key::COMPANY_NOUN)
    }),
    Method::new("company.buzzAdjective", "", "", false, |f, _| {
        f.pick_value(key::COMPANY_BUZZ_ADJECTIVE)
    }),
    Method::new("company.buzzVerb", "", "", false, |f, _| {
        f.pick_value(key::COMPANY_BUZZ_VERB)
    }),
    Method::new("company.buzzNoun", "", "", false, |f, _| {
        f.pick_value(key::COMPANY_BUZZ_NOUN)
    }),
];

pub(crate) fn name(f: &mut Faker) -> Result<String, Error> {
    f.pick_pattern(key::COMPANY_NAME_PATTERN)
}
