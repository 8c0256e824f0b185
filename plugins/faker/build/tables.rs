//! Lists by locale and key, how `data/*.txt` is read, and how they become Rust.
//!
//! A file holds lists: a line `[module.key]`, then lines of items separated by ` | `.
//! `[+key]` adds to a list that another crate began. `[key; name, number#]` names the fields of items such as `Hydrogen;1`. Lines that start
//! with `//` are comments. `[fr: key]` is a list of that locale.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// A locale, and the locales it falls back to before English.
pub(crate) const LOCALES: &[(&str, &[&str])] = &[
    ("af_ZA", &[]),
    ("ar", &[]),
    ("az", &[]),
    ("cs_CZ", &[]),
    ("da", &[]),
    ("de", &[]),
    ("de_AT", &["de"]),
    ("de_CH", &["de"]),
    ("dv", &[]),
    ("el", &[]),
    ("en", &[]),
    ("en_AU", &[]),
    ("en_AU_ocker", &["en_AU"]),
    ("en_BORK", &[]),
    ("en_CA", &[]),
    ("en_GB", &[]),
    ("en_GH", &[]),
    ("en_IE", &[]),
    ("en_IN", &[]),
    ("en_NG", &[]),
    ("en_US", &[]),
    ("en_ZA", &[]),
    ("eo", &[]),
    ("es", &[]),
    ("es_MX", &["es"]),
    ("fa", &[]),
    ("fi", &[]),
    ("fr", &[]),
    ("fr_BE", &["fr"]),
    ("fr_CA", &["fr"]),
    ("fr_CH", &["fr"]),
    ("fr_LU", &["fr"]),
    ("he", &[]),
    ("hr", &[]),
    ("hu", &[]),
    ("hy", &[]),
    ("id_ID", &[]),
    ("it", &[]),
    ("ja", &[]),
    ("ka_GE", &[]),
    ("ko", &[]),
    ("lv", &[]),
    ("mk", &[]),
    ("nb_NO", &[]),
    ("ne", &[]),
    ("nl", &[]),
    ("nl_BE", &["nl"]),
    ("pl", &[]),
    ("pt_BR", &[]),
    ("pt_PT", &[]),
    ("ro", &[]),
    ("ro_MD", &["ro"]),
    ("ru", &[]),
    ("sk", &[]),
    ("sr_RS_latin", &[]),
    ("sv", &[]),
    ("tr", &[]),
    ("uk", &[]),
    ("ur", &[]),
    ("vi", &[]),
    ("yo_NG", &[]),
    ("zh_CN", &[]),
    ("zh_TW", &[]),
    ("zu_ZA", &[]),
];

/// One list of one locale.
#[derive(Default)]
pub(crate) struct List {
    pub(crate) items: Vec<String>,
    pub(crate) fields: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Tables {
    lists: BTreeMap<String, BTreeMap<String, List>>,
}

impl Tables {
    pub(crate) fn set<S: Into<String>>(
        &mut self,
        locale: &str,
        key: &str,
        items: impl IntoIterator<Item = S>,
    ) {
        let list = self
            .lists
            .entry(locale.into())
            .or_default()
            .entry(key.into())
            .or_default();
        list.items = items.into_iter().map(Into::into).collect();
    }

    pub(crate) fn read_folder(&mut self, locale: &str, folder: &Path) {
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("data/ is there")
            .map(|entry| entry.expect("data/ is readable").path())
            .filter(|path| path.extension().is_some_and(|e| e == "txt"))
            .collect();
        files.sort();
        for file in files {
            self.read(locale, &file);
        }
    }

