//! From a schema to its checks, with Ajv's strictness.

use std::collections::HashMap;

use wasmock_javascript::{Object, Text, Value, regex};

use super::format::Format;
use super::{Bound, Check, Counted, Id, Node, Schema, Types};

/// How deeply schemas and the references between them may nest.
const MAX_DEPTH: usize = 200;

type Compiled<T> = Result<T, String>;

pub(super) fn compile(schema: &Value) -> Compiled<Schema> {
    let mut compiler = Compiler {
        root: schema,
        ids: HashMap::new(),
        nodes: Vec::new(),
        references: HashMap::new(),
        depth: 0,
    };
    collect_ids(schema, &mut compiler.ids, 0);
    let root = compiler.schema(schema)?;
    Ok(Schema {
        nodes: compiler.nodes,
        root,
    })
}

/// Keywords that say something about a schema and check nothing.
const NOTES: [&str; 17] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "$vocabulary",
    "definitions",
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "examples",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
    "nullable",
];

struct Compiler<'s> {
    root: &'s Value,
    ids: HashMap<Text, &'s Value>,
    nodes: Vec<Node>,
    /// What references lead to, compiled once, so that a schema may contain itself.
    references: HashMap<String, Id>,
    depth: usize,
}

fn collect_ids<'s>(value: &'s Value, ids: &mut HashMap<Text, &'s Value>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Object(object) => {
            if let Some(Value::String(id)) = object.get("$id") {
                ids.insert(id.trim_end_matches('#').into(), value);
            }
            object
                .values()
                .for_each(|inner| collect_ids(inner, ids, depth + 1));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|inner| collect_ids(inner, ids, depth + 1)),
        _ => {}
    }
}

impl<'s> Compiler<'s> {
    fn schema(&mut self, schema: &'s Value) -> Compiled<Id> {
        let id = self.nodes.len();
        self.nodes.push(Node::Always(false));
        self.fill(id, schema)?;
        Ok(id)
    }

