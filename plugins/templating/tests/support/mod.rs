//! A host made of a JSON document, for tests: what the request holds and what time it is.

#![allow(dead_code, unreachable_pub, reason = "each test uses its part of this")]

use std::cell::Cell;

use wasmock_faker::{Faker, Method};
use wasmock_javascript::path::Path;
use wasmock_javascript::{Object, Value, json};
use wasmock_templating::{FakeError, Host};

thread_local! {
    /// The present of the faker at work.
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// The request and the surroundings of one case.
#[derive(Debug, Default)]
pub struct Double {
    /// The request; none: there is none.
    pub request: Option<Object>,
    /// The present.
    pub now: f64,
    /// Seconds east of Greenwich.
    pub offset: i32,
    /// The status that was set.
    pub status: Option<u16>,
    /// The sequence of fake data.
    pub faker: Option<Faker>,
    random: u64,
}

impl Double {
    /// A double for a case's `request` member.
    pub fn new(request: Option<&Value>) -> Self {
        let request = request.and_then(Value::as_object).cloned();
        Self {
            request,
            random: 0x9E37_79B9_7F4A_7C15,
            ..Self::default()
        }
    }

    fn member(&self, name: &str) -> Value {
        self.request
            .as_ref()
            .and_then(|request| request.get(name))
            .cloned()
            .unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        self.member(name).as_str().unwrap_or_default().to_owned()
    }

    fn inside(&self, name: &str, key: &str) -> Value {
        self.member(name)
            .as_object()
            .and_then(|o| o.get(key))
            .cloned()
            .unwrap_or_default()
    }

    fn at(&self, name: &str, path: &str) -> Result<Value, String> {
        let document = self.member(name);
        Path::parse(path)
            .get_or(&document, &Value::Undefined)
            .map_err(|error| error.to_string())
    }
}

impl Host for Double {
    fn has_request(&mut self) -> bool {
        self.request.is_some()
    }

    fn method(&mut self) -> String {
        self.text("method")
    }

    fn param(&mut self, name: &str) -> Value {
        self.inside("params", name)
    }

    fn params(&mut self) -> Value {
        self.member("params")
    }

    fn query_at(&mut self, path: &str) -> Result<Value, String> {
        self.at("query", path)
    }

    fn has_body(&mut self) -> bool {
        self.member("body").is_truthy()
    }

    fn body_at(&mut self, path: &str) -> Result<Value, String> {
        self.at("body", path)
    }

    fn body_text(&mut self) -> String {
        self.text("stringBody")
    }

    fn header(&mut self, name: &str) -> Value {
        self.inside("headers", &name.to_lowercase())
    }

    fn headers(&mut self) -> Value {
        self.member("headers")
    }

    fn cookie(&mut self, name: &str) -> Value {
        self.inside("cookies", name)
    }

    fn ip(&mut self) -> String {
        self.text("ip")
    }

    fn hostname(&mut self) -> Value {
        self.member("hostname")
    }

    fn base_url(&mut self) -> String {
        self.text("baseUrl")
    }

    fn set_status(&mut self, status: u16) {
        self.status = Some(status);
    }

    fn env_var(&mut self, name: &str) -> Option<String> {
        match name {
            "MOCKOON_TEST" | "TEST" => Some("test value".to_owned()),
            "MOCKOON_EMPTY" | "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn now_ms(&mut self) -> f64 {
        self.now
    }

    fn utc_offset(&mut self, _: f64) -> i32 {
        self.offset
    }

    fn fake(&mut self, method: &Method, args: &[Value]) -> Result<Value, FakeError> {
        NOW.set(self.now);
        if self.faker.is_none() {
            self.faker = Faker::new(Some(42), || 0, "en").ok();
        }
        match &mut self.faker {
            Some(faker) => wasmock_templating::fake(faker, method, args, || NOW.get()),
            None => Err(FakeError::Unknown),
        }
    }

    fn random_bits(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

/// The cases of a file: a list of objects.
pub fn cases(text: &str) -> Vec<Object> {
    let Ok(Value::Array(cases)) = json::parse(text) else {
        return Vec::new();
    };
    cases.iter().filter_map(Value::as_object).cloned().collect()
}
