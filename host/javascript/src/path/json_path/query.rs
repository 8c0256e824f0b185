//! Walks a value along the steps of a path.
//!
//! One frame of [`Query::step`] stands for one step at one value. Hits gather in one list;
//! a `^` leaves a note in it that the frame above takes up, because that frame still knows
//! the value there.

use std::rc::Rc;

use super::evaluate::Scope;
use super::steps::{Kind, Script, Step};
use crate::path::PathError;
use crate::{Text, Value};

/// Enough for a filter over a million items; a query of four wildcards over a large document
/// would take for ever.
const MAX_STEPS: u32 = 5_000_000;

/// Each level takes some 300 bytes of stack, of which plugins have little.
const MAX_DEPTH: usize = 600;

/// What the steps select, each with whether there could have been several.
pub(super) fn run(
    first: &Step,
    rest: &[Step],
    data: &Value,
    keeps_place: bool,
) -> Result<Vec<(Value, bool)>, PathError> {
    // The library stumbles over these at the root: they answer no list there.
    if matches!(first.kind, Kind::Parent | Kind::Name) || type_fits(first, data)? {
        return Err(PathError::new("this._trace(...).filter is not a function"));
    }
    let mut query = Query {
        root: data,
        keeps_place,
        steps: 0,
        depth: 0,
    };
    let place = keeps_place.then(|| {
        Rc::new(Place {
            name: Name::None,
            above: None,
        })
    });
    let here = Here {
        value: data,
        parent: None,
        name: Name::None,
        place,
        many: false,
    };
    let mut found = Vec::new();
    query.step(&Next::Step(first), rest, &here, false, &mut found)?;
    Ok(found
        .into_iter()
        .filter_map(|item| match item {
            Item::Hit { value, many } => Some((value, many)),
            Item::Parent { .. } => None,
        })
        .collect())
}

/// The name of a value in its parent.
#[derive(Clone)]
enum Name {
    None,
    Index(usize),
    Key(Text),
}

impl Name {
    fn value(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Index(index) => Value::Number(*index as f64),
            Self::Key(key) => Value::String(key.clone()),
        }
    }
}

/// The names from the root to a value.
struct Place {
    name: Name,
    above: Option<Rc<Place>>,
}

impl Place {
    fn write(&self, out: &mut String) {
        if let Some(above) = &self.above {
            above.write(out);
        }
        match &self.name {
            Name::None => out.push('$'),
            Name::Index(index) => out.push_str(&format!("[{index}]")),
            Name::Key(key)
                if !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit() || b == b'*') =>
            {
                out.push_str(&format!("[{key}]"));
            }
            Name::Key(key) => out.push_str(&format!("['{key}']")),
        }
    }
}

/// Where a query stands.
struct Here<'q> {
    value: &'q Value,
    parent: Option<&'q Value>,
    name: Name,
    place: Option<Rc<Place>>,
    /// A step so far may have several hits.
    many: bool,
}

/// The step to take: one of the path, or one made on the way.
enum Next<'q> {
    Step(&'q Step),
    Index(usize),
    /// A dynamic step named something that is neither a text nor an index in the value.
    Other(Value),
}

enum Item<'q> {
    Hit {
        value: Value,
        many: bool,
    },
    /// `^` was met; the frame above goes on with what follows it.
    Parent {
        rest: &'q [Step],
        place: Option<Rc<Place>>,
    },
}

struct Query<'q> {
    root: &'q Value,
    keeps_place: bool,
    steps: u32,
    depth: usize,
}

type Done = Result<(), PathError>;

impl<'q> Query<'q> {
    /// Takes the rest of the path from here.
    fn follow(
        &mut self,
        rest: &'q [Step],
        here: &Here<'q>,
        names_first: bool,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        match rest.split_first() {
            Some((step, rest)) => self.step(&Next::Step(step), rest, here, names_first, out),
            None => {
                out.push(Item::Hit {
                    value: here.value.clone(),
                    many: here.many,
                });
                Ok(())
            }
        }
    }

