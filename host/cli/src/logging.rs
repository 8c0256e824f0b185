//! Log lines: for people on a terminal, else one JSON object a line with Mockoon's names.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
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
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    registry
        .with(Lines {
            json,
            colours,
            out: Output::new(),
        })
        .init();
}

/// Starts logging of warnings to standard error, for commands whose output is a result.
pub(crate) fn to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .without_time();
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .init();
}

/// Shows a template's error with its place.
pub(crate) fn template_error(source: &str, error: &TemplateError) {
    let mut stderr = std::io::stderr().lock();
    let TemplateError {
        message,
        line,
        column,
    } = error;
    let _ = writeln!(stderr, "error: {message}");
    let Some(text) = source.lines().nth((*line as usize).wrapping_sub(1)) else {
        return;
    };
    let _ = writeln!(stderr, "  at line {line}, column {column}:");
    let _ = writeln!(stderr, "  {text}");
    let _ = writeln!(
        stderr,
        "  {}^",
        " ".repeat((*column as usize).saturating_sub(1))
    );
}

/// The last words of a command that failed.
pub(crate) fn fatal(error: &dyn std::error::Error) {
    problem(&error.to_string());
    let mut stderr = std::io::stderr().lock();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = writeln!(stderr, "  because: {error}");
        source = error.source();
    }
}

/// Prints an error after which the command goes on.
pub(crate) fn problem(problem: &str) {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (red, reset) = if colours {
        ("\x1b[31m", "\x1b[0m")
    } else {
        ("", "")
    };
    // Nobody reads standard error any more: there is nothing left to do about it.
    let _ = writeln!(std::io::stderr().lock(), "{red}error:{reset} {problem}");
}

/// Writes each event as one line to standard output.
struct Lines {
    json: bool,
    colours: bool,
    out: Output,
}

/// The fields of an event, by name. Values are JSON texts, one after the other in one buffer:
/// a line for every request must not cost an allocation for every field.
#[derive(Debug, Default)]
struct Fields {
    names: Vec<(&'static str, Range<usize>)>,
    values: Vec<u8>,
    /// Where a value that only formats itself is written first.
    text: String,
}

impl Fields {
    fn clear(&mut self) {
        self.names.clear();
        self.values.clear();
    }

    fn add(&mut self, name: &'static str, value: &(impl serde::Serialize + ?Sized)) {
        let start = self.values.len();
        // Writing to memory does not fail, nor does the JSON of a scalar.
        let _ = serde_json::to_writer(&mut self.values, value);
        self.names.push((name, start..self.values.len()));
    }

    /// A value that is a JSON text already.
    fn add_json(&mut self, name: &'static str, text: &str) {
        let start = self.values.len();
        self.values.extend_from_slice(text.as_bytes());
        self.names.push((name, start..self.values.len()));
    }

    /// The fields in the order of their names, as Mockoon's logger has them.
    fn sorted(&mut self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.names.sort_unstable_by_key(|(name, _)| *name);
        self.names
            .iter()
            .map(|(name, range)| (*name, &self.values[range.clone()]))
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Format arguments arrive here; most are plain text already.
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        // Writing to a string does not fail, and what a value says of itself counts.
        let _ = write!(text, "{value:?}");
        self.add(field.name(), text.as_str());
        self.text = text;
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            name @ ("transaction" | "inflightRequest") => self.add_json(name, value),
            name => self.add(name, value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), &value);
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        thread_local! {
            static SCRATCH: RefCell<(Fields, Vec<u8>)> = RefCell::default();
        }
        SCRATCH.with_borrow_mut(|(fields, line)| {
            fields.clear();
            line.clear();
            event.record(fields);
            let level = *event.metadata().level();
            match self.json {
                true => json_line(fields, level, line),
                false => human_line(fields, level, self.colours, line),
            }
            self.out.write(line, level <= Level::WARN);
        });
    }
}

/// Standard output behind a buffer. A thread of its own writes what has gathered, so that a
/// request pays for no system call; what matters to people is written at once.
struct Output {
    shared: Arc<(Mutex<Vec<u8>>, Condvar)>,
}

/// A buffer of this size is written by whoever finds it.
const BUFFERED: usize = 64 << 10;

