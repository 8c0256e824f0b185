//! Log lines: for people on a terminal, else one JSON object a line with Mockoon's names.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal, Write};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};
use wasmock_exchange::{Clock, TemplateError};
use wasmock_javascript::number::iso_date;

use crate::arguments::LogFormat;

/// Starts logging. `RUST_LOG` chooses levels, `info` without it.
pub(crate) fn start(format: LogFormat) {
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Human => false,
        LogFormat::Auto => !std::io::stdout().is_terminal(),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        registry.with(Lines { json: true, colours: false }).init();
    } else {
        let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        registry.with(Lines { json: false, colours }).init();
    }
}

/// Starts logging of warnings to standard error, for commands whose output is a result.
pub(crate) fn to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time();
    tracing_subscriber::registry().with(filter).with(layer).init();
}

/// Shows a template's error with its place.
pub(crate) fn template_error(source: &str, error: &TemplateError) {
    let mut stderr = std::io::stderr().lock();
    let TemplateError { message, line, column } = error;
    let _ = writeln!(stderr, "error: {message}");
    let Some(text) = source.lines().nth((*line as usize).wrapping_sub(1)) else { return };
    let _ = writeln!(stderr, "  at line {line}, column {column}:");
    let _ = writeln!(stderr, "  {text}");
    let _ = writeln!(stderr, "  {}^", " ".repeat((*column as usize).saturating_sub(1)));
}

/// The last words of a command that failed.
pub(crate) fn fatal(error: &dyn std::error::Error) {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (red, reset) = if colours { ("\x1b[31m", "\x1b[0m") } else { ("", "") };
    let mut stderr = std::io::stderr().lock();
    // Nobody reads standard error any more: there is nothing left to do about it.
    let _ = writeln!(stderr, "{red}error:{reset} {error}");
    let mut source = error.source();
    while let Some(error) = source {
        let _ = writeln!(stderr, "  because: {error}");
        source = error.source();
    }
}

/// Writes each event as one line to standard output.
struct Lines {
    json: bool,
    colours: bool,
}

/// The fields of a span or of an event.
#[derive(Debug, Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // A whole transaction comes as JSON, so that formatting it costs nothing elsewhere.
        let value = match field.name() {
            "transaction" => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
            _ => value.into(),
        };
        self.0.insert(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name(), value.into());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                for (name, value) in &outer.0 {
                    fields.0.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
        event.record(&mut fields);
        let level = *event.metadata().level();
        let line = if self.json { json_line(fields, level) } else { self.human_line(fields, level) };
        // A closed pipe must not end the server.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }
}

fn now() -> String {
    iso_date(Clock::system().now_ms()).unwrap_or_default()
}

fn json_line(Fields(mut fields): Fields, level: Level) -> String {
    let level = match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG | Level::TRACE => "debug",
    };
    fields.insert("app", "mockoon-server".into());
    fields.insert("level", level.into());
    fields.insert("timestamp", now().into());
    let mut line = serde_json::to_string(&fields).unwrap_or_default();
    line.push('\n');
    line
}

impl Lines {
    fn human_line(&self, Fields(mut fields): Fields, level: Level) -> String {
        let (name, colour) = match level {
            Level::ERROR => ("error", "31"),
            Level::WARN => ("warn ", "33"),
            Level::INFO => ("info ", "32"),
            Level::DEBUG | Level::TRACE => ("debug", "90"),
        };
        let message = match fields.remove("message") {
            Some(Value::String(message)) => message,
            other => other.unwrap_or_default().to_string(),
        };
        fields.remove("environmentUUID");
        let time = now();
        let time = time.get(11..23).unwrap_or_default();
        let mut line = if self.colours {
            format!("\x1b[90m{time}\x1b[0m \x1b[{colour}m{name}\x1b[0m {message}")
        } else {
            format!("{time} {name} {message}")
        };
        for (name, value) in &fields {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            line.push_str(&format!(" {name}={value}"));
        }
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_have_mockoons_names_in_order() {
        let fields = Fields(BTreeMap::from([
            ("message", "Server started on port 3000".into()),
            ("environmentName", "Shop".into()),
        ]));
        let line = json_line(fields, Level::INFO);
        let (start, _) = line.split_once("\"timestamp\"").unwrap();
        assert_eq!(
            start,
            r#"{"app":"mockoon-server","environmentName":"Shop","level":"info","message":"Server started on port 3000","#
        );
    }
}
