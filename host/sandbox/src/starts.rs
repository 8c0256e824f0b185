//! What happens when instances do not start: longer and longer pauses, then none are tried.
//!
//! A plugin whose start fails would otherwise cost every exchange the time of one. After a
//! failure nothing is tried for a moment, twice as long after each further one; after eight in a
//! row the plugin is in quarantine until it is loaded again. One start that works forgets all.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use wasmock_exchange::{Clock, limits};

use crate::instance::StartError;

/// The failed starts of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Starts(Mutex<Option<Failures>>);

#[derive(Debug)]
struct Failures {
    in_a_row: u32,
    last: String,
    at: Instant,
}

impl Failures {
    fn is_quarantine(&self) -> bool {
        self.in_a_row >= limits::FAILED_STARTS
    }

    /// What a call is told that comes meanwhile.
    fn words(&self) -> String {
        let (times, last) = (self.in_a_row, &self.last);
        match self.is_quarantine() {
            true => format!(
                "it is in quarantine after {times} failed starts, until it is loaded again; the \
                 last time {last}"
            ),
            false => format!("nothing is tried for a moment, because {last}"),
        }
    }
}

impl Starts {
    /// Whether a start may be tried now.
    pub(crate) fn may_try(&self) -> Result<(), StartError> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*failures {
            Some(failures)
                if failures.is_quarantine()
                    || failures.at.elapsed()
                        < limits::BACK_OFF * 2u32.pow(failures.in_a_row - 1) =>
            {
                Err(StartError(failures.words()))
            }
            _ => Ok(()),
        }
    }

    /// Keeps in mind how a start went.
    pub(crate) fn tried(&self, plugin: &str, failed: Option<&StartError>) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(error) = failed else {
            *failures = None;
            return;
        };
        let in_a_row = failures.as_ref().map_or(0, |failures| failures.in_a_row) + 1;
        let now = Failures {
            in_a_row: in_a_row.min(limits::FAILED_STARTS),
            last: error.to_string(),
            at: Clock::instant(),
        };
        if in_a_row == limits::FAILED_STARTS {
            tracing::error!(
                plugin,
                "the plugin is not started any more: {}",
                now.words()
            );
        }
        *failures = Some(now);
    }

    /// Why no instance is started at the moment, if none is.
    pub(crate) fn trouble(&self) -> Option<String> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.as_ref().map(Failures::words)
    }
}
