//! `--grant NAME:WORD=VALUE`: what the command line allows a plugin, beside its file.

use std::path::Path;
use std::str::FromStr;

use wasmock_environment::Grants as Allowed;
use wasmock_sandbox::Grants;

/// Stands for the name of a plugin on a command line that is about one.
pub(crate) const THIS: &str = "plugin";

/// One thing that one plugin is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The plugin.
    pub(crate) plugin: String,
    word: String,
    value: String,
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('=')
            .and_then(|(left, value)| Some((left.rsplit_once(':')?, value)));
        let Some(((plugin, word), value)) = parts.filter(|((plugin, _), _)| !plugin.is_empty())
        else {
            return Err(
                "expected NAME:WORD=VALUE, for example prices:http=api.example.com".to_owned(),
            );
        };
        // Tried on nothing, so that a mistake is said before anything starts.
        Grants::add(&mut Allowed::default(), word, value)?;
        let value = match word {
            "read" | "write" => from_here(value),
            _ => value.to_owned(),
        };
        Ok(Self {
            plugin: plugin.to_owned(),
            word: word.to_owned(),
            value,
        })
    }
}

/// A folder relative to where the command runs; the plugin sees it by the name that was typed.
fn from_here(value: &str) -> String {
    let (name, path) = value.split_once('=').unwrap_or((value, value));
    match std::path::absolute(Path::new(path)) {
        Ok(path) => format!("{name}={}", path.display()),
        Err(_) => value.to_owned(),
    }
}

/// Adds what the command line allows that plugin.
pub(crate) fn extend(allowed: &mut Allowed, grants: &[Grant], plugin: &str) -> Result<(), String> {
    for grant in grants.iter().filter(|grant| grant.plugin == plugin) {
        Grants::add(allowed, &grant.word, &grant.value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_by_plugin_word_and_value() {
        let grant: Grant = "prices:http=localhost:8080".parse().unwrap();
        assert_eq!(
            (&*grant.plugin, &*grant.word, &*grant.value),
            ("prices", "http", "localhost:8080")
        );
        let mut allowed = Allowed::default();
        let grants = [
            "p:http=a.b",
            "q:http=c.d",
            "p:readBuckets=x",
            "p:read=data=in",
        ];
        let grants = grants.map(|text| text.parse().unwrap());
        extend(&mut allowed, &grants, "p").unwrap();
        assert_eq!(allowed.http, ["a.b"]);
        assert_eq!(allowed.read_buckets, Some(vec!["x".to_owned()]));
        assert!(allowed.read[0].starts_with("data=/") && allowed.read[0].ends_with("/in"));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, words) in [
            ("prices", "NAME:WORD=VALUE"),
            ("http=a.b", "NAME:WORD=VALUE"),
            ("prices:htp=a.b", "did you mean `http`?"),
            ("prices:clock=stopped", "real or frozen"),
            ("prices:seed=x", "whole number"),
        ] {
            let error = text.parse::<Grant>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
