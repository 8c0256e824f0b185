//! Time for streams: when a tick is due, who receives its message, and whether the machine
//! keeps up.
//!
//! [`Schedule`] is arithmetic on instants and knows no timer, so an hour of ticks is a test of
//! a few microseconds. Waiting is tokio's: its timer wheel holds one entry for each stream that
//! somebody listens to. [`Lanes`] carry one encoded message to many clients, one lane for each
//! core. The trade-off: a lane owns its list of clients and nobody else sees it, so joining and
//! leaving are messages and take effect in their turn.

mod lanes;
mod pace;
mod schedule;

pub(crate) use lanes::{Audience, Lanes, Membership};
pub(crate) use pace::Pace;
pub(crate) use schedule::{Rhythm, Schedule, Tick, up_to};
