//! WebSockets: from the handshake to the last frame.
//!
//! From the bottom up: [`handshake`] decides about the request that hyper parsed; [`socket`],
//! [`decoder`] and [`frames`] are the protocol; [`out`] is the way out to one client, which
//! anybody may use; [`connection`] ties them into one task per client that ends in order.

pub(crate) mod client;
mod connection;
mod decoder;
mod frames;
mod handshake;
mod out;
mod socket;
