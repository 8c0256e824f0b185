//! Brings older layouts of Mockoon's file to the current one.

use serde_json::Value;

use crate::model::HIGHEST_MIGRATION;

/// Applies every migration after `layout`.
pub(crate) fn migrate(document: &mut Value, layout: u32) {
    if layout < HIGHEST_MIGRATION
        && let Some(fields) = document.as_object_mut()
    {
        fields.insert("lastMigration".to_owned(), Value::from(HIGHEST_MIGRATION));
    }
}