    fn fill(&mut self, id: Id, schema: &'s Value) -> Compiled<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the schema nests too deeply".into());
        }
        self.nodes[id] = match schema {
            Value::Bool(answer) => Node::Always(*answer),
            Value::Object(keywords) => Node::All(self.checks(keywords)?),
            _ => return Err("a schema must be an object or a boolean".into()),
        };
        self.depth -= 1;
        Ok(())
    }

    fn checks(&mut self, keywords: &'s Object) -> Compiled<Vec<Check>> {
        let mut checks = Vec::new();
        notes(keywords)?;
        if let Some(types) = types(keywords)? {
            checks.push(Check::Type(types));
        }
        for (keyword, value) in keywords.iter() {
            if let Some(check) = self.check(keyword, value, keywords)? {
                checks.push(check);
            }
        }
        let named = keywords.contains_key("properties")
            || keywords.contains_key("patternProperties")
            || keywords.contains_key("additionalProperties");
        if named {
            checks.push(self.members(keywords)?);
        }
        if let Some(Value::Object(all)) = keywords.get("dependencies") {
            for (name, needs) in all.iter() {
                checks.push(match needs {
                    Value::Array(_) => {
                        Check::NeedsMembers(name.clone(), names("dependencies", needs)?)
                    }
                    schema => Check::NeedsSchema(name.clone(), self.schema(schema)?),
                });
            }
        }
        Ok(checks)
    }

    fn check(
        &mut self,
        keyword: &str,
        value: &'s Value,
        all: &'s Object,
    ) -> Compiled<Option<Check>> {
        use Counted::{Characters, Items, Members};
        Ok(Some(match keyword {
            "minimum" => Check::Number(Bound::Minimum, number(keyword, value)?),
            "maximum" => Check::Number(Bound::Maximum, number(keyword, value)?),
            "exclusiveMinimum" => Check::Number(Bound::Above, number(keyword, value)?),
            "exclusiveMaximum" => Check::Number(Bound::Below, number(keyword, value)?),
            "multipleOf" => match number(keyword, value)? {
                divisor if divisor > 0.0 => Check::MultipleOf(divisor),
                _ => return Err("multipleOf must be greater than 0".into()),
            },
            "minLength" => Check::Length(Characters, Bound::Minimum, count(keyword, value)?),
            "maxLength" => Check::Length(Characters, Bound::Maximum, count(keyword, value)?),
            "minItems" => Check::Length(Items, Bound::Minimum, count(keyword, value)?),
            "maxItems" => Check::Length(Items, Bound::Maximum, count(keyword, value)?),
            "minProperties" => Check::Length(Members, Bound::Minimum, count(keyword, value)?),
            "maxProperties" => Check::Length(Members, Bound::Maximum, count(keyword, value)?),
            "pattern" => Check::Pattern(pattern(text(keyword, value)?)?),
            "format" => Check::Format(Format::named(text(keyword, value)?)?),
            "formatMinimum" => format_bound(Bound::Minimum, keyword, value, all)?,
            "formatMaximum" => format_bound(Bound::Maximum, keyword, value, all)?,
            "formatExclusiveMinimum" => format_bound(Bound::Above, keyword, value, all)?,
            "formatExclusiveMaximum" => format_bound(Bound::Below, keyword, value, all)?,
            "const" => Check::Const(value.clone()),
            "enum" => Check::Enum(one_or_more(keyword, value)?.to_vec()),
            "required" => Check::Required(names(keyword, value)?),
            "propertyNames" => Check::MemberNames(self.schema(value)?),
            "items" => match value {
                Value::Array(items) => {
                    let items = self.list(items)?;
                    let others = all
                        .get("additionalItems")
                        .map(|others| self.schema(others))
                        .transpose()?;
                    Check::Tuple(items, others)
                }
                schema => Check::Items(self.schema(schema)?),
            },
            "additionalItems" if matches!(all.get("items"), Some(Value::Array(_))) => {
                return Ok(None);
            }
            "contains" => Check::Contains(self.schema(value)?),
            "uniqueItems" => match value {
                Value::Bool(true) => Check::Unique,
                Value::Bool(false) => return Ok(None),
                _ => return Err("uniqueItems must be a boolean".into()),
            },
            "allOf" => Check::AllOf(self.list(one_or_more(keyword, value)?)?),
            "anyOf" => Check::AnyOf(self.list(one_or_more(keyword, value)?)?),
            "oneOf" => Check::OneOf(self.list(one_or_more(keyword, value)?)?),
            "not" => Check::Not(self.schema(value)?),
            "if" => {
                let (then, or) = (all.get("then"), all.get("else"));
                if then.is_none() && or.is_none() {
                    return Err("\"if\" without \"then\" and \"else\" has no effect".into());
                }
                let test = self.schema(value)?;
                let then = then.map(|then| self.schema(then)).transpose()?;
                let or = or.map(|or| self.schema(or)).transpose()?;
                Check::If(test, then, or)
            }
            "then" | "else" if all.contains_key("if") => return Ok(None),
            "$ref" => Check::Ref(self.reference(text(keyword, value)?)?),
            "type" | "properties" | "patternProperties" | "additionalProperties" => {
                return Ok(None);
            }
            "dependencies" if value.as_object().is_some() => return Ok(None),
            "id" => return Err("use \"$id\" in place of \"id\"".into()),
            "additionalItems" | "then" | "else" => {
                return Err(format!("\"{keyword}\" has no effect here"));
            }
            note if NOTES.contains(&note) => return Ok(None),
            unknown => return Err(format!("unknown keyword: \"{unknown}\"")),
        }))
    }

    fn list(&mut self, schemas: &'s [Value]) -> Compiled<Vec<Id>> {
        schemas.iter().map(|schema| self.schema(schema)).collect()
    }

    fn members(&mut self, keywords: &'s Object) -> Compiled<Check> {
        let mut named = Vec::new();
        for (name, schema) in object("properties", keywords.get("properties"))? {
            named.push((name.clone(), self.schema(schema)?));
        }
        let mut patterns = Vec::new();
        let mut checks_something = false;
        for (source, schema) in object("patternProperties", keywords.get("patternProperties"))? {
            checks_something |= !is_always_valid(schema);
            patterns.push((pattern(source)?, self.schema(schema)?));
        }
        let both = named
            .iter()
            .find(|(name, _)| patterns.iter().any(|(pattern, _)| pattern.is_match(name)));
        if let Some((name, _)) = both.filter(|_| checks_something) {
            return Err(format!("the property {name} also matches a pattern"));
        }
        let others = keywords
            .get("additionalProperties")
            .map(|schema| self.schema(schema))
            .transpose()?;
        Ok(Check::Members {
            named,
            patterns,
            others,
        })
    }

    fn reference(&mut self, reference: &str) -> Compiled<Id> {
        if let Some(id) = self.references.get(reference) {
            return Ok(*id);
        }
        let target = self
            .resolve(reference)
            .ok_or_else(|| format!("cannot resolve the reference {reference}"))?;
        let id = self.nodes.len();
        self.nodes.push(Node::Always(false));
        self.references.insert(reference.to_owned(), id);
        self.fill(id, target)?;
        Ok(id)
    }

    fn resolve(&self, reference: &str) -> Option<&'s Value> {
        if let Some(whole) = self.ids.get(reference.trim_end_matches('#')) {
            return Some(whole);
        }
        let (document, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let root = if document.is_empty() {
            self.root
        } else {
            self.ids.get(document)?
        };
        if pointer.is_empty() {
            return Some(root);
        }
        let pointer = percent_encoding::percent_decode_str(pointer)
            .decode_utf8()
            .ok()?;
        pointer
            .strip_prefix('/')?
            .split('/')
            .try_fold(root, |place, name| {
                let name = name.replace("~1", "/").replace("~0", "~");
                match place {
                    Value::Object(object) => object.get(&name),
                    Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                    _ => None,
                }
            })
    }
}

