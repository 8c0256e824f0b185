//! `helpers.fake`: patterns such as `{{person.firstName}} lives at no. {{number.int(99)}}`.
//!
//! An expression is looked up twice at once, among the methods and among the word lists,
//! and the method wins. The list takes its draw all the same, as in faker.js, where
//! `{{color.human}}` costs two draws: the sequence after a pattern depends on it.

use wasmock_javascript::{Value, json};

use crate::error::{Error, faker, other};
use crate::{Faker, Method, lists, modules};

/// Patterns nest (a filled pattern is filled again); JavaScript's stack ends near here.
const DEEPEST: usize = 1000;

/// Where the lookup of an expression stands.
#[derive(Clone)]
enum Place {
    Methods,
    Lists,
    Module(String),
    Method(&'static Method),
    Group(String),
    Value(Value),
}

impl Faker {
    /// Fills in every `{{expression}}` of a pattern.
    pub(crate) fn fill(&mut self, pattern: &str) -> Result<String, Error> {
        let mut text = pattern.to_owned();
        for _ in 0..DEEPEST {
            let Some(start) = opening(&text) else {
                return Ok(text);
            };
            let Some(length) = text[start..].find("}}") else {
                return Ok(text);
            };
            let end = start + length;
            let expression = text[start + 2..end].to_owned();
            let value = self.evaluate(&expression)?;
            text.replace_range(start..end + 2, &lists::inline(&value));
        }
        other("Maximum call stack size exceeded")
    }

    fn evaluate(&mut self, expression: &str) -> Result<Value, Error> {
        if expression.is_empty() {
            return faker("Eval expression cannot be empty.");
        }
        if let Some(value) = self.evaluate_path(expression) {
            return value;
        }
        let mut places = vec![Place::Methods, Place::Lists];
        let mut rest = expression;
        while !rest.is_empty() && !places.is_empty() {
            if rest.starts_with('(') {
                let (end, args) = arguments(rest)?;
                let next = rest[end + 1..].chars().next();
                if !matches!(next, None | Some('.' | '(')) {
                    return faker(format!(
                        "Expected dot ('.'), open parenthesis ('('), or nothing after function call but got '{}'",
                        next.unwrap_or_default()
                    ));
                }
                rest = &rest[end + if next == Some('.') { 2 } else { 1 }..];
                let mut results = Vec::with_capacity(places.len());
                for place in places {
                    results.push(match place {
                        Place::Method(method) => Place::Value((method.run)(self, &args)?),
                        other => other,
                    });
                }
                places = results;
            } else {
                let end = rest.find(['.', '(']).unwrap_or(rest.len());
                let name = &rest[..end];
                let dot = rest[end..].starts_with('.');
                if name.is_empty() {
                    return faker(format!("Expression parts cannot be empty in '{rest}'"));
                }
                rest = &rest[end + usize::from(dot)..];
                if dot && (rest.is_empty() || rest.starts_with(['.', '('])) {
                    return faker(format!("Found dot without property name in '{expression}'"));
                }
                let mut found = Vec::with_capacity(places.len());
                for place in places {
                    found.extend(self.step(place, name)?);
                }
                places = found;
            }
            // A null or undefined result ends its lookup, an array gives one of its items.
            places.retain(|place| !matches!(place, Place::Value(value) if value.is_nullish()));
            for place in &mut places {
                if let Place::Value(Value::Array(items)) = place {
                    if items.is_empty() {
                        return faker("Cannot get value from empty dataset.");
                    }
                    let item = items[self.random.index(items.len())].clone();
                    *place = Place::Value(item);
                }
            }
        }
        match places.into_iter().next() {
            None => faker(format!("Cannot resolve expression '{expression}'")),
            Some(Place::Method(method)) => (method.run)(self, &[]),
            Some(Place::Value(value)) => Ok(value),
            Some(_) => Ok("[object Object]".into()),
        }
    }

