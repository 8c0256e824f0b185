//! What comes out of other crates: most English names and business words, emoji, and the
//! names and places of other locales.
//!
//! `fake` and `fakeit` descend from the same lists as faker.js does, so a few removals and
//! additions make several of them equal, and with them the values for a seed.

use fake::locales::{self, Data};

use crate::tables::Tables;

type Words = &'static [&'static str];

/// The items without doubles, without some and with others, in the order of their texts.
fn sorted(items: Words, without: &[&str], with: Words) -> Vec<&'static str> {
    let mut items: Vec<&str> = items
        .iter()
        .chain(with)
        .copied()
        .filter(|item| !without.contains(item))
        .collect();
    items.sort_unstable();
    items.dedup();
    items
}

pub(crate) fn english(t: &mut Tables) {
    type En = locales::EN;
    let first = sorted(
        En::NAME_FIRST_NAME,
        &["Gay", "Gaylord", "Ozzie"],
        &["D'angelo"],
    );
    t.set("en", "person.first_name.generic", first);
    t.set(
        "en",
        "person.last_name.generic",
        sorted(En::NAME_LAST_NAME, &["Eichmann", "Gaylord"], &["Franey"]),
    );
    t.set(
        "en",
        "person.prefix.generic",
        sorted(En::NAME_TITLE, &[], &[]),
    );
    t.set("en", "person.suffix", En::NAME_SUFFIX.iter().copied());
    let without = &[
        "infrastructure",
        "superstructure",
        "secured line",
        "info-mediaries",
    ];
    t.set(
        "en",
        "company.adjective",
        sorted(
            En::COMPANY_BUZZWORD_HEAD,
            &["Cloned", "Down-sized"],
            &["Smart", "Sustainable"],
        ),
    );
    t.set(
        "en",
        "company.descriptor",
        sorted(
            En::COMPANY_BUZZWORD_MIDDLE,
            &["3rd generation", "4th generation"],
            &["cloud-native", "data-driven"],
        ),
    );
    t.set(
        "en",
        "company.noun",
        sorted(En::COMPANY_BUZZWORD_TAIL, without, &["microservice"]),
    );
    t.set(
        "en",
        "company.buzz_verb",
        sorted(En::COMPANY_BS_VERBS, &["matrix", "e-enable"], &["simplify"]),
    );
    t.set(
        "en",
        "company.buzz_adjective",
        sorted(En::COMPANY_BS_ADJ, &["sexy"], &["smart", "sustainable"]),
    );
    t.set(
        "en",
        "company.buzz_noun",
        sorted(
            En::COMPANY_BS_NOUNS,
            &["eyeballs", "vortals"],
            &["blockchains"],
        ),
    );

    t.set("en", "location.country", countries());
    t.set("en", "location.state", En::ADDRESS_STATE.iter().copied());
    t.set(
        "en",
        "location.state_abbr",
        En::ADDRESS_STATE_ABBR.iter().copied(),
    );
    t.set(
        "en",
        "location.street_suffix",
        sorted(En::ADDRESS_STREET_SUFFIX, &[], &[]),
    );
    t.set("en", "lorem.word", sorted(En::LOREM_WORD, &[], &[]));

    use fakeit::data::hacker;
    t.set(
        "en",
        "hacker.adjective",
        sorted(hacker::ADJECTIVE, &[], &[]),
    );
    t.set("en", "hacker.noun", sorted(hacker::NOUN, &[], &[]));
    t.set("en", "hacker.verb", sorted(hacker::VERB, &[], &[]));
    t.set("en", "hacker.ingverb", sorted(hacker::INGVERB, &[], &[]));
    let newer: Words = &[
        "API", "ASCII", "CLI", "DNS", "DRAM", "HEX", "IP", "OCR", "SSD", "TLS", "UDP", "UTF8",
        "VGA",
    ];
    t.set(
        "en",
        "hacker.abbreviation",
        sorted(hacker::ABBREVIATION, &[], newer),
    );

    let words = petname::Petnames::medium();
    t.set("en", "word.adjective", words.adjectives.iter().copied());
    t.set("en", "word.adverb", words.adverbs.iter().copied());
    emoji(t);
}