    fn step(
        &mut self,
        next: &Next<'q>,
        rest: &'q [Step],
        here: &Here<'q>,
        names_first: bool,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        self.steps += 1;
        self.depth += 1;
        if self.steps > MAX_STEPS {
            return Err(PathError::new("jsonPath: the query takes too many steps"));
        }
        if self.depth > MAX_DEPTH {
            return Err(PathError::new("Maximum call stack size exceeded"));
        }
        let start = out.len();
        match next {
            Next::Step(step) => self.take(step, rest, here, names_first, out)?,
            Next::Index(index) => self.item(*index, rest, here, out)?,
            Next::Other(key) => {
                let name = key.to_text();
                if !self.try_member(&name, rest, here, false, out)? {
                    not_a_name(key)?;
                }
            }
        }
        // These three are handled by the frame above.
        let is_parent = matches!(next, Next::Step(step) if matches!(step.kind, Kind::Parent));
        if !is_parent {
            self.resolve_parents(start, here, out)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn take(
        &mut self,
        step: &'q Step,
        rest: &'q [Step],
        here: &Here<'q>,
        names_first: bool,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        if names_first && self.try_member(&step.name, rest, here, false, out)? {
            return Ok(());
        }
        match &step.kind {
            Kind::Children => self.children(
                here,
                &mut |query, child, out| query.follow(rest, &child, true, out),
                out,
            ),
            Kind::Descendants => {
                self.follow(rest, here, false, out)?;
                self.children(
                    here,
                    &mut |query, child, out| {
                        let is_object = matches!(
                            child.value.kind(),
                            crate::Kind::Null | crate::Kind::Array | crate::Kind::Object
                        );
                        if is_object {
                            query.step(&Next::Step(step), rest, &child, false, out)
                        } else {
                            Ok(())
                        }
                    },
                    out,
                )
            }
            Kind::Parent => {
                let place = here.place.as_ref().and_then(|place| place.above.clone());
                out.push(Item::Parent { rest, place });
                Ok(())
            }
            Kind::Name => {
                out.push(Item::Hit {
                    value: here.name.value(),
                    many: false,
                });
                Ok(())
            }
            Kind::Root => {
                let root = Here {
                    parent: None,
                    name: Name::None,
                    place: here.place.clone(),
                    ..*here
                };
                self.follow(rest, &root, false, out)
            }
            Kind::Slice { start, end, step } => self.slice((*start, *end, *step), rest, here, out),
            Kind::Filter(script) => self.children(
                here,
                &mut |query, child, out| {
                    if query.keeps(script, here, &child)? {
                        query.follow(rest, &child, false, out)
                    } else {
                        Ok(())
                    }
                },
                out,
            ),
            Kind::Dynamic(script) => self.dynamic(script, rest, here, out),
            Kind::Type(_) => {
                if type_fits(step, here.value)? {
                    out.push(Item::Hit {
                        value: here.value.clone(),
                        many: false,
                    });
                }
                Ok(())
            }
            Kind::Escaped(name) => self.try_member(name, rest, here, true, out).map(|_| ()),
            Kind::Union(parts) => {
                let many = Here {
                    name: here.name.clone(),
                    place: here.place.clone(),
                    many: true,
                    ..*here
                };
                parts
                    .iter()
                    .try_for_each(|part| self.step(&Next::Step(part), rest, &many, false, out))
            }
            Kind::Member => self
                .try_member(&step.name, rest, here, true, out)
                .map(|_| ()),
            Kind::Nothing => Err(PathError::new(
                "Cannot read properties of undefined (reading 'indexOf')",
            )),
        }
    }

    /// Goes on with an own property, if there is one of this name.
    fn try_member(
        &mut self,
        name: &str,
        rest: &'q [Step],
        here: &Here<'q>,
        names_first: bool,
        out: &mut Vec<Item<'q>>,
    ) -> Result<bool, PathError> {
        let own = match here.value {
            Value::Object(object) => object.get(name),
            Value::Array(items) if crate::is_array_index(name) => {
                name.parse().ok().and_then(|index: usize| items.get(index))
            }
            Value::Array(_) | Value::String(_) | Value::Safe(_) if here.value.is_truthy() => {
                // A length or a character is made on the spot, so it ends the path.
                return match here.value.get(name) {
                    Some(value) => self.end(name, &value, rest, here, out).map(|()| true),
                    None => Ok(false),
                };
            }
            _ => None,
        };
        let Some(value) = own else { return Ok(false) };
        let child = self.child(here, value, Name::Key(name.into()), here.many);
        self.follow(rest, &child, names_first, out)?;
        Ok(true)
    }

    fn item(
        &mut self,
        index: usize,
        rest: &'q [Step],
        here: &Here<'q>,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        match here.value.as_array().and_then(|items| items.get(index)) {
            Some(value) => {
                let child = self.child(here, value, Name::Index(index), here.many);
                self.follow(rest, &child, false, out)
            }
            None => Ok(()),
        }
    }

    /// Behind a length or a character only a type test or nothing can follow.
    fn end(
        &mut self,
        name: &str,
        value: &Value,
        rest: &'q [Step],
        here: &Here<'q>,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        match rest.split_first() {
            None => out.push(Item::Hit {
                value: value.clone(),
                many: here.many,
            }),
            Some((step, _)) if matches!(step.kind, Kind::Type(_)) => {
                if type_fits(step, value)? {
                    out.push(Item::Hit {
                        value: value.clone(),
                        many: false,
                    });
                }
            }
            Some((step, rest)) if matches!(step.kind, Kind::Parent) => {
                self.follow(rest, here, false, out)?;
            }
            Some((step, _)) if matches!(step.kind, Kind::Name) => {
                out.push(Item::Hit {
                    value: name.into(),
                    many: false,
                });
            }
            Some((step, rest)) => {
                if let Some(value) = value.get(&step.name) {
                    self.end(&step.name, &value, rest, here, out)?;
                }
            }
        }
        Ok(())
    }

