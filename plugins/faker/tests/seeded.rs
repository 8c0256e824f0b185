//! The values of faker.js 9.9 for seed 2024, one method a line of `seeded.jsonl`: name,
//! arguments, value. They were printed by running faker.js with 2025-06-15T12:34:56.789Z as
//! the present.

use wasmock_faker::{Error, Faker, Method, methods};
use wasmock_javascript::{Object, Value, json};

const NOW: f64 = 1_749_990_896_789.0;

fn plain(value: &Value) -> Value {
    match value {
        Value::Undefined => Value::Null,
        Value::Date(ms) => [("date", Value::Number(*ms))]
            .into_iter()
            .collect::<Object>()
            .into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_same_seed_gives_the_values_of_faker_js() {
    let mut seen = Vec::new();
    for line in include_str!("seeded.jsonl").lines() {
        let row = json::parse(line).unwrap();
        let [name, args, expected] = row.as_array().unwrap() else {
            panic!("{line}")
        };
        let name = name.as_str().unwrap();
        let mut faker = Faker::new(Some(2024), || 0, "en").unwrap();
        let value = faker.call(name, args.as_array().unwrap(), || NOW).unwrap();
        assert_eq!(plain(&value), *expected, "{name}");
        seen.push(name.to_owned());
    }
    for method in methods().filter(|method| method.seeded) {
        assert!(
            seen.iter().any(|name| name == method.name),
            "no row for {}",
            method.name
        );
    }
}

/// Methods that need a function or an array, which no example without arguments gives.
fn needs_arguments(method: &Method) -> bool {
    method.name.starts_with("helpers.")
        || matches!(
            method.name,
            "date.between" | "date.betweens" | "string.fromCharacters"
        )
}

/// What a locale does not know, as in faker.js.
fn has_none(locale: &str, method: &str) -> bool {
    match method {
        "person.prefix" => matches!(locale, "az" | "id_ID" | "ru" | "zh_CN" | "zh_TW"),
        "person.suffix" => matches!(locale, "az" | "it" | "mk" | "pt_PT" | "ro_MD" | "ru"),
        "location.state" => matches!(locale, "az" | "ro_MD"),
        _ => false,
    }
}

/// A row of `in_step.jsonl` is a locale and, for each module, what faker.js draws with
/// `number.int` up to 999 after all methods of the module were called, for the seeds from 1.
/// Danish host names are left out: a few words are no names of hosts, others here than there.
#[test]
fn the_sequence_stays_in_step_in_every_locale() {
    let max: Object = [("max", Value::Number(999.0))].into_iter().collect();
    let max = [Value::object(max)];
    let mut rows = 0;
    for line in include_str!("in_step.jsonl").lines() {
        let row = json::parse(line).unwrap();
        let [locale, modules] = row.as_array().unwrap() else {
            panic!("{line}")
        };
        let locale = locale.as_str().unwrap();
        for (module, drawn) in modules.as_object().unwrap().iter() {
            for (seed, wanted) in (1..).zip(drawn.as_array().unwrap()) {
                let mut faker = Faker::new(Some(seed), || 0, locale).unwrap();
                for method in methods().filter(|method| !needs_arguments(method)) {
                    if method.name.split('.').next() == Some(module) {
                        let _ = faker.run(method, &[], || NOW);
                    }
                }
                let value = faker.call("number.int", &max, || NOW).unwrap();
                assert_eq!(value, *wanted, "{locale} {module}, seed {seed}");
            }
        }
        rows += 1;
    }
    assert_eq!(rows, wasmock_faker::locales().count());
}

#[test]
fn every_method_answers_in_every_locale() {
    for locale in wasmock_faker::locales() {
        let mut faker = Faker::new(Some(7), || 0, locale).unwrap();
        let full: Value = [("useFullAddress", Value::Bool(true))]
            .into_iter()
            .collect::<Object>()
            .into();
        assert!(
            faker
                .call("location.streetAddress", &[full], || NOW)
                .is_ok(),
            "{locale}"
        );
        for sex in ["female", "male"] {
            assert!(
                faker
                    .call("person.firstName", &[sex.into()], || NOW)
                    .is_ok(),
                "{locale}"
            );
        }
        for method in methods().filter(|method| !needs_arguments(method)) {
            // A dish may be named after somebody, whom these two have only by sex.
            if method.name == "food.dish" && matches!(locale, "es" | "en_AU_ocker") {
                continue;
            }
            for _ in 0..20 {
                let value = faker.run(method, &[], || NOW);
                if has_none(locale, method.name) {
                    assert!(
                        matches!(value, Err(Error::Faker(_))),
                        "{locale} {}",
                        method.name
                    );
                    continue;
                }
                let value = value.unwrap_or_else(|e| panic!("{locale} {}: {e}", method.name));
                let text = value.to_text();
                assert!(
                    !text.is_empty() && (!text.contains("{{") || method.name == "string.sample"),
                    "{locale} {}: {text}",
                    method.name
                );
            }
        }
    }
}

#[test]
fn no_argument_makes_a_method_panic() {
    let object: Object = [
        ("min", Value::Number(5.0)),
        ("max", Value::Number(1.0)),
        ("length", Value::Number(-3.0)),
    ]
    .into_iter()
    .collect();
    let odd = [
        Value::Null,
        Value::Bool(true),
        Value::Number(f64::NAN),
        Value::Number(-1.5),
        Value::Number(f64::INFINITY),
        Value::text("é{{[^-]{2,1}]*(x){"),
        Value::array(vec![Value::Null, Value::Number(1.0)]),
        Value::object(object),
        Value::Date(f64::NAN),
    ];
    let mut faker = Faker::new(Some(3), || 0, "en").unwrap();
    for method in methods() {
        for first in &odd {
            for second in &odd {
                let _ = faker.run(method, &[first.clone(), second.clone()], || NOW);
            }
        }
    }
}

#[test]
fn errors_tell_faker_from_javascript() {
    let mut faker = Faker::new(Some(1), || 0, "en").unwrap();
    let range: Object = [("min", Value::Number(5.0)), ("max", Value::Number(1.0))]
        .into_iter()
        .collect();
    assert!(matches!(
        faker.call("number.int", &[range.into()], || NOW),
        Err(Error::Faker(_))
    ));
    let style: Object = [("style", Value::text("x"))].into_iter().collect();
    let error = faker
        .call("phone.number", &[style.into()], || NOW)
        .unwrap_err();
    assert_eq!(
        error,
        Error::Other("No definitions for x in this locale".into())
    );
    let error = faker
        .call("number.bigInt", &["abc".into()], || NOW)
        .unwrap_err();
    assert_eq!(error, Error::Other("Cannot convert abc to a BigInt".into()));
    for name in [
        "",
        "number",
        "number.",
        "Number.int",
        "number.Int",
        "number.int.x",
        "definitions.x",
    ] {
        assert_eq!(
            faker.call(name, &[], || NOW),
            Err(Error::NotAMethod),
            "{name}"
        );
    }
    // Failed calls take no draw, old module names still work.
    let mut fresh = Faker::new(Some(1), || 0, "en").unwrap();
    assert_eq!(
        faker.call("name.firstName", &[], || NOW),
        Ok("Hayley".into())
    );
    assert_eq!(
        fresh.call("person.firstName", &[], || NOW),
        Ok("Hayley".into())
    );
}

#[test]
fn locales_are_mockoons() {
    assert_eq!(wasmock_faker::locales().count(), 64);
    for unknown in ["base", "EN", "xx", "en-GB"] {
        assert!(Faker::new(None, || 1, unknown).is_err(), "{unknown}");
    }
    let mut british = Faker::new(Some(1), || 0, "en_GB").unwrap();
    assert_eq!(
        british.call("location.zipCode", &[], || NOW),
        Ok("SA3 1CE".into())
    );
    let mut german = Faker::new(Some(1), || 0, "de_CH").unwrap();
    assert_eq!(
        german
            .call("location.zipCode", &[], || NOW)
            .unwrap()
            .to_text()
            .len(),
        4
    );
}

#[test]
fn there_are_as_many_methods_as_in_faker_js() {
    let mut names: Vec<_> = methods().map(|method| method.name).collect();
    assert_eq!(names.len(), 265);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 265);
}

/// `docs/faker.md` between its marks is made from the tables; `UPDATE_DOCS=1` writes it.
#[test]
fn the_documentation_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/faker.md");
    let old = std::fs::read_to_string(path).unwrap();
    let (head, rest) = old.split_once("<!-- methods -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- /methods -->").unwrap();
    let mut table = String::from(
        "| Method | Arguments | Same value for a seed | Example |\n|---|---|---|---|\n",
    );
    for method in methods() {
        let arguments = method.arguments.replace('|', "\\|");
        let same = if method.seeded { "yes" } else { "own list" };
        table += &format!(
            "| `{}` | {arguments} | {same} | `{}` |\n",
            method.name,
            method.template().replace('|', "\\|")
        );
    }
    let new = format!("{head}<!-- methods -->\n{table}<!-- /methods -->{tail}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &new).unwrap();
    } else {
        assert!(
            old == new,
            "docs/faker.md is not current: run this test with UPDATE_DOCS=1"
        );
    }
}
