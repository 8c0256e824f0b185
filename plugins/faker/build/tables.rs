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

    /// The kinds (`image`) and the extensions of all MIME types, each once.
    pub(crate) fn derive_files(&mut self) {
        let (mut kinds, mut extensions) = (Vec::new(), Vec::new());
        for item in &self.lists["en"]["system.mime_type"].items {
            let (name, all) = item.split_once(';').expect("a type has extensions");
            let kind = name.split('/').next().unwrap_or_default();
            if !kinds.iter().any(|known| known == kind) {
                kinds.push(kind.to_owned());
            }
            for extension in all.split(',') {
                if !extensions.iter().any(|known| known == extension) {
                    extensions.push(extension.to_owned());
                }
            }
        }
        self.set("en", "system.file_type", kinds);
        self.set("en", "system.file_extension", extensions);
    }

    /// The lists that a locale has instead of English's: its own, else those of the locales
    /// it falls back to. First names and the like replace their group as a whole, so that
    /// no English list by sex stands beside a common list of another language.
    fn merged(&self, locale: &str, fallbacks: &[&str]) -> BTreeMap<String, Option<String>> {
        let mut merged = BTreeMap::new();
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
                for other in self.lists["en"]
                    .keys()
                    .filter(|other| self::group(other) == group)
                {
                    merged.insert(other.clone(), None);
                }
            }
            for key in own.keys() {
                merged.insert(key.clone(), Some(static_name(name, key)));
            }
        }
        merged
    }

    pub(crate) fn to_rust(&self) -> String {
        let english = &self.lists["en"];
        let mut out =
            String::from("#[allow(dead_code)]\npub(crate) mod key {\n    use super::Key;\n");
        for (index, key) in english.keys().enumerate() {
            let name = static_name("", key);
            let _ = writeln!(out, "    pub(crate) const {name}: Key = Key({index});");
        }
        out.push_str("}\nstatic KEYS: &[(&str, &[&str])] = &[\n");
        for (key, list) in english {
            let _ = writeln!(out, "    ({key:?}, &{:?}),", list.fields);
        }
        out.push_str("];\nstatic EN: &[List] = &[\n");
        for list in english.values() {
            let _ = writeln!(out, "    {},", to_static(&list.items));
        }
        out.push_str("];\n");
        for (locale, lists) in self.lists.iter().filter(|(locale, _)| *locale != "en") {
            for (key, list) in lists {
                let (name, list) = (static_name(locale, key), to_static(&list.items));
                let _ = writeln!(out, "const {name}: List = {list};");
            }
        }
        out.push_str("static LOCALES: &[Locale] = &[\n");
        for (locale, fallbacks) in LOCALES {
            let _ = writeln!(out, "    Locale {{ name: {locale:?}, own: &[");
            for (key, list) in self.merged(locale, fallbacks) {
                let list = list.unwrap_or_else(|| to_static(&[]));
                let _ = writeln!(out, "        (key::{}, {list}),", static_name("", &key));
            }
            out.push_str("    ] },\n");
        }
        out.push_str("];\n");
        out
    }
}

/// The items as one text and the ends of each.
fn to_static(items: &[String]) -> String {
    let mut end = 0;
    let ends: Vec<u16> = items
        .iter()
        .map(|item| {
            end += item.len();
            u16::try_from(end).expect("a list is below 64 KiB")
        })
        .collect();
    format!("List {{ text: {:?}, ends: &{ends:?} }}", items.concat())
}

/// `fr` and `location.city_name` as `FR_LOCATION_CITY_NAME`.
fn static_name(locale: &str, key: &str) -> String {
    format!("{locale}_{}", key.replace('.', "_"))
        .trim_start_matches('_')
        .to_uppercase()
}

/// What lists of names by sex have in common; any other list stands alone.
fn group(key: &str) -> &str {
    match key.match_indices('.').nth(1) {
        Some((at, _)) if key.starts_with("person.") => &key[..at],
        _ => key,
    }
}
