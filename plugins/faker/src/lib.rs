//! What stands behind Mockoon's `{{faker 'module.method' …}}`: the methods of
//! @faker-js/faker 9.9, with its values for the same seed wherever the lists agree.
//!
//! The algorithms are faker.js's draw by draw, so a method whose word list differs still
//! leaves the sequence where faker.js leaves it. The lists are not faker.js's: they come
//! from other crates at build time and from `data/`; [`Method::seeded`] says which methods
//! give equal values. Nothing here reads a clock or a random source: both are passed in.
//!
//! ```
//! use wasmock_faker::Faker;
//! let mut faker = Faker::new(Some(42), || 0, "en").unwrap();
//! let args = [wasmock_javascript::Value::Number(100.0)];
//! assert_eq!(faker.call("number.int", &args, || 0.0).unwrap().to_text(), "37");
//! ```

mod calendar;
mod error;
mod expression;
mod latin;
mod lists;
mod modules;
mod names;
mod options;
mod pattern;
mod random;

use std::rc::Rc;

use wasmock_javascript::Value;

pub use error::{Error, UnknownLocale};
pub use lists::locales;

use names::NamePatterns;
use random::Random;

/// A source of fake values: a sequence of draws and a locale.
#[derive(Clone, Debug)]
pub struct Faker {
    random: Random,
    locale: &'static lists::Locale,
    now: fn() -> f64,
    /// The lists of patterns of names that were asked for, read.
    patterns: Vec<(lists::Key, Rc<NamePatterns>)>,
}

/// One method, as users name it in a template.
#[derive(Debug)]
pub struct Method {
    /// `module.method`.
    pub name: &'static str,
    /// What it takes, in the notation `length | {length, casing}`; empty when nothing.
    pub arguments: &'static str,
    /// Arguments for an example, as they stand in a template.
    pub example: &'static str,
    /// Whether the same seed gives the same value as faker.js in the locale `en`.
    pub seeded: bool,
    run: fn(&mut Faker, &[Value]) -> Result<Value, Error>,
}

impl Faker {
    /// A source whose sequence depends on the seed alone; without one it starts from
    /// `entropy`, which is then asked once.
    ///
    /// # Errors
    /// The name is none of [`locales`]; it is case-sensitive.
    pub fn new(
        seed: Option<u32>,
        entropy: impl FnOnce() -> u64,
        locale: &str,
    ) -> Result<Self, UnknownLocale> {
        let locale = lists::find_locale(locale).ok_or_else(|| UnknownLocale::new(locale))?;
        Ok(Self {
            random: match seed {
                Some(seed) => Random::new(seed),
                None => Random::unseeded(entropy()),
            },
            locale,
            now: || 0.0,
            patterns: Vec::new(),
        })
    }

    /// A source that takes its draws (32 bits each) from a sequence kept elsewhere, so that
    /// several sources continue one sequence.
    ///
    /// # Errors
    /// As [`Faker::new`].
    pub fn sharing(draw: fn() -> u32, locale: &str) -> Result<Self, UnknownLocale> {
        let locale = lists::find_locale(locale).ok_or_else(|| UnknownLocale::new(locale))?;
        Ok(Self {
            random: Random::shared(draw),
            locale,
            now: || 0.0,
            patterns: Vec::new(),
        })
    }

    /// Starts the sequence again from this seed.
    pub fn seed(&mut self, seed: u32) {
        self.random = Random::new(seed);
    }

    /// Calls a method by name with the arguments faker.js would get. `now` tells the
    /// milliseconds since 1970 from which dates without a `refDate` count; only they ask it.
    ///
    /// # Errors
    /// [`Error::NotAMethod`] for an unknown name, otherwise what faker.js would throw.
    pub fn call(&mut self, name: &str, args: &[Value], now: fn() -> f64) -> Result<Value, Error> {
        self.run(method(name).ok_or(Error::NotAMethod)?, args, now)
    }

    /// [`Faker::call`] for a method that was looked up before.
    ///
    /// # Errors
    /// What faker.js would throw.
    pub fn run(
        &mut self,
        method: &Method,
        args: &[Value],
        now: fn() -> f64,
    ) -> Result<Value, Error> {
        self.now = now;
        (method.run)(self, args)
    }
}

impl Method {
    const fn new(
        name: &'static str,
        arguments: &'static str,
        example: &'static str,
        seeded: bool,
        run: fn(&mut Faker, &[Value]) -> Result<Value, Error>,
    ) -> Self {
        Self {
            name,
            arguments,
            example,
            seeded,
            run,
        }
    }

    /// The example as it stands in a template.
    pub fn template(&self) -> String {
        let space = if self.example.is_empty() { "" } else { " " };
        format!("{{{{faker '{}'{space}{}}}}}", self.name, self.example)
    }
}

/// All methods, by module and name.
pub fn methods() -> impl Iterator<Item = &'static Method> {
    modules::MODULES
        .iter()
        .flat_map(|(_, methods)| methods.iter())
}

/// The method of this name; `address.*` and `name.*` are old names of `location.*` and
/// `person.*`.
pub fn method(name: &str) -> Option<&'static Method> {
    modules::find(name)
}
