//! Compares what was answered with what Mockoon answered: exactly, or by shape where an
//! answer is random. `tests/parity/lib/judge.mjs` does the same for the recorder.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value};

use crate::case::{Better, BetterFrames, Content, FullAnswer, Judge, PartialAnswer, Received};

fn shape(value: &Value) -> Value {
    match value {
        Value::Null => Value::from("null"),
        Value::Bool(_) => Value::from("boolean"),
        Value::Number(_) => Value::from("number"),
        Value::String(_) => Value::from("string"),
        Value::Array(list) => {
            let shapes: BTreeSet<String> =
                list.iter().map(|item| shape(item).to_string()).collect();
            shapes.into_iter().map(Value::from).collect()
        }
        Value::Object(map) => {
            let sorted: BTreeMap<&String, Value> =
                map.iter().map(|(key, value)| (key, shape(value))).collect();
            Value::Object(
                sorted
                    .into_iter()
                    .map(|(key, value)| (key.clone(), value))
                    .collect(),
            )
        }
    }
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn masked(text: &str) -> String {
    let mask = |pattern: &str, text: &str, name: &str| {
        Regex::new(pattern).map_or_else(
            |_| text.to_owned(),
            |regex| regex.replace_all(text, name).into_owned(),
        )
    };
    let text = mask("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text, "UUID");
    mask(r"\b[0-9]{13}\b", &text, "MILLISECONDS")
}

/// What a template error shows of the template, and what it expected there, is each server's own.
fn beginning(text: &str) -> &str {
    let at = ["Parse error on line ", "Lexical error on line "]
        .iter()
        .find_map(|sign| text.find(sign).map(|at| at + sign.len()))
        .filter(|at| *at < 100);
    let Some(at) = at else { return text };
    let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
    &text[..at + digits]
}

/// Whether `got` is as good as `wanted`. Judges: `exact` (the default), `ignore`, `uuid`, `number`,
/// `json` (equal as JSON), `json-shape`, `masked` (equal but for UUIDs and milliseconds), `starts: TEXT`, `regex: PATTERN` (of the whole text).
pub fn same(judge: Option<&str>, wanted: &Content, got: &Content) -> bool {
    let judge = judge.unwrap_or("exact");
    let (Content::Text(wanted), Content::Text(got)) = (wanted, got) else {
        return judge == "ignore" || wanted == got;
    };
    let matches = |pattern: &str| {
        Regex::new(&format!("^(?s:{pattern})$")).is_ok_and(|regex| regex.is_match(got))
    };
    match judge {
        "ignore" => true,
        "exact" => beginning(wanted) == beginning(got),
        "uuid" => matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        "number" => got.trim().parse::<f64>().is_ok_and(f64::is_finite),
        "json" => json(wanted).is_some() && json(wanted) == json(got),
        "masked" => masked(wanted) == masked(got),
        "json-shape" => {
            let wanted = json(wanted).map(|value| shape(&value));
            wanted.is_some() && wanted == json(got).map(|value| shape(&value))
        }
        other => match other.split_once(':') {
            Some(("starts", text)) => got.starts_with(text.trim_start()),
            Some(("regex", pattern)) => matches(pattern.trim()),
            _ => false,
        },
    }
}

fn lists(headers: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
    let mut result: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        let values = match value {
            Value::Array(list) => list.iter().map(text).collect(),
            other => vec![text(other)],
        };
        result
            .entry(name.to_lowercase())
            .or_default()
            .extend(values);
    }
    result
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn named<'a>(judges: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    judges
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, judge)| judge.as_str())
}

/// Long texts are cut around the first difference.
fn body_difference(wanted: &Content, got: &Content) -> String {
    if let (Content::Text(wanted), Content::Text(got)) = (wanted, got)
        && wanted.len().max(got.len()) > 400
    {
        let at = wanted
            .chars()
            .zip(got.chars())
            .take_while(|(a, b)| a == b)
            .count();
        let part = |text: &str| {
            text.chars()
                .skip(at.saturating_sub(40))
                .take(160)
                .collect::<String>()
        };
        return format!(
            "body, at character {at}\n      wanted …{:?}…\n      got    …{:?}…",
            part(wanted),
            part(got)
        );
    }
    let show = |content: &Content| match content {
        Content::Text(text) => format!("{text:?}"),
        Content::Bytes { base64 } => format!("base64 {base64}"),
    };
    format!(
        "body\n      wanted {}\n      got    {}",
        show(wanted),
        show(got)
    )
}

