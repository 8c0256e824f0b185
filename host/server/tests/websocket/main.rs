//! WebSockets over real sockets, with native fakes of the plugins: the protocol byte by byte,
//! conversations, streams, groups, scripts, sessions, reloads, and clients that mean harm.
#![allow(
    clippy::needless_pass_by_value,
    clippy::print_stderr,
    clippy::unwrap_used,
    unreachable_pub
)]

mod conversations;
mod fixture;
mod hostile;
mod protocol;
mod reload;
mod scripts;
mod sessions;
mod streams;
