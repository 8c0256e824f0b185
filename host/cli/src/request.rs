//! A request as an author writes it: in a `.http` file, or as JSON or YAML.
//!
//! There is no route in a trial, so path parameters are given (`params`), and the query is what
//! the target says, without lists in brackets, unless `query` is given.

use std::borrow::Cow;
use std::path::Path;

use bytes::Bytes;
use serde_json::Value as Json;
use wasmock_exchange::{Exchange, Frame, Kind};
use wasmock_javascript::{Object, Value, json};

/// A request, or a message that came through one.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    kind: Kind,
    method: String,
    url: String,
    params: Value,
    query: Value,
    headers: Vec<(String, String)>,
    cookies: Value,
    body: Bytes,
    parsed: Value,
    message: Option<Frame>,
    sequence: u64,
}

impl Default for Request {
    fn default() -> Self {
        Self::new("GET", "/", Vec::new(), Bytes::new())
    }
}

impl Request {
    fn new(method: &str, url: &str, headers: Vec<(String, String)>, body: Bytes) -> Self {
        let cookie = headers.iter().find(|(name, _)| name == "cookie");
        Self {
            kind: Kind::Http,
            method: method.to_ascii_uppercase(),
            url: url.to_owned(),
            params: Value::object(Object::new()),
            query: pairs(url.split_once('?').map_or("", |(_, query)| query)),
            cookies: cookies(cookie.map_or("", |(_, value)| value)),
            parsed: parsed(&headers, &body),
            headers,
            body,
            message: None,
            sequence: 1,
        }
    }

    /// Reads a file: JSON when it is named so, else the `.http` notation.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn from_file(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {shown}: {error}"))?;
        let request = if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            serde_json::from_str(&text)
                .map_err(|error| format!("this is not JSON: {error}"))
                .and_then(|json| Self::from_json(&json))
        } else {
            Self::from_text(&text)
        };
        request.map_err(|error| format!("{shown}: {error}"))
    }

    /// `GET /path?query`, then headers, an empty line and the body; lines before that begin with
    /// `#` are comments, and a line `###` ends it.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn from_text(text: &str) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n");
        let mut lines = text
            .lines()
            .skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
        let first = lines.next().unwrap_or_default();
        let mut words = first.split_whitespace();
        let (method, url) = match (words.next(), words.next()) {
            (Some(method), Some(url)) => (method, url),
            (Some(url), None) if url.starts_with('/') => ("GET", url),
            _ => {
                return Err(format!(
                    "expected a request line such as `GET /users?page=2`, found `{first}`"
                ));
            }
        };
        let mut headers = Vec::new();
        for line in lines.by_ref() {
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| {
                format!("expected a header such as `Accept: text/plain`, found `{line}`")
            })?;
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let body: Vec<&str> = lines.take_while(|line| !line.starts_with("###")).collect();
        let body = body.join("\n").trim_end_matches('\n').to_owned();
        Ok(Self::new(method, url, headers, body.into()))
    }

    /// A text is the `.http` notation, an object has the parts.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn from_json(json: &Json) -> Result<Self, String> {
        let parts = match json {
            Json::String(text) => return Self::from_text(text),
            Json::Object(parts) => parts,
            _ => return Err("expected a request: a text such as `GET /`, or an object".to_owned()),
        };
        const KNOWN: [&str; 8] = [
            "method", "url", "path", "params", "query", "headers", "cookies", "body",
        ];
        if let Some(other) = parts.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(format!(
                "a request has no `{other}`; it has {}",
                KNOWN.join(", ")
            ));
        }
        let text = |name: &str| parts.get(name).and_then(Json::as_str);
        let url = text("url").or_else(|| text("path")).unwrap_or("/");
        let mut headers = Vec::new();
        for (name, value) in parts
            .get("headers")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let line = |value| (name.to_ascii_lowercase(), plain(value));
            headers.extend(values(value).iter().map(line));
        }
        let body = match parts.get("body") {
            None => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(value) => {
                if !headers.iter().any(|(name, _)| name == "content-type") {
                    headers.push(("content-type".to_owned(), "application/json".to_owned()));
                }
                value.to_string()
            }
        };
        let mut request = Self::new(text("method").unwrap_or("GET"), url, headers, body.into());
        let given = [
            ("params", &mut request.params),
            ("query", &mut request.query),
            ("cookies", &mut request.cookies),
        ];
        for (name, place) in given {
            if let Some(value) = parts.get(name) {
                *place = to_value(value);
            }
        }
        Ok(request)
    }

    /// The same request, its body read as JSON where no type says what it is.
    pub(crate) fn guessed(mut self) -> Self {
        if self.header("content-type").is_none() {
            self.parsed = json::parse_bytes(&self.body).unwrap_or_default();
        }
        self
    }

    /// The same request as the handshake of a WebSocket event.
    pub(crate) fn event(&self, kind: Kind, message: Option<Frame>, sequence: u64) -> Self {
        let body = message
            .as_ref()
            .map_or_else(Bytes::new, |frame| frame.payload().clone());
        Self {
            kind,
            parsed: std::str::from_utf8(&body)
                .ok()
                .and_then(|text| json::parse(text).ok())
                .unwrap_or_default(),
            body,
            message,
            sequence,
            ..self.clone()
        }
    }
}

