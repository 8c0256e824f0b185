//! Which layout a document has, and whether it can be loaded.
//!
//! Mockoon asks for `lastMigration` and offers a repair without it. Here a file without it is
//! taken as hand-written, unless it shows fields that only old layouts had: read as current,
//! such a file would lose them silently, so it must be asked for with `--repair`.

use serde_json::Value;

use super::Origin;
use crate::model::HIGHEST_MIGRATION;
use crate::problem::{Problem, join};

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

pub(super) fn recognise(
    document: &Value,
    repair: bool,
    problems: &mut Vec<Problem>,
) -> Result<Origin, Problem> {
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
    if fields.contains_key("source") && fields.contains_key("data") {
        return unknown(
            repair,
            Problem::error("", "this is an export of Mockoon 1.x, which holds environments but is none")
                .expected("an environment: an object with `routes`")
                .remedy("Take out the object under `data` → `item`, with its `lastMigration`, and save it as a file; `--repair` starts an empty mock, as Mockoon does."),
        );
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

fn unknown(repair: bool, problem: Problem) -> Result<Origin, Problem> {
    if repair {
        // As Mockoon: no migration runs.
        Ok(Origin::Mockoon {
            layout: HIGHEST_MIGRATION,
        })
    } else {
        Err(problem)
    }
}

fn migrated(last: &Value, problems: &mut Vec<Problem>) -> Result<Origin, Problem> {
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
        return Err(Problem::error(
            "/lastMigration",
            format!("this file is of layout {number}, which is newer than this program"),
        )
        .expected(format!("at most {HIGHEST_MIGRATION}"))
        .remedy("Update wasmock, or save the file with an older Mockoon."));
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