/// Countries by their English short names, near the alphabet: Korea stands under K.
fn countries() -> Vec<&'static str> {
    let without = [
        "Antarctica (the territory South of 60 deg S)",
        "Bouvet Island (Bouvetoya)",
        "Czech Republic",
        "Macedonia",
        "Netherlands Antilles",
        "Palestinian Territory",
        "Slovakia (Slovak Republic)",
        "Swaziland",
    ];
    let with = &[
        "Aland Islands",
        "Antarctica",
        "Bonaire, Sint Eustatius and Saba",
        "Bouvet Island",
        "Curacao",
        "Czechia",
        "Democratic Republic of the Congo",
        "Eswatini",
        "North Macedonia",
        "Palestine",
        "Sint Maarten",
        "Slovakia",
        "South Sudan",
    ];
    let mut all = sorted(locales::EN::ADDRESS_COUNTRY, &without, with);
    all.sort_by_key(|name| match *name {
        "Democratic People's Republic of Korea" => "Korea 1",
        "Republic of Korea" => "Korea 2",
        "Faroe Islands" => "Fal",
        "United States of America" => "United States",
        other => other,
    });
    all
}

/// Emoji by group up to Unicode 13, people up to a thousand.
fn emoji(t: &mut Tables) {
    use emojis::Group;
    let groups = [
        ("smiley", Group::SmileysAndEmotion),
        ("body", Group::PeopleAndBody),
        ("person", Group::PeopleAndBody),
        ("nature", Group::AnimalsAndNature),
        ("food", Group::FoodAndDrink),
        ("travel", Group::TravelAndPlaces),
        ("activity", Group::Activities),
        ("object", Group::Objects),
        ("symbol", Group::Symbols),
        ("flag", Group::Flags),
    ];
    for (name, group) in groups {
        let mut all: Vec<String> = Vec::new();
        for emoji in emojis::iter() {
            let text = emoji.as_str();
            let first = text.chars().next().unwrap_or_default();
            let version = emoji.unicode_version();
            let body = is_body(first);
            let own = match first {
                '\u{1F4A3}' => name == "smiley",
                '\u{1F52B}' => name == "object",
                '\u{1F9FF}' => name == "activity",
                '\u{1F344}' | '\u{1F980}' | '\u{1F990}' | '\u{1F991}' | '\u{1F99E}'
                | '\u{1F9AA}' => name == "food",
                _ => {
                    emoji.group() == group
                        && (group != Group::PeopleAndBody || body == (name == "body"))
                }
            };
            // Flags of parts of countries are left out.
            if !own || text.contains('\u{E007F}') || (version.major(), version.minor()) > (13, 1) {
                continue;
            }
            all.push(text.to_owned());
            let tones = emoji.skin_tones().into_iter().flatten().map(|e| e.as_str());
            // Shaking hands have had tones only since Unicode 14.
            all.extend(
                tones
                    .filter(|tone| *tone != text && first != '\u{1F91D}')
                    .map(str::to_owned),
            );
        }
        all.truncate(1000);
        all.sort_unstable_by_key(|text| text.encode_utf16().collect::<Vec<_>>());
        t.set("en", &format!("internet.emoji.{name}"), all);
    }
}

/// Hands and parts of the body, which share a group with people.
fn is_body(first: char) -> bool {
    matches!(
        u32::from(first),
        0x261D
            | 0x270A..=0x270D
            | 0x1F440..=0x1F450
            | 0x1F485
            | 0x1F4AA
            | 0x1F590
            | 0x1F595..=0x1F596
            | 0x1F64C
            | 0x1F64F
            | 0x1F90C
            | 0x1F90F
            | 0x1F918..=0x1F91F
            | 0x1F932..=0x1F933
            | 0x1F9B4..=0x1F9B7
            | 0x1F9BB
            | 0x1F9BE..=0x1F9BF
            | 0x1F9E0
            | 0x1FAC0..=0x1FAC1
    )
}

