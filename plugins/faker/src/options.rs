//! Arguments as faker.js reads them: an options object with defaults for what is missing,
//! often a bare number or text in its place.
//!
//! Numbers and truths convert the way JavaScript converts them; only `undefined` takes the
//! default, as in a destructuring. Any value may stand where an object is expected: a text
//! simply has no `min` (but does have a `length`).

use wasmock_javascript::Value;

use crate::{Error, Faker};

static UNDEFINED: Value = Value::Undefined;

/// No count or length above this is built: JavaScript would run out of memory or patience.
pub(crate) const LONGEST: f64 = 10_000_000.0;

/// One argument of a call.
pub(crate) fn argument(args: &[Value], index: usize) -> &Value {
    args.get(index).unwrap_or(&UNDEFINED)
}

/// An options object.
#[derive(Debug)]
pub(crate) enum Options<'a> {
    Given(&'a Value),
    /// A bare value that stands for one option of this name.
    Bare(&'static str, &'a Value),
}

impl<'a> Options<'a> {
    /// The argument at `index`; `first` is the option JavaScript reads first, which it
    /// names when the argument is `null`.
    pub(crate) fn new(args: &'a [Value], index: usize, first: &str) -> Result<Self, Error> {
        match argument(args, index) {
            Value::Null => Err(Error::Other(format!(
                "Cannot read properties of null (reading '{first}')"
            ))),
            given => Ok(Self::Given(given)),
        }
    }

    /// As [`Options::new`] where the first option has no default, which JavaScript's
    /// engine words differently, together with its name for the argument.
    pub(crate) fn bare(
        args: &'a [Value],
        index: usize,
        first: &str,
        argument: &str,
    ) -> Result<Self, Error> {
        match args.get(index) {
            Some(Value::Null) => Err(Error::Other(format!(
                "Cannot destructure property '{first}' of '{argument}' as it is null."
            ))),
            _ => Self::new(args, index, first),
        }
    }

    /// As [`Options::new`], where a bare number stands for the option `name`.
    pub(crate) fn or_number(
        args: &'a [Value],
        index: usize,
        name: &'static str,
    ) -> Result<Self, Error> {
        match argument(args, index) {
            number @ Value::Number(_) => Ok(Self::Bare(name, number)),
            _ => Self::new(args, index, name),
        }
    }

    /// As [`Options::new`], where a bare text stands for the option `name`.
    pub(crate) fn or_text(
        args: &'a [Value],
        index: usize,
        name: &'static str,
    ) -> Result<Self, Error> {
        match argument(args, index) {
            text @ Value::String(_) => Ok(Self::Bare(name, text)),
            _ => Self::new(args, index, name),
        }
    }

    /// The option itself, `undefined` when it is not given.
    pub(crate) fn get(&self, name: &str) -> Value {
        match self {
            Self::Bare(own, value) if *own == name => (*value).clone(),
            Self::Bare(..) => Value::Undefined,
            Self::Given(value) => value.get(name).unwrap_or_default(),
        }
    }

    /// The option as a number.
    pub(crate) fn number(&self, name: &str, default: f64) -> f64 {
        match self.get(name) {
            Value::Undefined => default,
            value => value.to_number(),
        }
    }

    /// The option as a count of digits, which must be a number and not a text of one.
    pub(crate) fn digits(&self, name: &str, default: f64) -> f64 {
        match self.get(name) {
            Value::Undefined => default,
            Value::Number(digits) => digits,
            _ => f64::NAN,
        }
    }

    /// The option's truth.
    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Value::Undefined => default,
            value => value.is_truthy(),
        }
    }

    /// The option as a text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.get(name) {
            Value::Undefined => None,
            value => Some(value.to_text().into_owned()),
        }
    }
}

impl Faker {
    /// A number, or one drawn from a range `{min, max}`, as a count of things to build.
    pub(crate) fn count(&mut self, range: &Value) -> Result<usize, Error> {
        let count = match range {
            Value::Number(number) => *number,
            other => crate::modules::number::int(self, std::slice::from_ref(other))?,
        };
        if count > LONGEST {
            return Err(Error::Other("Invalid array length".into()));
        }
        Ok(if count > 0.0 { count as usize } else { 0 })
    }

    /// [`Faker::count`] of an option that may be missing.
    pub(crate) fn count_or(&mut self, range: &Value, default: usize) -> Result<usize, Error> {
        if range.is_undefined() {
            Ok(default)
        } else {
            self.count(range)
        }
    }
}
