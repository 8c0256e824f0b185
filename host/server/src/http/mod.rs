//! HTTP: from a request that hyper parsed to the answer that it writes.
//!
//! [`pipeline`] is the order of things; [`exchange`] is the request as everybody else sees it;
//! [`answer`] and [`file`] make what a response says; [`reply`] applies HTTP's own rules.

mod answer;
pub(crate) mod content_type;
pub(crate) mod exchange;
mod file;
mod flow;
mod fresh;
mod headers;
mod incoming;
pub(crate) mod pages;
mod pipeline;
mod problem;
mod reply;
mod server;

pub(crate) use answer::{Answering, Draft, document_bytes, prepare};
pub(crate) use flow::Flow;
pub(crate) use headers::apply as apply_headers;
pub(crate) use reply::{Prepared, Recorded, Reply, ReplyBody};
pub use server::{Listener, serve};
