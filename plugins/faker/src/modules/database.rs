//! Columns, types and engines of databases.

use crate::Method;
use crate::lists::key;
use crate::modules::string::hex;

pub(crate) const METHODS: &[Method] = &[
    Method::new("database.column", "", "", false, |f, _| {
        f.pick_value(key::DATABASE_COLUMN)
    }),
    Method::new("database.type", "", "", true, |f, _| {
        f.pick_value(key::DATABASE_TYPE)
    }),
    Method::new("database.collation", "", "", true, |f, _| {
        f.pick_value(key::DATABASE_COLLATION)
    }),
    Method::new("database.engine", "", "", true, |f, _| {
        f.pick_value(key::DATABASE_ENGINE)
    }),
    Method::new("database.mongodbObjectId", "", "", true, |f, _| {
        Ok(hex(f, 24).into())
    }),
];
