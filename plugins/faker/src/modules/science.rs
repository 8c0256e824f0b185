//! Chemical elements and units, as objects.

use crate::Method;
use crate::lists::key;

pub(crate) const METHODS: &[Method] = &[
    Method::new("science.chemicalElement", "", "", true, |f, _| {
        f.pick_value(key::SCIENCE_CHEMICAL_ELEMENT)
    }),
    Method::new("science.unit", "", "", true, |f, _| {
        f.pick_value(key::SCIENCE_UNIT)
    }),
];