/// What differs, in words; empty when nothing does. `None` stands for no answer at all.
pub fn differences(
    judge: &Judge,
    wanted: Option<&FullAnswer>,
    got: Option<&FullAnswer>,
) -> Vec<String> {
    let (wanted, got) = match (wanted, got) {
        (None, None) => return Vec::new(),
        (Some(_), None) => return vec!["no answer came".to_owned()],
        (None, Some(got)) => return vec![format!("wanted no answer, got {got:?}")],
        (Some(wanted), Some(got)) => (wanted, got),
    };
    let mut found = Vec::new();
    if judge.status.as_deref() != Some("ignore") && wanted.status != got.status {
        found.push(format!(
            "status: wanted {}, got {}",
            wanted.status, got.status
        ));
    }
    let (left, right) = (lists(&wanted.headers), lists(&got.headers));
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    for name in names {
        let ignored = judge
            .ignore
            .iter()
            .any(|other| other.eq_ignore_ascii_case(name));
        if ignored || (name == "content-length" && judge.body.is_some()) {
            continue;
        }
        let none = Vec::new();
        let (a, b) = (
            left.get(name).unwrap_or(&none),
            right.get(name).unwrap_or(&none),
        );
        let own = named(&judge.headers, name);
        let as_content = |value: &String| Content::Text(value.clone());
        let equal = a.len() == b.len()
            && a.iter()
                .zip(b)
                .all(|(a, b)| same(own, &as_content(a), &as_content(b)));
        if !equal {
            found.push(format!("header {name}: wanted {a:?}, got {b:?}"));
        }
    }
    if got.framing.is_some() && got.framing != wanted.framing {
        found.push(format!(
            "framing: {}",
            got.framing.as_deref().unwrap_or_default()
        ));
    }
    if !same(judge.body.as_deref(), &wanted.body, &got.body) {
        found.push(body_difference(&wanted.body, &got.body));
    }
    found
}

/// Whether an answer has everything that the better one names.
fn fits(better: &PartialAnswer, judge: &Judge, got: &FullAnswer) -> Vec<String> {
    let mut found = Vec::new();
    if better.status.is_some_and(|status| status != got.status) {
        found.push(format!(
            "status: wanted {}, got {}",
            better.status.unwrap_or_default(),
            got.status
        ));
    }
    let got_headers = lists(&got.headers);
    for (name, value) in &better.headers {
        let values = got_headers.get(&name.to_lowercase());
        let wanted = lists(&Map::from_iter([(name.clone(), value.clone())]))
            .into_values()
            .next()
            .unwrap_or_default();
        let right = if value.is_null() {
            values.is_none()
        } else {
            values == Some(&wanted)
        };
        if !right {
            found.push(format!("header {name}: wanted {value}, got {values:?}"));
        }
    }
    let empty = Content::Text(String::new());
    if better.body.is_some() || judge.body.is_some() {
        let wanted = better.body.as_ref().unwrap_or(&empty);
        if !same(judge.body.as_deref(), wanted, &got.body) {
            found.push(body_difference(wanted, &got.body));
        }
    }
    found
}

/// Judges one answer, with the better one where there is one.
pub fn answer(
    judge: &Judge,
    better: Option<&Better>,
    wanted: Option<&FullAnswer>,
    got: Option<&FullAnswer>,
) -> Vec<String> {
    let found = differences(judge, wanted, got);
    let Some(better) = better else { return found };
    if found.is_empty() && !better.required {
        return found;
    }
    let Some(got) = got else {
        return vec![format!("no answer came ({})", better.why)];
    };
    let mut ours = fits(&better.answer, &better.judge, got);
    if !ours.is_empty() {
        ours.push(format!("(better than Mockoon: {})", better.why));
    }
    ours
}

fn frame_text(frame: &Value) -> Content {
    Content::Text(match frame {
        Value::String(text) => text.clone(),
        other => format!("\u{0}{other}"),
    })
}