/// JSON as a value of JavaScript.
pub(crate) fn to_value(json: &Json) -> Value {
    json::parse(&json.to_string()).unwrap_or_default()
}

/// A value of JavaScript as JSON; `undefined` is null.
pub(crate) fn to_json(value: &Value) -> Json {
    json::to_text(value)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or(Json::Null)
}

/// The values of a header: a list, or one that stands for itself.
pub(crate) fn values(json: &Json) -> &[Json] {
    json.as_array()
        .map_or(std::slice::from_ref(json), Vec::as_slice)
}

fn plain(json: &Json) -> String {
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}

fn parsed(headers: &[(String, String)], body: &Bytes) -> Value {
    let kind = headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map_or("", |(_, value)| value);
    if kind.contains("urlencoded") {
        return pairs(&String::from_utf8_lossy(body));
    }
    if kind.contains("json") {
        json::parse_bytes(body).unwrap_or_default()
    } else {
        Value::Undefined
    }
}

/// `a=1&b=2` as an object; repeated names become lists.
fn pairs(text: &str) -> Value {
    let mut object = Object::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let value = Value::text(value.into_owned());
        let value = match object.get(&name).cloned() {
            None => value,
            Some(Value::Array(items)) => {
                Value::array(items.iter().cloned().chain([value]).collect())
            }
            Some(first) => Value::array(vec![first, value]),
        };
        object.insert(name.into_owned(), value);
    }
    Value::object(object)
}

fn cookies(header: &str) -> Value {
    let mut object = Object::new();
    for (name, value) in header.split(';').filter_map(|pair| pair.split_once('=')) {
        object.insert(name.trim().to_owned(), Value::text(value.trim().to_owned()));
    }
    Value::object(object)
}

impl Exchange for Request {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn method(&self) -> &str {
        &self.method
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    fn params(&self) -> Value {
        self.params.clone()
    }

    fn query(&self) -> Value {
        self.query.clone()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| Cow::Borrowed(&**value))
    }

    fn headers(&self) -> Vec<(String, String)> {
        self.headers.clone()
    }

    fn cookies(&self) -> Value {
        self.cookies.clone()
    }

    fn body(&self) -> &Bytes {
        &self.body
    }

    fn parsed_body(&self) -> Value {
        self.parsed.clone()
    }

    fn message(&self) -> Option<&Frame> {
        self.message.as_ref()
    }

    fn connection(&self) -> Option<&str> {
        (self.kind != Kind::Http).then_some("trial")
    }

    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn id(&self) -> Cow<'_, str> {
        match self.kind {
            Kind::Http => "trial".into(),
            _ => format!("trial#{}", self.sequence).into(),
        }
    }

    fn remote_address(&self) -> Cow<'_, str> {
        "127.0.0.1".into()
    }

    fn hostname(&self) -> Cow<'_, str> {
        "localhost".into()
    }

    fn base_url(&self) -> String {
        "http://localhost:3000".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reads_from_text() {
        let text = "# a comment\nPOST /users?page=2&tag=a&tag=b HTTP/1.1\nContent-Type: application/json\nCookie: id=7\n\n{\"a\": 1}\n\n### the next\nGET /";
        let request = Request::from_text(text).unwrap();
        assert_eq!((request.method(), request.path()), ("POST", "/users"));
        assert_eq!(
            to_json(&request.query()),
            serde_json::json!({ "page": "2", "tag": ["a", "b"] })
        );
        assert_eq!(
            to_json(&request.parsed_body()),
            serde_json::json!({ "a": 1 })
        );
        assert_eq!(
            to_json(&request.cookies()),
            serde_json::json!({ "id": "7" })
        );
    }

    #[test]
    fn a_request_reads_from_parts_and_refuses_others() {
        let request = Request::from_json(&serde_json::json!({
            "method": "put", "url": "/a", "params": { "id": "1" }, "body": { "b": 2 }
        }));
        let request = request.unwrap();
        assert_eq!(to_json(&request.params()), serde_json::json!({ "id": "1" }));
        assert_eq!(&request.body()[..], b"{\"b\":2}");
        assert_eq!(
            request.header("Content-Type").as_deref(),
            Some("application/json")
        );
        assert!(
            Request::from_json(&serde_json::json!({ "boddy": 1 }))
                .unwrap_err()
                .contains("`boddy`")
        );
        assert!(Request::from_text("").is_err());
    }

    #[test]
    fn a_body_without_a_type_is_json_only_when_asked() {
        let request = Request::from_json(&serde_json::json!({ "body": "{\"a\": 1}" })).unwrap();
        assert!(request.parsed_body().is_undefined());
        let guessed = request.guessed().parsed_body();
        assert_eq!(to_json(&guessed), serde_json::json!({ "a": 1 }));
    }
}