    /// The short way for a method or a list named in full, which almost all patterns use.
    fn evaluate_path(&mut self, expression: &str) -> Option<Result<Value, Error>> {
        let (module, name) = expression.split_once('.')?;
        let list = lists::find_key(expression).filter(|key| !self.list(*key).is_empty());
        match (name.split_once('.'), modules::find_in(module, name), list) {
            (None, Some(method), list) => {
                if let Some(key) = list {
                    let length = self.list(key).len();
                    self.random.index(length);
                }
                Some((method.run)(self, &[]))
            }
            (None, None, Some(key)) => Some(self.pick_value(key)),
            (Some((name, _)), _, Some(key)) if modules::find_in(module, name).is_none() => {
                Some(self.pick_value(key))
            }
            _ => None,
        }
    }

    /// The property `name` of what was found so far.
    fn step(&mut self, place: Place, name: &str) -> Result<Option<Place>, Error> {
        Ok(match place {
            Place::Methods => modules::module(name).map(|_| Place::Module(name.to_owned())),
            Place::Module(module) => modules::find_in(&module, name).map(Place::Method),
            Place::Lists => lists::is_group(name).then(|| Place::Group(name.to_owned())),
            Place::Group(path) => {
                let path = format!("{path}.{name}");
                match lists::find_key(&path) {
                    Some(key) if !self.list(key).is_empty() => {
                        Some(Place::Value(self.pick_value(key)?))
                    }
                    Some(_) => None,
                    None => lists::is_group(&path).then_some(Place::Group(path)),
                }
            }
            // A method that fails here counts as not found.
            Place::Method(method) => (method.run)(self, &[])
                .ok()
                .and_then(|value| value.get(name))
                .map(Place::Value),
            Place::Value(Value::String(_)) => None,
            Place::Value(value) => value.get(name).map(Place::Value),
        })
    }
}

/// Where a pattern's next expression begins: two braces and a small letter.
fn opening(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(2)).find(|&at| {
        bytes[at] == b'{' && bytes[at + 1] == b'{' && bytes[at + 2].is_ascii_lowercase()
    })
}

/// The arguments between parentheses: JSON, else one text; and where they end.
fn arguments(text: &str) -> Result<(usize, Vec<Value>), Error> {
    let mut last = None;
    for (end, _) in text.match_indices(')') {
        last = Some(end);
        let inner = &text[1..end];
        let parsed = json::parse(&format!("[{inner}]")).or_else(|error| {
            if inner.contains(['\'', '"']) {
                Err(error)
            } else {
                json::parse(&format!("[\"{inner}\"]"))
            }
        });
        if let Ok(Value::Array(args)) = parsed {
            return Ok((end, args.to_vec()));
        }
    }
    match last {
        Some(end) => Ok((end, vec![text[1..end].into()])),
        None => faker(format!("Missing closing parenthesis in '{text}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(pattern: &str) -> Result<String, Error> {
        Faker::new(Some(1), || 0, "en").unwrap().fill(pattern)
    }

    #[test]
    fn patterns_are_filled() {
        assert_eq!(
            fill("no expression {{ x }} {{X}}").unwrap(),
            "no expression {{ x }} {{X}}"
        );
        assert_eq!(
            fill("{{number.int({\"min\":5,\"max\":5})}}!").unwrap(),
            "5!"
        );
        assert_eq!(fill("{{string.numeric(4)}}").unwrap().len(), 4);
        assert_eq!(fill("{{helpers.arrayElement([\"(a)\"])}}").unwrap(), "(a)");
        assert_eq!(fill("{{helpers.slugify(a b)}}").unwrap(), "a-b");
        assert!(fill("{{person.suffix}}").is_ok() && fill("{{person.first_name.generic}}").is_ok());
        assert!(matches!(fill("{{no.such}}"), Err(Error::Faker(_))));
        assert!(matches!(fill("{{number.int(}}"), Err(Error::Faker(_))));
    }

    #[test]
    fn a_list_of_the_same_name_takes_its_draw() {
        let mut both = Faker::new(Some(1), || 0, "en").unwrap();
        let mut method = both.clone();
        both.fill("{{color.human}}").unwrap();
        method.call("color.human", &[], || 0.0).unwrap();
        method.call("color.human", &[], || 0.0).unwrap();
        assert_eq!(both.random.next(), method.random.next());
    }
}
