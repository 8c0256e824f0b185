//! What a plugin logs during a trial, kept to be shown and compared; what anybody else has to
//! warn of goes to standard error.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The lines since the last look: `info: a text`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Starts to listen, at every level.
    pub(crate) fn start() -> Self {
        let lines = Self::default();
        let filter = Targets::new()
            .with_default(Level::WARN)
            .with_target("wasmock_sandbox", Level::TRACE);
        tracing_subscriber::registry()
            .with(filter)
            .with(lines.clone())
            .init();
        lines
    }

    /// The lines since the last look.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Debug, Default)]
struct Fields {
    message: String,
    plugin: bool,
    function: bool,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "plugin" => self.plugin = true,
            "function" => self.function = true,
            _ => {}
        }
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        if fields.function {
            // A failed call: the trial reports it as its result.
        } else if fields.plugin {
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.extend(
                fields
                    .message
                    .lines()
                    .map(|line| format!("{level}: {line}")),
            );
        } else if *event.metadata().level() <= Level::WARN {
            // Nobody reads standard error any more: there is nothing left to do about it.
            let _ = writeln!(std::io::stderr().lock(), "{level}: {}", fields.message);
        }
    }
}
