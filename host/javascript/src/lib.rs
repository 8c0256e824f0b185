//! JavaScript's idea of values, in one place for the host and for plugins.
//!
//! Mockoon is written in JavaScript, and its differences show in its answers:
//! `undefined` against `null`, `1` for `1.0`, integer-like keys first, `[object Object]`,
//! the `SafeString` of Handlebars. This crate holds those rules and nothing about HTTP,
//! templates or WebAssembly, so the server's rules and the templating component agree
//! because they run the same code.
//!
//! The trade-off: texts are UTF-8, so a lone surrogate (half of an emoji cut by `substr`)
//! becomes U+FFFD, where JavaScript would keep it.

pub mod calendar;
pub mod dates;
pub mod json;
pub mod number;
mod object;
pub mod path;
#[cfg(feature = "regex")]
pub mod regex;
mod sort;
mod text;
mod value;

pub use object::{Object, is_array_index};
pub use sort::sort;
pub use text::{utf16_len, utf16_slice};
pub use value::{Kind, Text, Value};
