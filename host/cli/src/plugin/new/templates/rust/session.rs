//! A countdown over a WebSocket: send a number, and it counts down once a second.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasmock_plugin::{Frame, Result, Session, answer};

/// The state of one connection; it lives in the host between two events.
#[derive(Default, Serialize, Deserialize)]
struct Countdown {
    left: u32,
}

impl Session for Countdown {
    fn opened(&mut self) -> Result<Option<Duration>> {
        send("send me a number");
        Ok(None)
    }

    fn message(&mut self, message: Frame) -> Result<Option<Duration>> {
        let Frame::Text(text) = message else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(number @ 1..=100) => self.left = number,
            _ => {
                send("that is no number from 1 to 100");
                return Ok(None);
            }
        }
        self.tick()
    }

    fn tick(&mut self) -> Result<Option<Duration>> {
        if self.left == 0 {
            send("go");
            answer::close(1000, "done");
            return Ok(None);
        }
        send(&self.left.to_string());
        self.left -= 1;
        // The host calls `tick` again after this time.
        Ok(Some(Duration::from_secs(1)))
    }
}

fn send(text: &str) {
    answer::send(&Frame::Text(text.to_owned()));
}

wasmock_plugin::export! { session: Countdown }