    fn child(&self, here: &Here<'q>, value: &'q Value, name: Name, many: bool) -> Here<'q> {
        let place = self.keeps_place.then(|| {
            Rc::new(Place {
                name: name.clone(),
                above: here.place.clone(),
            })
        });
        Here {
            value,
            parent: Some(here.value),
            name,
            place,
            many,
        }
    }

    fn children(
        &mut self,
        here: &Here<'q>,
        each: &mut dyn FnMut(&mut Self, Here<'q>, &mut Vec<Item<'q>>) -> Done,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        match here.value {
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    let child = self.child(here, value, Name::Index(index), true);
                    each(self, child, out)?;
                }
            }
            Value::Object(object) => {
                for (key, value) in object.iter() {
                    let child = self.child(here, value, Name::Key(key.clone()), true);
                    each(self, child, out)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn slice(
        &mut self,
        (start, end, step): (f64, Option<f64>, f64),
        rest: &'q [Step],
        here: &Here<'q>,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        let Value::Array(items) = here.value else {
            return Ok(());
        };
        let length = items.len() as f64;
        let place = |at: f64| {
            if at < 0.0 {
                (at + length).max(0.0)
            } else {
                at.min(length)
            }
        };
        let (mut at, end) = (place(start), place(end.unwrap_or(length)));
        let many = Here {
            name: here.name.clone(),
            place: here.place.clone(),
            many: true,
            ..*here
        };
        while at < end {
            self.step(&Next::Index(at as usize), rest, &many, false, out)?;
            at += step;
        }
        Ok(())
    }

    fn keeps(&self, script: &Script, here: &Here<'q>, child: &Here<'q>) -> Result<bool, PathError> {
        let expression = script
            .expression
            .as_ref()
            .map_err(|message| PathError::new(&**message))?;
        let scope = Scope {
            value: child.value,
            property: child.name.value(),
            parent: here.parent,
            parent_property: here.name.value(),
            root: self.root,
            path: path_for(script, child.place.as_deref()),
        };
        expression
            .is_true(&scope)
            .map_err(|message| failed(script, &message))
    }

    fn dynamic(
        &mut self,
        script: &'q Script,
        rest: &'q [Step],
        here: &Here<'q>,
        out: &mut Vec<Item<'q>>,
    ) -> Done {
        let expression = script
            .expression
            .as_ref()
            .map_err(|message| PathError::new(&**message))?;
        let own = here
            .place
            .as_ref()
            .map_or(Name::None, |place| place.name.clone());
        let scope = Scope {
            value: here.value,
            property: if matches!(own, Name::None) {
                "$".into()
            } else {
                own.value()
            },
            parent: here.parent,
            parent_property: here.name.value(),
            root: self.root,
            path: path_for(script, here.place.as_deref()),
        };
        let key = expression
            .value(&scope)
            .map_err(|message| failed(script, &message))?;
        match key {
            // A text may be any kind of step, as if it stood in the path.
            Value::String(text) => {
                let made = Step::new(&text);
                match made.kind {
                    Kind::Member => self.try_member(&text, rest, here, true, out).map(|_| ()),
                    Kind::Children => self.children(
                        here,
                        &mut |query, child, out| query.follow(rest, &child, true, out),
                        out,
                    ),
                    Kind::Slice { start, end, step } => {
                        self.slice((start, end, step), rest, here, out)
                    }
                    _ => Err(PathError::new(format!(
                        "jsonPath: [(…)] made the step {text}, which it cannot"
                    ))),
                }
            }
            Value::Number(n) if matches!(here.value, Value::Array(items) if n >= 0.0 && n.fract() == 0.0 && n < items.len() as f64) => {
                self.step(&Next::Index(n as usize), rest, here, false, out)
            }
            other => self.step(&Next::Other(other), rest, here, false, out),
        }
    }

    /// Hits below that asked for their parent go on from here.
    fn resolve_parents(&mut self, start: usize, here: &Here<'q>, out: &mut Vec<Item<'q>>) -> Done {
        if !out[start..]
            .iter()
            .any(|item| matches!(item, Item::Parent { .. }))
        {
            return Ok(());
        }
        let below = out.split_off(start);
        for item in below {
            match item {
                Item::Parent { rest, place } => {
                    let parent = Here {
                        name: here.name.clone(),
                        place,
                        ..*here
                    };
                    self.follow(rest, &parent, false, out)?;
                }
                hit => out.push(hit),
            }
        }
        Ok(())
    }
}