fn is_always_valid(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => keywords.is_empty(),
        other => *other == Value::Bool(true),
    }
}

fn notes(keywords: &Object) -> Compiled<()> {
    for keyword in [
        "$id",
        "$comment",
        "title",
        "description",
        "contentMediaType",
        "contentEncoding",
    ] {
        if keywords
            .get(keyword)
            .is_some_and(|value| value.as_str().is_none())
        {
            return Err(format!("{keyword} must be a string"));
        }
    }
    match keywords.get("$schema") {
        None => Ok(()),
        Some(Value::String(schema)) => {
            let known = [
                "http://json-schema.org/draft-07/schema",
                "http://json-schema.org/schema",
            ];
            let schema = schema.strip_suffix('#').unwrap_or(schema);
            if known.contains(&schema) {
                Ok(())
            } else {
                Err(format!("the dialect {schema} is not known"))
            }
        }
        Some(_) => Err("$schema must be a string".into()),
    }
}

fn types(keywords: &Object) -> Compiled<Option<Types>> {
    let nullable = match keywords.get("nullable") {
        None => None,
        Some(Value::Bool(nullable)) => Some(*nullable),
        Some(_) => return Err("nullable must be a boolean".into()),
    };
    let mut types = Types::default();
    match keywords.get("type") {
        None if nullable.is_some() => return Err("\"nullable\" needs \"type\"".into()),
        None => return Ok(None),
        Some(Value::Array(all)) if !all.is_empty() => {
            for (at, one) in all.iter().enumerate() {
                if all[..at].contains(one) {
                    return Err("type names a type twice".into());
                }
                types.add(one)?;
            }
        }
        Some(one) => types.add(one)?,
    }
    types.null |= nullable == Some(true);
    Ok(Some(types))
}

impl Types {
    fn add(&mut self, name: &Value) -> Compiled<()> {
        let flag = match name.as_str() {
            Some("null") => &mut self.null,
            Some("boolean") => &mut self.boolean,
            Some("string") => &mut self.string,
            Some("number") => &mut self.number,
            Some("integer") => &mut self.integer,
            Some("array") => &mut self.array,
            Some("object") => &mut self.object,
            _ => return Err(format!("there is no type {}", name.to_text())),
        };
        *flag = true;
        Ok(())
    }
}

fn number(keyword: &str, value: &Value) -> Compiled<f64> {
    value
        .as_number()
        .ok_or_else(|| format!("{keyword} must be a number"))
}

fn count(keyword: &str, value: &Value) -> Compiled<usize> {
    match value.as_number() {
        Some(n) if n >= 0.0 && n.fract() == 0.0 => Ok(n as usize),
        _ => Err(format!("{keyword} must be a whole number")),
    }
}

fn text<'v>(keyword: &str, value: &'v Value) -> Compiled<&'v str> {
    value
        .as_str()
        .ok_or_else(|| format!("{keyword} must be a string"))
}

fn one_or_more<'v>(keyword: &str, value: &'v Value) -> Compiled<&'v [Value]> {
    match value.as_array() {
        Some(items) if !items.is_empty() => {
            if keyword == "enum" && !super::check::all_differ(items) {
                return Err("enum has an item twice".into());
            }
            Ok(items)
        }
        _ => Err(format!("{keyword} must be an array with an item")),
    }
}

fn names(keyword: &str, value: &Value) -> Compiled<Vec<Text>> {
    let wrong = || format!("{keyword} must be an array of different strings");
    let items = value.as_array().ok_or_else(wrong)?;
    if !super::check::all_differ(items) {
        return Err(wrong());
    }
    items
        .iter()
        .map(|item| item.as_str().map(Text::from).ok_or_else(wrong))
        .collect()
}

fn object<'v>(
    keyword: &str,
    value: Option<&'v Value>,
) -> Compiled<impl Iterator<Item = (&'v Text, &'v Value)>> {
    let members = match value {
        None => None,
        Some(Value::Object(object)) => Some(object.iter()),
        Some(_) => return Err(format!("{keyword} must be an object")),
    };
    Ok(members.into_iter().flatten())
}

fn pattern(source: &str) -> Compiled<::regex::Regex> {
    regex::compile(source, "u").map_err(|problem| format!("{source}: {problem}"))
}

fn format_bound(bound: Bound, keyword: &str, value: &Value, all: &Object) -> Compiled<Check> {
    let Some(name) = all.get("format") else {
        return Err(format!("{keyword} needs \"format\""));
    };
    let format = Format::named(text("format", name)?)?;
    if !format.is_ordered() {
        return Err(format!("values of this format have no order for {keyword}"));
    }
    Ok(Check::FormatBound(
        format,
        bound,
        text(keyword, value)?.into(),
    ))
}
