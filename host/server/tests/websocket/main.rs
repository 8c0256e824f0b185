//! WebSockets over real sockets, with native fakes of the plugins: the protocol byte by byte,
//! conversations, streams, groups, scripts, sessions, reloads, and clients that mean harm.

mod conversations;
mod fixture;
mod hostile;
mod protocol;
mod reload;
mod scripts;
mod sessions;
mod streams;
