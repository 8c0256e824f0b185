//! Sessions as structs. Between events the struct lives in the host as JSON, so that any
//! instance may serve any event and a new version of the plugin can read an old state.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Frame, Result, exchange, session_state};

/// One conversation or stream. The struct is its state: `Default` when it opens, restored for
/// each event and saved after it.
///
/// Every event answers after which time to call [`Session::tick`]; `None`: do not. Messages go
/// out through [`answer::send`](crate::answer::send) and
/// [`answer::close`](crate::answer::close).
pub trait Session: Default + Serialize + DeserializeOwned {
    /// A client connected; for a broadcast: the stream starts.
    ///
    /// # Errors
    /// Refuses the client.
    fn opened(&mut self) -> Result<Option<Duration>> {
        Ok(None)
    }

    /// The client sent a message. With `None` a tick that was asked for before comes as it was
    /// asked for.
    ///
    /// # Errors
    /// Ends the session: the connection is closed with 1011.
    fn message(&mut self, message: Frame) -> Result<Option<Duration>> {
        let _ = message;
        Ok(None)
    }

    /// The time asked for has come.
    ///
    /// # Errors
    /// Ends the session: the connection is closed with 1011.
    fn tick(&mut self) -> Result<Option<Duration>> {
        Ok(None)
    }

    /// The client left.
    fn closed(&mut self, code: u16) {
        let _ = code;
    }
}

/// An event, as the host delivers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// See [`Session::opened`].
    Opened,
    /// See [`Session::message`].
    Message,
    /// See [`Session::tick`].
    Tick,
    /// See [`Session::closed`].
    Closed(u16),
}

/// Restores the state, delivers the event, saves the state.
pub fn drive<S: Session>(event: Event) -> std::result::Result<Option<u32>, String> {
    let bytes = session_state::get();
    let mut session: S = if bytes.is_empty() {
        S::default()
    } else {
        serde_json::from_slice(&bytes)
            .map_err(|error| format!("the session's state is of another version: {error}"))?
    };
    let next = match event {
        Event::Opened => session.opened(),
        Event::Message => match exchange::message() {
            Some(message) => session.message(message),
            None => Ok(None),
        },
        Event::Tick => session.tick(),
        Event::Closed(code) => {
            session.closed(code);
            return Ok(None);
        }
    };
    let next = next.map_err(String::from)?;
    let state = serde_json::to_vec(&session).map_err(|error| error.to_string())?;
    if state != bytes {
        session_state::set(&state).map_err(|failure| String::from(crate::Error::from(failure)))?;
    }
    Ok(next.map(|after| u32::try_from(after.as_millis()).unwrap_or(u32::MAX)))
}