fn frames_equal(judge: Option<&str>, wanted: &[Value], got: &[Value]) -> bool {
    wanted.len() == got.len()
        && wanted.iter().zip(got).all(|(a, b)| {
            // Close codes and the like are never judged by shape.
            let judge = if a.is_string() && b.is_string() {
                judge
            } else {
                None
            };
            same(judge, &frame_text(a), &frame_text(b))
        })
}

/// Judges the frames of one step.
pub fn frames(
    judge: Option<&str>,
    better: Option<&BetterFrames>,
    wanted: &[Value],
    got: &[Value],
) -> Vec<String> {
    let equal = frames_equal(judge, wanted, got);
    let show = |frames: &[Value]| Value::from(frames.to_vec()).to_string();
    match better {
        Some(better) if better.required || !equal => {
            if frames_equal(better.judge.as_deref(), &better.answers, got) {
                Vec::new()
            } else {
                vec![format!(
                    "frames\n      wanted {}\n      got    {}\n      (better than Mockoon: {})",
                    show(&better.answers),
                    show(got),
                    better.why
                )]
            }
        }
        _ if equal => Vec::new(),
        _ => vec![format!(
            "frames\n      wanted {}\n      got    {}",
            show(wanted),
            show(got)
        )],
    }
}

/// Judges what reached the upstream; headers are compared without regard to order.
pub fn received(judge: &Judge, wanted: &[Received], got: &[Received]) -> Vec<String> {
    let strip = |list: &[Received]| -> Vec<(String, BTreeMap<String, Vec<String>>, String)> {
        list.iter()
            .map(|item| {
                let mut headers = lists(&item.headers);
                headers.retain(|name, _| {
                    !judge
                        .ignore
                        .iter()
                        .any(|other| other.eq_ignore_ascii_case(name))
                });
                let body = if judge.body.as_deref() == Some("ignore") {
                    String::new()
                } else {
                    item.body.clone()
                };
                (item.request.clone(), headers, body)
            })
            .collect()
    };
    let (wanted, got) = (strip(wanted), strip(got));
    if wanted == got {
        return Vec::new();
    }
    vec![format!(
        "upstream\n      wanted {wanted:?}\n      got    {got:?}"
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(judge: &str, wanted: &str, got: &str) -> bool {
        same(
            Some(judge),
            &Content::Text(wanted.to_owned()),
            &Content::Text(got.to_owned()),
        )
    }

    #[test]
    fn judges_tell_right_from_wrong() {
        let table = [
            ("exact", "a", "a", true),
            ("exact", "a", "b", false),
            (
                "exact",
                "Error: Parse error on line 2:\nabc",
                "Error: Parse error on line 2: help",
                true,
            ),
            (
                "exact",
                "Error: Parse error on line 2:",
                "Error: Parse error on line 3:",
                false,
            ),
            ("ignore", "a", "b", true),
            ("uuid", "", "0b2c3d4e-0000-4000-8000-0123456789ab", true),
            ("uuid", "", "0b2c3d4e", false),
            ("number", "1", "-2.5e3", true),
            ("number", "1", "one", false),
            ("json", "{\"a\":1}", "{ \"a\": 1 }", true),
            ("json", "{\"a\":1}", "{\"a\":2}", false),
            ("json", "no", "no", false),
            ("json-shape", "[{\"a\":1},{\"a\":2}]", "[{\"a\":7}]", true),
            ("json-shape", "[{\"a\":1}]", "[{\"a\":\"7\"}]", false),
            ("starts: Error", "", "Error while", true),
            ("starts: Error", "", "No error", false),
            ("regex: a+\\n?", "", "aaa\n", true),
            ("regex: a+", "", "aab", false),
            ("masked", "[1795575791508]", "[1795575799999]", true),
            ("masked", "[1795575791508,1]", "[1795575799999,2]", false),
            ("misspelt", "a", "a", false),
        ];
        for (judge, wanted, got, right) in table {
            assert_eq!(
                judged(judge, wanted, got),
                right,
                "{judge}: {wanted:?} against {got:?}"
            );
        }
    }
}
