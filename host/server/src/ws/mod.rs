//! WebSockets: from the handshake to the last frame.
//!
//! From the bottom up: [`handshake`] decides about the request that hyper parsed; [`socket`],
//! [`decoder`] and [`frames`] are the protocol; [`out`] is the way out to one client, which
//! anybody may use; [`connection`] ties them into one task per client that ends in order.
//! Above, [`drive`] carries a connection for whoever leads it: a [`conversation`], a one-to-one
//! [`stream`], a [`timeline`] or a plugin's [`session`]; a [`broadcast`] is a task of its own
//! that speaks to an audience. [`answers`] makes messages of responses; [`events`] are a session over
//! HTTP. [`live`] is a route
//! across reloads, [`sockets`] all of them with their clients, [`admin`] what others may ask of
//! them.

mod admin;
mod answers;
mod broadcast;
pub(crate) mod client;
mod connection;
mod conversation;
mod decoder;
mod drive;
mod events;
mod exchange;
mod frames;
mod handshake;
mod live;
mod out;
mod parse;
mod pulse;
mod reply;
mod session;
mod setup;
mod socket;
mod sockets;
mod stream;
mod timeline;

pub(crate) use events::events;
pub(crate) use exchange::Handshake;
pub(crate) use handshake::is_upgrade;
pub(crate) use setup::{Leader, Setup};
pub use sockets::ClientInfo;
pub(crate) use sockets::Sockets;