impl Output {
    fn new() -> Self {
        let shared = Arc::new((Mutex::new(Vec::with_capacity(BUFFERED)), Condvar::new()));
        let writer = shared.clone();
        let started = std::thread::Builder::new()
            .name("log".into())
            .spawn(move || {
                let (buffer, more) = &*writer;
                loop {
                    let mut lines = buffer.lock().unwrap_or_else(PoisonError::into_inner);
                    while lines.is_empty() {
                        lines = more.wait(lines).unwrap_or_else(PoisonError::into_inner);
                    }
                    flush(&mut lines);
                    drop(lines);
                    // Lets lines gather: under load one system call writes hundreds.
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
        if started.is_err() {
            tracing::debug!("log lines are written without a thread of their own");
        }
        Self { shared }
    }

    fn write(&self, line: &[u8], now: bool) {
        let (buffer, more) = &*self.shared;
        let mut lines = buffer.lock().unwrap_or_else(PoisonError::into_inner);
        let first = lines.is_empty();
        lines.extend_from_slice(line);
        if now || lines.len() >= BUFFERED {
            flush(&mut lines);
        } else if first {
            more.notify_one();
        }
    }
}

/// Writes the buffer out. A closed pipe must not end the server.
fn flush(lines: &mut Vec<u8>) {
    let _ = std::io::stdout().lock().write_all(lines);
    lines.clear();
}

fn now() -> String {
    iso_date(Clock::system().now_ms()).unwrap_or_default()
}

fn json_line(fields: &mut Fields, level: Level, line: &mut Vec<u8>) {
    let level = match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG | Level::TRACE => "debug",
    };
    fields.add("app", "mockoon-server");
    fields.add("level", level);
    fields.add("timestamp", &now());
    let mut before = b'{';
    for (name, value) in fields.sorted() {
        line.push(before);
        before = b',';
        line.push(b'"');
        line.extend_from_slice(name.as_bytes());
        line.extend_from_slice(b"\":");
        line.extend_from_slice(value);
    }
    line.extend_from_slice(b"}\n");
}

fn human_line(fields: &mut Fields, level: Level, colours: bool, line: &mut Vec<u8>) {
    let (name, colour) = match level {
        Level::ERROR => ("error", "31"),
        Level::WARN => ("warn ", "33"),
        Level::INFO => ("info ", "32"),
        Level::DEBUG | Level::TRACE => ("debug", "90"),
    };
    let text = |value: &[u8]| match serde_json::from_slice(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::from_utf8_lossy(value).into_owned(),
    };
    let (mut message, mut rest) = (String::new(), String::new());
    for (name, value) in fields.sorted() {
        match name {
            "message" => message = text(value),
            "environmentUUID" => {}
            _ => rest.push_str(&format!(" {name}={}", text(value))),
        }
    }
    let time = now();
    let time = time.get(11..23).unwrap_or_default();
    let head = match colours {
        true => format!("\x1b[90m{time}\x1b[0m \x1b[{colour}m{name}\x1b[0m "),
        false => format!("{time} {name} "),
    };
    line.extend_from_slice(format!("{head}{message}{rest}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_have_mockoons_names_in_order() {
        let mut fields = Fields::default();
        fields.add("message", "Server started on port 3000");
        fields.add("environmentName", "Shop");
        fields.add_json("transaction", r#"{"proxied":false}"#);
        let mut line = Vec::new();
        json_line(&mut fields, Level::INFO, &mut line);
        let line = String::from_utf8(line).unwrap();
        let (start, _) = line.split_once("\"timestamp\"").unwrap();
        assert_eq!(
            start,
            r#"{"app":"mockoon-server","environmentName":"Shop","level":"info","message":"Server started on port 3000","#
        );
        assert!(
            line.ends_with("Z\",\"transaction\":{\"proxied\":false}}\n"),
            "{line}"
        );
    }

    #[test]
    fn lines_for_people_begin_with_what_happened() {
        let mut fields = Fields::default();
        fields.add("responseStatus", &200);
        fields.add("message", "Transaction recorded");
        let mut line = Vec::new();
        human_line(&mut fields, Level::INFO, false, &mut line);
        let line = String::from_utf8(line).unwrap();
        assert!(
            line.ends_with(" info  Transaction recorded responseStatus=200\n"),
            "{line}"
        );
    }
}
