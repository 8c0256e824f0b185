//! From text to a JSON value: JSON or YAML, with the place of what does not parse.
//!
//! YAML is read by its 1.2 core rules (`yes` is text), so that a document means the same here
//! as in Mockoon.

use std::path::Path;

use serde_json::Value;

use crate::problem::{OrProblem, Problem};

/// Notation of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML 1.2.
    Yaml,
}

impl Format {
    /// The notation that a file's name announces.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// The notation that a text looks like: JSON begins with a bracket.
    pub fn of_text(text: &str) -> Self {
        match without_mark(text).trim_start().bytes().next() {
            Some(b'{' | b'[') => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// Parses a document. Under a `.yaml` name JSON is fine too: YAML contains it.
pub(crate) fn read(text: &str, format: Format) -> OrProblem<Value> {
    let text = without_mark(text);
    match format {
        Format::Json => serde_json::from_str(text).map_err(|error| {
            let mut problem = Problem::error("", format!("this is not JSON: {}", plain(&error)))
                .remedy("Correct the text there; an editor with JSON support shows the place.");
            if error.line() > 0 {
                problem.line = Some(error.line());
                problem.column = Some(error.column().max(1));
            }
            Box::new(problem)
        }),
        Format::Yaml => {
            if text.trim().is_empty() {
                return Err(Box::new(
                    Problem::error("", "the file is empty")
                        .expected("an environment: an object with `routes`"),
                ));
            }
            let value = serde_saphyr::from_str_with_options(text, yaml_options());
            value.map(whole_numbers).map_err(|error| {
                let location = error.location();
                let message = error.without_snippet().to_string();
                let mut problem = Problem::error("", format!("this is not YAML: {message}"))
                    .remedy("Correct the text there; indent with spaces and quote texts that hold `: ` or ` #`.");
                if let Some(location) = location {
                    problem.line = usize::try_from(location.line()).ok();
                    problem.column = usize::try_from(location.column()).ok();
                }
                Box::new(problem)
            })
        }
    }
}

/// Numbers without a fraction as integers, as JavaScript has them: `010` is read as 10.0.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(key, value)| (key, whole_numbers(value)));
            Value::Object(fields.collect())
        }
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 {
                #[expect(clippy::cast_possible_truncation, reason = "exact below 2^53")]
                return Value::from(float as i64);
            }
            Value::Number(number)
        }
        other => other,
    }
}

pub(crate) fn yaml_options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        ignore_binary_tag_for_string: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
    }
}

pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The parser's message without its own "at line", which the problem says itself.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_means_what_it_means_in_mockoon() {
        let value = read(
            "a: yes\nb: 010\nc: ~\nd: on\ne: 1.5\nf: true\ng: 2020-01-01\nh: 1:30\n",
            Format::Yaml,
        )
        .unwrap();
        let expected = json!({ "a": "yes", "b": 10, "c": null, "d": "on", "e": 1.5, "f": true,
            "g": "2020-01-01", "h": "1:30" });
        assert_eq!(value, expected);
        let merged = read("base: &b {x: 1}\nown:\n  <<: *b\n", Format::Yaml).unwrap();
        assert_eq!(merged["own"], json!({ "<<": { "x": 1 } }));
    }

    #[test]
    fn broken_texts_name_their_place() {
        for (text, format, line, column) in [
            ("{\n  \"a\": 1,\n  b: 2\n}", Format::Json, 3, 3),
            ("{ \"a\": 1", Format::Json, 1, 8),
            ("a: 1\nb: [1, 2\nc: 3\n", Format::Yaml, 3, 2),
            ("a: 'x\n", Format::Yaml, 1, 4),
        ] {
            let problem = read(text, format).unwrap_err();
            assert_eq!(problem.line, Some(line), "{problem}");
            assert_eq!(problem.column, Some(column), "{problem}");
        }
        assert!(read("", Format::Json).is_err());
        assert!(read("  \n", Format::Yaml).is_err());
    }

    #[test]
    fn formats() {
        for (name, expected) in [
            ("a.json", Some(Format::Json)),
            ("a.YML", Some(Format::Yaml)),
            ("a.yaml", Some(Format::Yaml)),
            ("a.txt", None),
            ("a", None),
        ] {
            assert_eq!(Format::of_path(Path::new(name)), expected, "{name}");
        }
        assert_eq!(Format::of_text("\u{feff} {\"a\": 1}"), Format::Json);
        assert_eq!(Format::of_text("a: 1"), Format::Yaml);
    }
}