fn path_for(script: &Script, place: Option<&Place>) -> Option<String> {
    script.code.contains("@path").then(|| {
        let mut path = String::new();
        if let Some(place) = place {
            place.write(&mut path);
        }
        path
    })
}

fn failed(script: &Script, message: &str) -> PathError {
    PathError::new(format!("jsonPath: {message}: {}", script.code))
}

/// JavaScript asks the name for `indexOf`, which an array has and a number has not.
fn not_a_name(key: &Value) -> Done {
    Err(PathError::new(match key {
        Value::Array(_) => return Ok(()),
        Value::Undefined | Value::Null => {
            format!(
                "Cannot read properties of {} (reading 'indexOf')",
                key.to_text()
            )
        }
        _ => "loc.indexOf is not a function".to_owned(),
    }))
}

/// Whether a type test passes; other steps do not.
fn type_fits(step: &Step, value: &Value) -> Result<bool, PathError> {
    let Kind::Type(name) = &step.kind else {
        return Ok(false);
    };
    let kind = value.kind();
    let object = matches!(kind, crate::Kind::Array | crate::Kind::Object);
    let finite = value.as_number().filter(|n| n.is_finite());
    Ok(match &**name {
        "scalar" => !object,
        "boolean" => kind == crate::Kind::Boolean,
        "string" => kind == crate::Kind::String,
        "undefined" => kind == crate::Kind::Undefined,
        "function" => false,
        "integer" => finite.is_some_and(|n| n.fract() == 0.0),
        "number" => finite.is_some(),
        "nonFinite" => kind == crate::Kind::Number && finite.is_none(),
        "object" => object,
        "array" => kind == crate::Kind::Array,
        "null" => kind == crate::Kind::Null,
        "other" => {
            return Err(PathError::new(
                "You must supply an otherTypeCallback callback option with the @other() operator.",
            ));
        }
        name => return Err(PathError::new(format!("Unknown value type {name}"))),
    })
}
