//! What is measured, in Rust.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasmock_plugin::{
    Arguments, Frame, Helper, IntoAnswer, Json, Result, Session, Value, answer, exchange,
};

#[derive(Serialize)]
struct Item {
    id: u32,
    name: String,
    price: f64,
    tags: [&'static str; 2],
}

/// About 1 KB of JSON: a text with a value put in, or objects.
fn respond() -> Result<()> {
    match exchange::header("x-kind") {
        Some(kind) if kind == "text" => {
            answer::set_header("Content-Type", "application/json");
            let words = "word ".repeat(200);
            answer::write_text(&format!(r#"{{"kind":"{kind}","words":"{words}"}}"#));
        }
        _ => Json(items()).write(),
    }
    Ok(())
}

fn items() -> Vec<Item> {
    let items = (0..14).map(|id| Item {
        id,
        name: format!("a thing with number {id}"),
        price: f64::from(id) * 1.25,
        tags: ["new", "sale"],
    });
    items.collect()
}

/// One header and one field of the body.
fn holds() -> Result<bool> {
    let kind = exchange::header("x-kind").unwrap_or_default();
    let id = exchange::body_at("id")?;
    Ok(kind == "order" && id.as_text() == Some("42"))
}

fn nothing(_: &Arguments) -> Result<Value> {
    Ok(Value::Undefined)
}

fn capitals(arguments: &Arguments) -> Result<Value> {
    Ok(arguments.text(0).to_uppercase().into())
}

const HELPERS: &[Helper] = &[
    Helper::new("nothing", "", "Nothing.", nothing),
    Helper::new("capitals", "text", "A text in capitals.", capitals),
];

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    count: u32,
}

impl Session for Counter {
    fn tick(&mut self) -> Result<Option<Duration>> {
        self.count += 1;
        answer::send(&Frame::Text(self.count.to_string()));
        Ok(Some(Duration::from_secs(1)))
    }
}

wasmock_plugin::export! {
    responder: respond,
    predicate: holds,
    helpers: HELPERS,
    session: Counter,
}
