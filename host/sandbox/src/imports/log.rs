//! `log`, with a limit a second so that a plugin cannot fill a disk.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use wasmock_exchange::{Clock, limits};

use crate::bindings::wasmock::host::log::{Host, Level};
use crate::guest::Guest;

impl Host for Guest {
    fn enabled(&mut self, level: Level) -> wasmtime::Result<bool> {
        Ok(match level {
            Level::Trace => tracing::enabled!(tracing::Level::TRACE),
            Level::Debug => tracing::enabled!(tracing::Level::DEBUG),
            Level::Info => tracing::enabled!(tracing::Level::INFO),
            Level::Warn => tracing::enabled!(tracing::Level::WARN),
            Level::Error => tracing::enabled!(tracing::Level::ERROR),
        })
    }

    fn write(&mut self, level: Level, mut message: String) -> wasmtime::Result<()> {
        if !self.lines.take(&self.plugin) {
            return Ok(());
        }
        if message.len() > limits::LOG_LINE {
            let end = message.floor_char_boundary(limits::LOG_LINE);
            message.truncate(end);
            message.push('…');
        }
        let plugin = &*self.plugin;
        match level {
            Level::Trace => tracing::trace!(plugin, "{message}"),
            Level::Debug => tracing::debug!(plugin, "{message}"),
            Level::Info => tracing::info!(plugin, "{message}"),
            Level::Warn => tracing::warn!(plugin, "{message}"),
            Level::Error => tracing::error!(plugin, "{message}"),
        }
        Ok(())
    }
}

/// Counts the lines of one plugin, all its instances together.
#[derive(Debug)]
pub(crate) struct Lines(Mutex<Second>);

#[derive(Debug)]
struct Second {
    began: Instant,
    lines: u32,
    dropped: u32,
}

impl Default for Lines {
    fn default() -> Self {
        Self(Mutex::new(Second {
            began: Clock::instant(),
            lines: 0,
            dropped: 0,
        }))
    }
}

impl Lines {
    /// Whether one more line may be written now.
    fn take(&self, plugin: &str) -> bool {
        let mut second = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if second.began.elapsed().as_secs() >= 1 {
            if second.dropped > 0 {
                tracing::warn!(
                    plugin,
                    "{} more lines of this plugin were dropped",
                    second.dropped
                );
            }
            *second = Second {
                began: Clock::instant(),
                lines: 0,
                dropped: 0,
            };
        }
        if second.lines < limits::LOG_LINES_A_SECOND {
            second.lines += 1;
            return true;
        }
        second.dropped += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_after_the_limit() {
        let lines = Lines::default();
        let written = (0..10_000).filter(|_| lines.take("flood")).count();
        assert!(
            written >= limits::LOG_LINES_A_SECOND as usize && written < 10_000,
            "{written}"
        );
    }
}
