//! Templates that are texts and look-ups and nothing more, which a server can print by itself.
//!
//! A look-up here is a request helper with one written name or path. Its value may still turn
//! out to be something that only [`Template::render`](crate::Template::render) prints right.

use wasmock_javascript::Value;

use crate::escape_html;
use crate::language::program::{CallSite, Callee, Expr, Op, Program};

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A text.
    Text(String),
    /// What the request holds at a place.
    LookUp {
        /// What is read.
        place: Place,
        /// The name or the path.
        at: String,
        /// Whether the value is escaped for HTML.
        escaped: bool,
    },
}

/// What a look-up reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A parameter of the path.
    Param,
    /// The query.
    Query,
    /// The parsed body.
    Body,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// The parts of a program that has nothing else.
pub(crate) fn parts(program: &Program) -> Option<Vec<Part>> {
    if !program.main.inline.is_empty() {
        return None;
    }
    let parts = program.main.ops.iter().map(|op| match op {
        Op::Text(text) => Some(Part::Text(text.to_string())),
        Op::Print(Expr::Call(call)) => look_up(call, true),
        Op::PrintRaw(Expr::Call(call)) => look_up(call, false),
        Op::Print(Expr::Constant(value)) => constant(value, true),
        Op::PrintRaw(Expr::Constant(value)) => constant(value, false),
        _ => None,
    });
    parts.collect()
}

/// A constant as it is printed; lists are left to the renderer.
fn constant(value: &Value, escape: bool) -> Option<Part> {
    Some(Part::Text(match value {
        Value::String(text) if escape => {
            let mut out = String::new();
            escape_html(&mut out, text);
            out
        }
        Value::String(_) | Value::Safe(_) | Value::Number(_) | Value::Bool(_) => {
            value.to_text().into_owned()
        }
        _ => return None,
    }))
}

fn look_up(call: &CallSite, print_escapes: bool) -> Option<Part> {
    let (Callee::Helper(helper), [Expr::Constant(Value::String(at))], []) =
        (&call.callee, &*call.params, &*call.hash)
    else {
        return None;
    };
    // The empty path is the whole body, an empty name an error of its own.
    if at.is_empty() {
        return None;
    }
    let (place, escapes) = match helper.name {
        "urlParam" => (Place::Param, true),
        "queryParam" => (Place::Query, false),
        "body" => (Place::Body, false),
        "cookie" => (Place::Cookie, true),
        // A list, unlike all other headers.
        "header" if at.eq_ignore_ascii_case("set-cookie") => return None,
        "header" => (Place::Header, true),
        _ => return None,
    };
    Some(Part::LookUp {
        place,
        at: at.to_string(),
        escaped: escapes && print_escapes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NoLookup, Template};

    #[test]
    fn only_texts_and_simple_look_ups_are_parts() {
        let parts = |source: &str| Template::compile(source, &NoLookup).unwrap().parts();
        let look_up = |place, at: &str, escaped| Part::LookUp {
            place,
            at: at.into(),
            escaped,
        };
        assert_eq!(
            parts("a {{urlParam 'id'}}{{{header \"x\"}}} {{queryParam 'q.0'}}{{body '$.x'}}"),
            Some(vec![
                Part::Text("a ".into()),
                look_up(Place::Param, "id", true),
                look_up(Place::Header, "x", false),
                Part::Text(" ".into()),
                look_up(Place::Query, "q.0", false),
                look_up(Place::Body, "$.x", false),
            ])
        );
        for other in [
            "{{body}}",
            "{{body ''}}",
            "{{body 'a' 'b'}}",
            "{{body (concat 'a' (method))}}",
            "{{header 'Set-Cookie'}}",
            "{{urlParam id}}",
            "{{urlParam 'id' a=1}}",
            "{{now}}",
            "{{#if (body 'a')}}{{/if}}",
        ] {
            assert_eq!(parts(other), None, "{other}");
        }
    }
}
