//! Which layout a document has, and whether it can be loaded.
//!
//! Mockoon asks for `lastMigration` and offers a repair without it. Here a file without it is
//! taken as hand-written, unless it shows fields that only old layouts had: read as current,
//! such a file would lose them silently, so it must be asked for with `--repair`.

use serde_json::Value;

use super::Origin;
use crate::model::HIGHEST_MIGRATION;
use crate::problem::{OrProblem, Problem, join};

/// Fields of the environment by which it is known.
const ENVIRONMENT_FIELDS: [&str; 8] = [
    "routes",
    "name",
    "port",
    "data",
    "endpointPrefix",
    "proxyMode",
    "headers",
    "wasmock",
];

/// Takes the environment out of an export of Mockoon 1.x, and says where it stood.
///
/// Mockoon itself no longer reads these and serves an empty mock.
pub(super) fn unwrap_export(
    document: &mut Value,
    problems: &mut Vec<Problem>,
) -> OrProblem<Option<String>> {
    let is_export = document.get("lastMigration").is_none()
        && document
            .get("source")
            .and_then(Value::as_str)
            .is_some_and(|source| source.starts_with("mockoon:"));
    let Some(Value::Array(entries)) = document.get_mut("data").filter(|_| is_export) else {
        return Ok(None);
    };
    let environments: Vec<usize> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.get("type").and_then(Value::as_str) == Some("environment"))
        .map(|(index, _)| index)
        .collect();
    let &[index] = environments.as_slice() else {
        return Err(Box::new(
            Problem::error(
                "/data",
                format!(
                    "this export of Mockoon 1.x holds {} environments",
                    environments.len()
                ),
            )
            .expected("one environment")
            .remedy("Save the `item` of the one you need as a file of its own."),
        ));
    };
    let item = entries[index]
        .get_mut("item")
        .map(Value::take)
        .unwrap_or_default();
    *document = item;
    problems.push(
        Problem::warning(
            "",
            "this is an export of Mockoon 1.x; its environment is used",
        )
        .remedy("Save the `item` as a file of its own to go on with a current Mockoon."),
    );
    Ok(Some(format!("/data/{index}/item")))
}

pub(super) fn recognise(
    document: &Value,
    repair: bool,
    problems: &mut Vec<Problem>,
) -> OrProblem<Origin> {
    let Some(fields) = document.as_object() else {
        return unknown(
            repair,
            Problem::error("", "this is not an environment")
                .expected("an object with `routes`")
                .remedy("Check that it is the right file."),
        );
    };
    if let Some(last) = fields.get("lastMigration") {
        return migrated(last, problems);
    }
    if let Some(pointer) = old_field(document) {
        return unknown(
            repair,
            Problem::error(pointer, "this file is of an old layout, and it does not say which: `lastMigration` is missing")
                .expected("`lastMigration`, a number from 0 to 33")
                .remedy("Restore `lastMigration` (Mockoon wrote it at the top of the file), or load the file as it is with `--repair`: old fields are then ignored."),
        );
    }
    if !ENVIRONMENT_FIELDS
        .iter()
        .any(|field| fields.contains_key(*field))
    {
        return unknown(
            repair,
            Problem::error(
                "",
                "this is not an environment: none of its fields is known",
            )
            .expected("an object with `routes`")
            .remedy("Check that it is the right file."),
        );
    }
    Ok(Origin::HandWritten)
}

fn unknown(repair: bool, problem: Problem) -> OrProblem<Origin> {
    if repair {
        // As Mockoon: no migration runs.
        Ok(Origin::Mockoon {
            layout: HIGHEST_MIGRATION,
        })
    } else {
        Err(Box::new(problem))
    }
}

fn migrated(last: &Value, problems: &mut Vec<Problem>) -> OrProblem<Origin> {
    let number = match last {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null => Some(0.0),
        _ => None,
    };
    let Some(number) = number else {
        problems.push(
            Problem::error("/lastMigration", "this is not the number of a migration")
                .expected("a number from 0 to 33")
                .remedy("The file is read as if it were current."),
        );
        return Ok(Origin::Mockoon {
            layout: HIGHEST_MIGRATION,
        });
    };
    if number > f64::from(HIGHEST_MIGRATION) {
        return Err(Box::new(
            Problem::error(
                "/lastMigration",
                format!("this file is of layout {number}, which is newer than this program"),
            )
            .expected(format!("at most {HIGHEST_MIGRATION}"))
            .remedy("Update wasmock, or save the file with an older Mockoon."),
        ));
    }
    // A fraction or a negative number runs the migrations that are greater.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let layout = number.clamp(0.0, f64::from(HIGHEST_MIGRATION)) as u32;
    if layout < HIGHEST_MIGRATION {
        problems.push(
            Problem::warning("/lastMigration", format!("this file is of the old layout {layout}"))
                .expected(HIGHEST_MIGRATION.to_string())
                .remedy("It is converted whenever it is loaded; saving it once with a current Mockoon makes it lasting."),
        );
    }
    Ok(Origin::Mockoon { layout })
}

/// A field whose meaning only a migration would carry over.
fn old_field(document: &Value) -> Option<String> {
    if document.get("https").is_some() {
        return Some("/https".to_owned());
    }
    for (index, route) in items(document, "routes") {
        let place = join("/routes", index);
        for field in [
            "customHeaders",
            "contentType",
            "file",
            "randomResponse",
            "sequentialResponse",
        ] {
            if route.get(field).is_some() {
                return Some(join(&place, field));
            }
        }
        if route.get("responses").is_none() {
            for field in ["body", "statusCode"] {
                if route.get(field).is_some() {
                    return Some(join(&place, field));
                }
            }
        }
        for (response_index, response) in items(route, "responses") {
            for (rule_index, rule) in items(response, "rules") {
                if rule.get("isRegex").is_some() {
                    return Some(format!(
                        "{place}/responses/{response_index}/rules/{rule_index}/isRegex"
                    ));
                }
            }
        }
    }
    None
}

fn items<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    value
        .get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
}