    fn read(&mut self, locale: &str, file: &Path) {
        let text = std::fs::read_to_string(file).expect("data/ is readable");
        let mut list: Option<(String, String)> = None;
        for line in text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with("//"))
        {
            if let Some(header) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                let (key, fields) = header.split_once(';').unwrap_or((header, ""));
                let (locale, key) = key.split_once(':').unwrap_or((locale, key));
                let (key, more) = key
                    .trim()
                    .strip_prefix('+')
                    .map_or((key.trim(), false), |key| (key, true));
                let lists = self.lists.entry(locale.trim().into()).or_default();
                let one = lists.entry(key.into()).or_default();
                if !more {
                    one.items.clear();
                }
                one.fields = fields
                    .split(',')
                    .map(|f| f.trim().into())
                    .filter(|f: &String| !f.is_empty())
                    .collect();
                list = Some((locale.trim().into(), key.into()));
            } else {
                let (locale, key) = list
                    .clone()
                    .unwrap_or_else(|| panic!("{}: items before a key", file.display()));
                let list = self
                    .lists
                    .entry(locale)
                    .or_default()
                    .entry(key)
                    .or_default();
                list.items.extend(
                    line.split('|')
                        .map(|i| i.trim().to_owned())
                        .filter(|i| !i.is_empty()),
                );
            }
        }
    }

    /// The lists of a locale over those it falls back to. Lists of one group, such as the
    /// first names, replace their group as a whole.
    fn merged(&self, locale: &str, fallbacks: &[&str]) -> BTreeMap<&str, &List> {
        let mut merged: BTreeMap<&str, &List> = self.lists["en"]
            .iter()
            .map(|(key, list)| (key.as_str(), list))
            .collect();
        for name in fallbacks.iter().copied().rev().chain([locale]) {
            let Some(own) = self.lists.get(name).filter(|_| name != "en") else {
                continue;
            };
            for key in own.keys() {
                assert!(
                    self.lists["en"].contains_key(key),
                    "{name}: en has no {key}"
                );
                let group = group(key);
                merged.retain(|other, _| group != self::group(other) || own.contains_key(*other));
            }
            merged.extend(own.iter().map(|(key, list)| (key.as_str(), list)));
        }
        merged
    }

    pub(crate) fn to_rust(&self) -> String {
        let english = &self.lists["en"];
        let mut out =
            String::from("#[allow(dead_code)]\npub(crate) mod key {\n    use super::Key;\n");
        for (index, key) in english.keys().enumerate() {
            let name = key.replace(['.', '-'], "_").to_uppercase();
            let _ = writeln!(out, "    pub(crate) const {name}: Key = Key({index});");
        }
        let _ = writeln!(
            out,
            "}}\ntype Lists = [&'static [&'static str]; {}];",
            english.len()
        );
        out.push_str("static KEYS: &[(&str, &[&str])] = &[\n");
        for (key, list) in english {
            let _ = writeln!(out, "    ({key:?}, &{:?}),", list.fields);
        }
        out.push_str("];\n");
        for (locale, fallbacks) in LOCALES {
            if *locale != "en" && !self.lists.contains_key(*locale) {
                continue;
            }
            let merged = self.merged(locale, fallbacks);
            let _ = writeln!(out, "static {}: Lists = [", locale.to_uppercase());
            for (key, list) in english {
                match merged.get(key.as_str()) {
                    Some(own) if *locale != "en" && std::ptr::eq(*own, list) => {
                        let index = english.keys().position(|k| k == key).unwrap_or_default();
                        let _ = writeln!(out, "    EN[{index}],");
                    }
                    Some(own) => {
                        let _ = writeln!(out, "    &{:?},", own.items);
                    }
                    None => out.push_str("    &[],\n"),
                }
            }
            out.push_str("];\n");
        }
        out.push_str("static LOCALES: &[Locale] = &[\n");
        for (locale, fallbacks) in LOCALES {
            let lists = std::iter::once(locale)
                .chain(fallbacks.iter())
                .find(|name| self.lists.contains_key(**name))
                .unwrap_or(&"en");
            let _ = writeln!(
                out,
                "    Locale {{ name: {locale:?}, lists: &{} }},",
                lists.to_uppercase()
            );
        }
        out.push_str("];\n");
        out
    }
}

fn group(key: &str) -> &str {
    let mut dots = key.match_indices('.').map(|(at, _)| at);
    let _module = dots.next();
    dots.next().map_or(key, |at| &key[..at])
}
