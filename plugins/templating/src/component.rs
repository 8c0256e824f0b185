//! The component: the `templates` role over the contract's imports.
//!
//! An instance keeps the templates it has compiled and may forget them. The sequence of fake
//! data is the server's when there is a seed, so that instances continue each other; without a
//! seed every instance draws its own, which saves the calls.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use wasmock_faker::{Faker, Method};
use wasmock_javascript::{Object, Text, Value, json};
use wasmock_plugin::{
    Effects as Flags, Lifecycle, LookUp, Part as WirePart, Place as WirePlace, Summary,
    TemplateError, Templates, Value as Wire, answer, clock, configuration, documents, exchange,
    helpers, log, random, rendering,
};

use crate::{Effects, External, FakeError, Host, Lookup, Part, Place, Template, fake};

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

const LIFECYCLE: Lifecycle = wasmock_plugin::lifecycle!()
    .configure(configure)
    .schema(r#"{"type":"object","properties":{"variablesPrefix":{"type":"string"},"locale":{"type":"string"}}}"#);

wasmock_plugin::export! {
    templates: Handlebars,
    lifecycle: LIFECYCLE,
}

/// How many templates an instance remembers before it starts again.
const REMEMBERED: usize = 4096;

/// How many values of an exchange a rendering remembers; looking for one must stay cheap.
const REMEMBERED_VALUES: usize = 16;

thread_local! {
    static TEMPLATES: RefCell<HashMap<u64, Rc<Template>>> = RefCell::new(HashMap::new());
    static FAKER: RefCell<Option<Faker>> = const { RefCell::new(None) };
    /// What the names of environment variables begin with, and need not be written.
    static PREFIX: RefCell<String> = const { RefCell::new(String::new()) };
}

fn configure(text: &str) -> wasmock_plugin::Result<()> {
    let configuration = json::parse(text).map_err(|error| error.to_string())?;
    let entry = |name| configuration.get(name).unwrap_or_default();
    if let Some(prefix) = entry("variablesPrefix").as_str() {
        PREFIX.set(prefix.to_owned());
    }
    if let Some(locale) = entry("locale").as_str()
        && !wasmock_faker::locales().any(|known| known == locale)
    {
        let known: Vec<&str> = wasmock_faker::locales().collect();
        Err(format!(
            "Invalid Faker.js locale. There is no `{locale}`; there are {}.",
            known.join(", ")
        ))?;
    }
    Ok(())
}

struct Handlebars;

impl Templates for Handlebars {
    fn compile(number: u64) -> Result<Summary, TemplateError> {
        let template = template(number)?;
        Ok(Summary {
            constant: template.constant(),
            effects: flags(template.effects()),
            unknown: template
                .unknown()
                .map(|(name, ..)| name.to_owned())
                .collect(),
            parts: template
                .parts()
                .map(|parts| parts.into_iter().map(part).collect()),
        })
    }

    fn render(number: u64) -> Result<String, TemplateError> {
        let template = template(number)?;
        let rendered = template.render(&mut Outside::default());
        rendered.map_err(|error| failure(error.message(), 0, 0))
    }
}

fn failure(message: &str, line: u32, column: u32) -> TemplateError {
    TemplateError {
        message: message.to_owned(),
        line,
        column,
    }
}

fn template(number: u64) -> Result<Rc<Template>, TemplateError> {
    let known = TEMPLATES.with_borrow(|templates| templates.get(&number).cloned());
    if let Some(template) = known {
        return Ok(template);
    }
    let source = rendering::source(number)
        .ok_or_else(|| failure("There is no template of this number", 0, 0))?;
    let template = Template::compile(&source, &Others)
        .map_err(|error| failure(&error.message, error.line, error.column))?;
    let template = Rc::new(template);
    TEMPLATES.with_borrow_mut(|templates| {
        if templates.len() >= REMEMBERED {
            templates.clear();
        }
        templates.insert(number, template.clone());
    });
    Ok(template)
}

fn part(part: Part) -> WirePart {
    let (place, at, escaped) = match part {
        Part::Text(text) => return WirePart::Text(text),
        Part::LookUp { place, at, escaped } => (place, at, escaped),
    };
    WirePart::LookUp(LookUp {
        place: match place {
            Place::Param => WirePlace::Param,
            Place::Query => WirePlace::Query,
            Place::Body => WirePlace::Body,
            Place::Header => WirePlace::Header,
            Place::Cookie => WirePlace::Cookie,
        },
        at,
        escaped,
    })
}

fn flags(effects: Effects) -> Flags {
    let mut flags = Flags::empty();
    for (effect, flag) in [
        (Effects::READS_EXCHANGE, Flags::READS_EXCHANGE),
        (Effects::WRITES_STATE, Flags::WRITES_STATE),
        (Effects::DRAWS_RANDOM, Flags::DRAWS_RANDOM),
    ] {
        if effects.contains(effect) {
            flags |= flag;
        }
    }
    flags
}

/// The helpers of other plugins.
struct Others;

impl Lookup for Others {
    fn helper(&self, name: &str) -> Option<External> {
        let found = helpers::find(name)?;
        let mut effects = Effects::PLAIN;
        for (flag, effect) in [
            (Flags::READS_EXCHANGE, Effects::READS_EXCHANGE),
            (Flags::WRITES_STATE, Effects::WRITES_STATE),
            (Flags::DRAWS_RANDOM, Effects::DRAWS_RANDOM),
        ] {
            if found.effects.contains(flag) {
                effects |= effect;
            }
        }
        Some(External {
            id: found.id,
            effects,
            block: found.block,
        })
    }
}

/// The rendering in progress.
#[derive(Default)]
struct Outside {
    /// The documents that were copied in, so that they go back as references.
    copied: Vec<(Value, u64)>,
    /// What the exchange was asked for: a template often names the same thing again, and the
    /// exchange stays as it is.
    asked: Vec<(Place, Box<str>, Value)>,
}

impl Outside {
    /// What the exchange holds at a place, asked for once.
    fn once(
        &mut self,
        place: Place,
        at: &str,
        ask: impl FnOnce(&str) -> Result<Wire, String>,
    ) -> Result<Value, String> {
        let known = self
            .asked
            .iter()
            .find(|(known, name, _)| *known == place && **name == *at);
        if let Some((_, _, value)) = known {
            return Ok(value.clone());
        }
        let wire = ask(at)?;
        let value = self.value(wire);
        if self.asked.len() < REMEMBERED_VALUES {
            self.asked.push((place, at.into(), value.clone()));
        }
        Ok(value)
    }

    fn value(&mut self, wire: Wire) -> Value {
        match wire {
            Wire::Undefined => Value::Undefined,
            Wire::Null => Value::Null,
            Wire::Boolean(boolean) => Value::Bool(boolean),
            Wire::Number(number) => Value::Number(number),
            Wire::Text(text) => Value::from(text),
            Wire::SafeText(text) => Value::safe(text),
            Wire::Json(text) => json::parse(&text).unwrap_or_default(),
            Wire::Reference(document) => {
                let known = self.copied.iter().find(|(_, copied)| *copied == document);
                if let Some((value, _)) = known {
                    return value.clone();
                }
                let value = json::parse(&documents::to_text(document)).unwrap_or_default();
                self.copied.push((value.clone(), document));
                value
            }
        }
    }

    fn wire(&self, value: &Value) -> Wire {
        match value {
            Value::Undefined => Wire::Undefined,
            Value::Null => Wire::Null,
            Value::Bool(boolean) => Wire::Boolean(*boolean),
            Value::Number(number) => Wire::Number(*number),
            Value::String(text) => Wire::Text(text.to_string()),
            Value::Safe(text) => Wire::SafeText(text.to_string()),
            Value::Date(_) => Wire::Text(value.to_text().into_owned()),
            Value::Array(_) | Value::Object(_) => {
                match self
                    .copied
                    .iter()
                    .find(|(copied, _)| copied.strict_eq(value))
                {
                    Some((_, document)) => Wire::Reference(*document),
                    None => json::to_text(value).map_or(Wire::Undefined, Wire::Json),
                }
            }
        }
    }
}

impl Host for Outside {
    fn has_request(&mut self) -> bool {
        exchange::kind() != exchange::ExchangeKind::None
    }

    fn method(&mut self) -> String {
        exchange::method()
    }

    fn param(&mut self, name: &str) -> Value {
        let param = |name: &str| Ok(exchange::param(name));
        self.once(Place::Param, name, param).unwrap_or_default()
    }

    fn params(&mut self) -> Value {
        let wire = exchange::params();
        self.value(wire)
    }

    fn query_at(&mut self, path: &str) -> Result<Value, String> {
        self.once(Place::Query, path, exchange::query_at)
    }

    fn has_body(&mut self) -> bool {
        match exchange::body_at("") {
            Ok(Wire::Reference(_) | Wire::Json(_)) => true,
            Ok(scalar) => self.value(scalar).is_truthy(),
            Err(_) => false,
        }
    }

    fn body_at(&mut self, path: &str) -> Result<Value, String> {
        self.once(Place::Body, path, exchange::body_at)
    }

    fn body_text(&mut self) -> String {
        exchange::body_text()
    }

    fn header(&mut self, name: &str) -> Value {
        if name.eq_ignore_ascii_case("set-cookie") {
            let all = exchange::header_all(name);
            return if all.is_empty() {
                Value::Undefined
            } else {
                all.into_iter().map(Value::from).collect()
            };
        }
        let header = |name: &str| Ok(exchange::header(name).map_or(Wire::Undefined, Wire::Text));
        self.once(Place::Header, name, header).unwrap_or_default()
    }

    fn headers(&mut self) -> Value {
        let mut object = Object::new();
        for (name, _) in exchange::headers() {
            if !object.contains_key(&name) {
                let value = self.header(&name);
                object.insert(name, value);
            }
        }
        Value::object(object)
    }

    fn cookie(&mut self, name: &str) -> Value {
        let cookie = |name: &str| Ok(exchange::cookie(name));
        self.once(Place::Cookie, name, cookie).unwrap_or_default()
    }

    fn ip(&mut self) -> String {
        exchange::remote_address()
    }

    fn hostname(&mut self) -> Value {
        Value::from(exchange::hostname())
    }

    fn base_url(&mut self) -> String {
        exchange::base_url()
    }

    fn set_status(&mut self, status: u16) {
        answer::set_status(status);
    }

    fn call_helper(
        &mut self,
        id: u32,
        args: &[Value],
        named: &[(Text, Value)],
    ) -> Result<Value, String> {
        let args: Vec<Wire> = args.iter().map(|value| self.wire(value)).collect();
        let named: Vec<(String, Wire)> = named
            .iter()
            .map(|(key, value)| (key.to_string(), self.wire(value)))
            .collect();
        helpers::call(id, &args, &named).map(|wire| self.value(wire))
    }

    fn fake(&mut self, method: &Method, args: &[Value]) -> Result<Value, FakeError> {
        FAKER.with_borrow_mut(|slot| {
            if slot.is_none() {
                let locale = random::locale();
                let made = match random::seeded() {
                    true => Faker::sharing(random::draw, &locale),
                    false => Faker::new(None, random::bits, &locale),
                };
                *slot = Some(made.map_err(|error| FakeError::Failed(error.to_string()))?);
            }
            match slot {
                Some(faker) => fake::fake(faker, method, args, clock::now),
                None => Err(FakeError::Unknown),
            }
        })
    }

    fn env_var(&mut self, name: &str) -> Option<String> {
        PREFIX.with_borrow(|prefix| match name.starts_with(prefix.as_str()) {
            true => configuration::variable(name),
            false => configuration::variable(&format!("{prefix}{name}")),
        })
    }

    fn now_ms(&mut self) -> f64 {
        clock::now()
    }

    fn utc_offset(&mut self, at_ms: f64) -> i32 {
        clock::utc_offset(at_ms)
    }

    fn zone_name(&mut self, at_ms: f64) -> String {
        clock::zone_name(at_ms)
    }

    fn random_bits(&mut self) -> u64 {
        random::bits()
    }

    fn log(&mut self, line: &str) {
        log::write(log::Level::Info, line);
    }
}
