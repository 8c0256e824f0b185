//! The methods, one file a module of faker.js, one row a method.
//!
//! A row holds what the documentation prints and what runs. Methods call each other
//! directly in Rust; only `helpers.fake` goes through names.

use crate::Method;

mod airline;
mod animal;
mod book;
mod color;
mod commerce;
mod company;
mod database;
mod datatype;
pub(crate) mod date;
mod finance;
mod food;
mod git;
mod hacker;
mod helpers;
mod image;
mod internet;
mod location;
mod lorem;
mod music;
pub(crate) mod number;
mod person;
mod phone;
mod science;
pub(crate) mod string;
mod system;
mod vehicle;
mod word;

/// The modules in the order of the documentation.
pub(crate) static MODULES: &[(&str, &[Method])] = &[
    ("airline", airline::METHODS),
    ("animal", animal::METHODS),
    ("book", book::METHODS),
    ("color", color::METHODS),
    ("commerce", commerce::METHODS),
    ("company", company::METHODS),
    ("database", database::METHODS),
    ("datatype", datatype::METHODS),
    ("date", date::METHODS),
    ("finance", finance::METHODS),
    ("food", food::METHODS),
    ("git", git::METHODS),
    ("hacker", hacker::METHODS),
    ("helpers", helpers::METHODS),
    ("image", image::METHODS),
    ("internet", internet::METHODS),
    ("location", location::METHODS),
    ("lorem", lorem::METHODS),
    ("music", music::METHODS),
    ("number", number::METHODS),
    ("person", person::METHODS),
    ("phone", phone::METHODS),
    ("science", science::METHODS),
    ("string", string::METHODS),
    ("system", system::METHODS),
    ("vehicle", vehicle::METHODS),
    ("word", word::METHODS),
];

/// The methods of a module.
pub(crate) fn module(name: &str) -> Option<&'static [Method]> {
    let name = match name {
        "address" => "location",
        "name" => "person",
        other => other,
    };
    MODULES
        .iter()
        .find(|(module, _)| *module == name)
        .map(|(_, methods)| *methods)
}

/// The method of a module.
pub(crate) fn find_in(module_name: &str, method: &str) -> Option<&'static Method> {
    let methods = module(module_name)?;
    methods.iter().find(|row| {
        let before = row.name.len().wrapping_sub(method.len() + 1);
        row.name.as_bytes().get(before) == Some(&b'.') && row.name.ends_with(method)
    })
}

/// The method of this full name.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    let point = name.bytes().position(|byte| byte == b'.')?;
    find_in(&name[..point], &name[point + 1..])
}
