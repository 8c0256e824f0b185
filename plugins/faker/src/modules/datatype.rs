//! Truth values.

use crate::Method;
use crate::options::Options;

pub(crate) const METHODS: &[Method] = &[Method::new(
    "datatype.boolean",
    "probability | {probability}",
    "0.9",
    true,
    |f, a| {
        let o = Options::or_number(a, 0, "probability")?;
        Ok(f.random.chance(o.number("probability", 0.5)).into())
    },
)];
