//! Two helpers for templates: `{{slug text}}` and `{{dice sides=6}}`.

use wasmock_plugin::{Arguments, Helper, Result, Value, random};

/// A helper that draws numbers or reads the request says so; others may be called once at load.
const HELPERS: &[Helper] = &[
    Helper::new("slug", "text", "A text as a part of an address.", slug),
    Helper::new("dice", "[sides=6]", "A number from 1 to 6.", dice).draws_random(),
];

fn slug(arguments: &Arguments) -> Result<Value> {
    let text = arguments.text(0).to_lowercase();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    Ok(words.join("-").into())
}

fn dice(arguments: &Arguments) -> Result<Value> {
    let sides = arguments.named("sides").as_number().unwrap_or(6.0);
    if sides < 1.0 {
        return Err("dice: a die has at least one side".into());
    }
    Ok((random::draw() % sides as u32 + 1).into())
}

wasmock_plugin::export! { helpers: HELPERS }