/// `^` and `#` of one crate are `!` and `#` of the other: a digit that is not zero.
fn phones(formats: Words) -> Vec<String> {
    formats
        .iter()
        .map(|format| format.replace('^', "!"))
        .collect()
}

/// What the crate calls `^`, `#` and `@` in postal codes.
fn codes(formats: Words) -> Vec<String> {
    formats
        .iter()
        .map(|format| format.replace('^', "#").replace('@', "?"))
        .collect()
}

/// Sets a list unless it is English's own, which the crate gives where it has no other.
fn own(t: &mut Tables, locale: &str, key: &str, list: Words, english: Words) {
    if list != english {
        t.set(locale, key, list.iter().copied());
    }
}

fn names<D: Data>(t: &mut Tables, locale: &str) {
    type En = locales::EN;
    own(
        t,
        locale,
        "person.first_name.generic",
        D::NAME_FIRST_NAME,
        En::NAME_FIRST_NAME,
    );
    own(
        t,
        locale,
        "person.last_name.generic",
        D::NAME_LAST_NAME,
        En::NAME_LAST_NAME,
    );
    own(
        t,
        locale,
        "person.prefix.generic",
        D::NAME_TITLE,
        En::NAME_TITLE,
    );
    t.set(
        locale,
        "person.last_name_pattern.generic",
        ["1;{{person.last_name.generic}}"],
    );
    own(
        t,
        locale,
        "location.country",
        D::ADDRESS_COUNTRY,
        En::ADDRESS_COUNTRY,
    );
    own(
        t,
        locale,
        "location.state",
        D::ADDRESS_STATE,
        En::ADDRESS_STATE,
    );
    own(
        t,
        locale,
        "location.state_abbr",
        D::ADDRESS_STATE_ABBR,
        En::ADDRESS_STATE_ABBR,
    );
    own(
        t,
        locale,
        "company.legal_entity_type",
        D::COMPANY_SUFFIX,
        En::COMPANY_SUFFIX,
    );
    own(
        t,
        locale,
        "internet.free_email",
        D::INTERNET_FREE_EMAIL_PROVIDER,
        En::INTERNET_FREE_EMAIL_PROVIDER,
    );
    own(
        t,
        locale,
        "internet.domain_suffix",
        D::INTERNET_DOMAIN_SUFFIX,
        En::INTERNET_DOMAIN_SUFFIX,
    );
    if D::PHONE_NUMBER_FORMATS != En::PHONE_NUMBER_FORMATS {
        t.set(
            locale,
            "phone_number.format.human",
            phones(D::PHONE_NUMBER_FORMATS),
        );
    }
    if D::ADDRESS_POSTCODE_FORMATS != En::ADDRESS_POSTCODE_FORMATS {
        t.set(
            locale,
            "location.postcode",
            codes(D::ADDRESS_POSTCODE_FORMATS),
        );
    }
}

pub(crate) fn locales(t: &mut Tables) {
    names::<locales::AR_SA>(t, "ar");
    names::<locales::DE_DE>(t, "de");
    names::<locales::FA_IR>(t, "fa");
    names::<locales::FR_FR>(t, "fr");
    names::<locales::IT_IT>(t, "it");
    names::<locales::JA_JP>(t, "ja");
    names::<locales::NL_NL>(t, "nl");
    names::<locales::PT_BR>(t, "pt_BR");
    names::<locales::PT_PT>(t, "pt_PT");
    names::<locales::TR_TR>(t, "tr");
    names::<locales::ZH_CN>(t, "zh_CN");
    names::<locales::ZH_TW>(t, "zh_TW");
}
