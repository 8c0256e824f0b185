//! Helpers as a table of functions.

use crate::bindings::helpers::exports::wasmock::plugin::helpers as role;
use crate::{Effects, Result, Value};

/// One helper: a row of the table.
#[derive(Clone, Copy)]
pub struct Helper {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    effects: Effects,
    block: bool,
    function: fn(&Arguments) -> Result<Value>,
}

impl std::fmt::Debug for Helper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Helper")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Helper {
    /// A helper that only computes: its name in templates, its arguments for people
    /// (`value [separator]`), what it is for, and the function.
    pub const fn new(
        name: &'static str,
        usage: &'static str,
        about: &'static str,
        function: fn(&Arguments) -> Result<Value>,
    ) -> Self {
        Self {
            name,
            usage,
            about,
            effects: Effects::empty(),
            block: false,
            function,
        }
    }

    /// Its value depends on the exchange, or on state that exchanges change.
    pub const fn reads_exchange(self) -> Self {
        self.with(Effects::READS_EXCHANGE)
    }

    /// It changes variables, buckets, private state or the answer.
    pub const fn writes_state(self) -> Self {
        self.with(Effects::WRITES_STATE)
    }

    /// Its value depends on chance or on the time.
    pub const fn draws_random(self) -> Self {
        self.with(Effects::DRAWS_RANDOM)
    }

    /// It answers a list, and its block is rendered once per item.
    pub const fn block(mut self) -> Self {
        self.block = true;
        self
    }

    const fn with(mut self, effects: Effects) -> Self {
        self.effects = self.effects.union(effects);
        self
    }
}

/// What a template passes to a helper.
#[derive(Clone, Debug)]
pub struct Arguments {
    positional: Vec<Value>,
    named: Vec<(String, Value)>,
}

impl Arguments {
    /// Arguments, for tests.
    pub fn new(positional: Vec<Value>, named: Vec<(String, Value)>) -> Self {
        Self { positional, named }
    }

    /// How many there are without a name.
    pub fn len(&self) -> usize {
        self.positional.len()
    }

    /// Whether there are none without a name.
    pub fn is_empty(&self) -> bool {
        self.positional.is_empty()
    }

    /// One argument; `undefined` when it is missing.
    pub fn get(&self, index: usize) -> &Value {
        self.positional.get(index).unwrap_or(&Value::Undefined)
    }

    /// One argument as a template would print it; empty when it is missing.
    pub fn text(&self, index: usize) -> String {
        self.get(index).to_string()
    }

    /// One argument as a number; a text that is a number counts.
    pub fn number(&self, index: usize) -> Option<f64> {
        match self.get(index) {
            Value::Number(number) => Some(*number),
            other => other.as_text()?.trim().parse().ok(),
        }
    }

    /// The argument of that name; `undefined` when it is missing.
    pub fn named(&self, name: &str) -> &Value {
        let found = self.named.iter().find(|(known, _)| known == name);
        found.map_or(&Value::Undefined, |(_, value)| value)
    }

    /// All arguments with a name.
    pub fn all_named(&self) -> &[(String, Value)] {
        &self.named
    }
}

/// The table, as the host asks for it.
pub fn list(table: &[Helper]) -> Vec<role::Helper> {
    let described = |helper: &Helper| role::Helper {
        name: helper.name.to_owned(),
        effects: helper.effects,
        block: helper.block,
        usage: helper.usage.to_owned(),
        about: helper.about.to_owned(),
    };
    table.iter().map(described).collect()
}

/// One call.
pub fn call(
    table: &[Helper],
    index: u32,
    positional: Vec<Value>,
    named: Vec<(String, Value)>,
) -> std::result::Result<Value, String> {
    let helper = table
        .get(index as usize)
        .ok_or_else(|| format!("there is no helper {index}"))?;
    (helper.function)(&Arguments { positional, named }).map_err(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(arguments: &Arguments) -> Result<Value> {
        if arguments.is_empty() {
            return Err("nothing to join".into());
        }
        let separator = arguments.named("by").to_string();
        Ok([arguments.text(0), arguments.text(1)]
            .join(&separator)
            .into())
    }

    const TABLE: &[Helper] = &[Helper::new("join", "a b", "Joins.", join).draws_random()];

    #[test]
    fn a_table_describes_and_calls_its_rows() {
        let listed = list(TABLE);
        assert_eq!(
            (listed[0].name.as_str(), listed[0].effects),
            ("join", Effects::DRAWS_RANDOM)
        );
        let named = vec![("by".to_owned(), Value::from("-"))];
        let joined = call(TABLE, 0, vec!["a".into(), 2.into()], named).unwrap();
        assert_eq!(joined.as_text(), Some("a-2"));
        assert_eq!(
            call(TABLE, 0, vec![], vec![]).unwrap_err(),
            "nothing to join"
        );
        assert!(call(TABLE, 7, vec![], vec![]).is_err());
    }

    #[test]
    fn texts_count_as_numbers() {
        let arguments = Arguments::new(vec![" 2.5 ".into(), 3.into(), "x".into()], vec![]);
        let numbers = [0, 1, 2, 3].map(|index| arguments.number(index));
        assert_eq!(numbers, [Some(2.5), Some(3.0), None, None]);
    }
}
