//! Templates that are texts and look-ups and nothing more: printed here, without the plugin
//! that understands them.
//!
//! The plugin says so when it compiles the template; what a look-up finds that is not plainly a
//! text is left to it, exchange by exchange.

use wasmock_javascript::Value;
use wasmock_javascript::path::Path;

use crate::roles::{Part, Place, TemplateSummary};
use crate::{Exchange, Kind, limits};

/// A template that can be printed.
#[derive(Debug)]
pub struct Print {
    pieces: Box<[Piece]>,
    /// The bytes to make room for.
    room: usize,
}

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    LookUp { find: Find, escaped: bool },
}

#[derive(Debug)]
enum Find {
    Param(Box<str>),
    Query(Path),
    Body(Path),
    Header(Box<str>),
    Cookie(Box<str>),
}

/// Room for the value of a look-up.
const VALUE: usize = 24;

impl Print {
    /// The template behind a summary; none where only the plugin can render it.
    pub fn new(summary: TemplateSummary) -> Option<Self> {
        let parts = match summary.constant {
            Some(text) => vec![Part::Text(text)],
            None => summary.parts?,
        };
        let pieces: Box<[Piece]> = parts.into_iter().map(Piece::new).collect();
        let room = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::LookUp { .. } => VALUE,
        });
        Some(Self {
            room: room.sum(),
            pieces,
        })
    }

    /// The text for an exchange; none where the plugin must be asked.
    pub fn text(&self, exchange: &dyn Exchange) -> Option<String> {
        let mut out = String::with_capacity(self.room);
        let nothing = exchange.kind() == Kind::None;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::LookUp { .. } if nothing => return None,
                Piece::LookUp { find, escaped } => find.print(exchange, *escaped, &mut out)?,
            }
        }
        (out.len() <= limits::PRINTED).then_some(out)
    }
}

impl Piece {
    fn new(part: Part) -> Self {
        let look_up = match part {
            Part::Text(text) => return Self::Text(text.into()),
            Part::LookUp(look_up) => look_up,
        };
        let find = match look_up.place {
            Place::Param => Find::Param(look_up.at.into()),
            Place::Query => Find::Query(Path::parse(&look_up.at)),
            Place::Body => Find::Body(Path::parse(&look_up.at)),
            Place::Header => Find::Header(look_up.at.into()),
            Place::Cookie => Find::Cookie(look_up.at.into()),
        };
        Self::LookUp {
            find,
            escaped: look_up.escaped,
        }
    }
}

impl Find {
    fn print(&self, exchange: &dyn Exchange, escaped: bool, out: &mut String) -> Option<()> {
        let value = match self {
            Self::Param(name) => exchange.param(name),
            Self::Query(path) => path.get(&exchange.query()).ok()?,
            Self::Body(path) => match path.get(&exchange.parsed_body()).ok()? {
                Value::Undefined => return None,
                value => value,
            },
            Self::Header(name) => {
                return print_text(&exchange.header(name).unwrap_or_default(), escaped, out);
            }
            Self::Cookie(name) => exchange.cookies().get(name).unwrap_or_default(),
        };
        match &value {
            Value::Undefined => Some(()),
            Value::String(text) => print_text(text, escaped, out),
            Value::Number(_) | Value::Bool(_) => {
                out.push_str(&value.to_text());
                Some(())
            }
            _ => None,
        }
    }
}

fn print_text(text: &str, escaped: bool, out: &mut String) -> Option<()> {
    let special = |byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | b'`' | b'=');
    if escaped && text.bytes().any(special) {
        return None;
    }
    out.push_str(text);
    Some(())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::roles::LookUp;
    use wasmock_javascript::json;

    struct Asked;

    impl Exchange for Asked {
        fn kind(&self) -> Kind {
            Kind::Http
        }
        fn query(&self) -> Value {
            json::parse(r#"{"q":"a<b","list":["1"]}"#).unwrap()
        }
        fn parsed_body(&self) -> Value {
            json::parse(r#"{"n":1.5,"ok":false,"none":null}"#).unwrap()
        }
        fn header(&self, name: &str) -> Option<Cow<'_, str>> {
            (name == "x-a").then_some("1".into())
        }
    }

    fn printed(place: Place, at: &str, escaped: bool) -> Option<String> {
        let parts = vec![
            Part::Text("[".into()),
            Part::LookUp(LookUp {
                place,
                at: at.into(),
                escaped,
            }),
            Part::Text("]".into()),
        ];
        let summary = TemplateSummary {
            parts: Some(parts),
            ..TemplateSummary::default()
        };
        Print::new(summary)?.text(&Asked)
    }

    #[test]
    fn plain_values_are_printed_and_all_others_left_to_the_plugin() {
        for (place, at, escaped, text) in [
            (Place::Query, "q", false, Some("[a<b]")),
            (Place::Query, "q", true, None),
            (Place::Query, "missing", true, Some("[]")),
            (Place::Query, "list", false, None),
            (Place::Query, "list.0", true, Some("[1]")),
            (Place::Body, "n", true, Some("[1.5]")),
            (Place::Body, "ok", true, Some("[false]")),
            (Place::Body, "none", true, None),
            (Place::Body, "missing", true, None),
            (Place::Header, "x-a", true, Some("[1]")),
            (Place::Header, "x-b", true, Some("[]")),
        ] {
            assert_eq!(
                printed(place, at, escaped).as_deref(),
                text,
                "{place:?} {at}"
            );
        }
    }

    #[test]
    fn without_an_exchange_only_constants_are_printed() {
        let summary = |constant: Option<&str>| TemplateSummary {
            constant: constant.map(str::to_owned),
            ..TemplateSummary::default()
        };
        let print = Print::new(summary(Some("3"))).unwrap();
        assert_eq!(print.text(&crate::NoExchange).as_deref(), Some("3"));
        assert!(Print::new(summary(None)).is_none());
    }
}
