//! What a plugin says about itself, carried inside the component: what it asks for and why, and
//! the schema of its configuration.
//!
//! JSON in the custom section `wasmock:manifest` at the end of the component, so that a plugin
//! stays a single file and any tool that copies components copies it too. A component without
//! one asks for what its imports say, see [`crate::grants`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wasmock_environment::Grants;

use crate::nearest::nearest;

/// The name of the custom section.
pub const SECTION: &str = "wasmock:manifest";

/// Bytes of a manifest: a schema may be long, a book is not one.
const LIMIT: usize = 1 << 20;

/// A plugin's manifest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// The name its author gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// One sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What it asks for, in the words of an environment's `grants`.
    pub asks: Grants,
    /// Why, by the same words.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
    /// A JSON Schema for the plugin's configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<serde_json::Value>,
}

/// The words of `grants`, as files write them.
pub(crate) const WORDS: [&str; 12] = [
    "http",
    "read",
    "write",
    "env",
    "readVariables",
    "writeVariables",
    "readBuckets",
    "writeBuckets",
    "clock",
    "time",
    "random",
    "seed",
];

impl Manifest {
    /// Reads a manifest's text.
    ///
    /// # Errors
    /// It is no manifest: a sentence with the place.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        if text.len() > LIMIT {
            return Err(format!("it is larger than {} KiB", LIMIT >> 10));
        }
        let value: serde_json::Value =
            serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if !value.is_object() {
            return Err("it is no object".to_owned());
        }
        let manifest: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let unknown = {
            let mut words = manifest.asks.extra.keys().chain(manifest.reasons.keys());
            words.find(|word| !WORDS.contains(&word.as_str()))
        };
        if let Some(word) = unknown {
            let hint = match nearest(word, WORDS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", WORDS.join(", ")),
            };
            return Err(format!("nothing can be asked for as `{word}`; {hint}"));
        }
        Ok(manifest)
    }

    /// The manifest inside a component, if there is one.
    ///
    /// # Errors
    /// There is something, but no manifest.
    pub fn of(component: &[u8]) -> Result<Option<Self>, String> {
        let Some(text) = sections(component).find_map(|section| section.manifest) else {
            return Ok(None);
        };
        Self::parse(text)
            .map(Some)
            .map_err(|error| format!("its manifest cannot be read: {error}"))
    }

    /// The component with this manifest in the place of an earlier one.
    ///
    /// # Errors
    /// The bytes are no component.
    pub fn put_into(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        if let Some(problem) = crate::fit::not_a_component(component) {
            return Err(problem);
        }
        let text = serde_json::to_vec_pretty(self).map_err(|error| error.to_string())?;
        let mut content = Vec::with_capacity(text.len() + 32);
        write_number(&mut content, SECTION.len());
        content.extend_from_slice(SECTION.as_bytes());
        content.extend_from_slice(&text);
        let mut with = component[..HEADER].to_vec();
        for section in sections(component).filter(|section| section.manifest.is_none()) {
            with.extend_from_slice(section.bytes);
        }
        with.push(CUSTOM);
        write_number(&mut with, content.len());
        with.extend_from_slice(&content);
        Ok(with)
    }
}

/// Magic and version.
const HEADER: usize = 8;
/// The kind of custom sections.
const CUSTOM: u8 = 0;

/// A section of a component, nested ones not looked into.
struct Section<'a> {
    bytes: &'a [u8],
    /// Its content, if it is a manifest.
    manifest: Option<&'a [u8]>,
}

/// The sections of a component, as far as it is one; what follows damage is one last section.
fn sections(component: &[u8]) -> impl Iterator<Item = Section<'_>> {
    let mut rest = component.get(HEADER..).unwrap_or_default();
    std::iter::from_fn(move || {
        let kind = *rest.first()?;
        let whole = read_number(&rest[1..]).and_then(|(length, content)| {
            let content = content.get(..length)?;
            Some((content, rest.len() - content_offset(rest, content)))
        });
        let Some((content, left)) = whole else {
            let bytes = std::mem::take(&mut rest);
            return Some(Section {
                bytes,
                manifest: None,
            });
        };
        let (bytes, after) = rest.split_at(rest.len() - left);
        rest = after;
        let manifest = (kind == CUSTOM)
            .then(|| {
                let (length, content) = read_number(content)?;
                let (name, content) = content.split_at_checked(length)?;
                (name == SECTION.as_bytes()).then_some(content)
            })
            .flatten();
        Some(Section { bytes, manifest })
    })
}

/// Where a section's content ends, counted from the section's start.
fn content_offset(section: &[u8], content: &[u8]) -> usize {
    let header = section[1..].iter().position(|byte| byte & 0x80 == 0);
    2 + header.unwrap_or(0) + content.len()
}

/// LEB128, as WebAssembly writes lengths.
fn read_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(number).ok()?, &bytes[index + 1..]));
        }
    }
    None
}

fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component() -> Vec<u8> {
        wat::parse_str(r#"(component (core module (func)) (@custom "other" "x"))"#).unwrap()
    }

    fn parse(text: &str) -> Result<Manifest, String> {
        Manifest::parse(text.as_bytes())
    }

    #[test]
    fn a_manifest_comes_back_and_a_second_takes_its_place() {
        let bare = component();
        assert_eq!(Manifest::of(&bare), Ok(None));
        let first = parse(r#"{ "name": "one", "asks": { "http": ["a.b"] } }"#).unwrap();
        let with = first.put_into(&bare).unwrap();
        assert_eq!(Manifest::of(&with), Ok(Some(first)));
        let about = "long ".repeat(100);
        let second = parse(&format!(r#"{{ "name": "two", "about": "{about}" }}"#)).unwrap();
        let again = second.put_into(&with).unwrap();
        assert_eq!(Manifest::of(&again), Ok(Some(second)));
        assert!(again.starts_with(&bare));
        assert!(
            wasm_metadata::Payload::from_binary(&again).is_ok(),
            "still a component"
        );
    }

    #[test]
    fn garbage_is_named() {
        for (text, words) in [
            ("", "EOF"),
            ("[]", "no object"),
            (r#"{ "askes": {} }"#, "unknown field `askes`"),
            (r#"{ "asks": { "htp": [] } }"#, "did you mean `http`?"),
            (r#"{ "reasons": { "x y z": "" } }"#, "known are http, read"),
            (r#"{ "asks": { "env": "HOME" } }"#, "invalid type: string"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        let huge = format!(r#"{{ "about": "{}" }}"#, "x".repeat(LIMIT));
        assert!(parse(&huge).unwrap_err().contains("larger than 1024 KiB"));
    }

    #[test]
    fn a_damaged_component_is_read_without_harm() {
        let with = Manifest::default().put_into(&component()).unwrap();
        for end in 0..with.len() {
            let _ = Manifest::of(&with[..end]);
        }
        let mut lies = with;
        lies.extend_from_slice(&[0, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(Manifest::of(&lies), Ok(Some(Manifest::default())));
        assert!(Manifest::default().put_into(b"nonsense").is_err());
    }
}
