//! Which routes a path means: Mockoon's path syntax, and an index over many patterns.
//!
//! A [`Pattern`] is one route's path; an [`Index`] answers which of thousands match, in the
//! order in which they were added, for the price of walking the path once. Patterns that do
//! not fall into whole segments (wildcards, `:name.:ext`) are indexed by the segments before
//! that place and decided by a small backtracking matcher.

mod convert;
mod decode;
mod index;
mod pattern;
mod tokens;

pub(crate) use decode::{decode_component, is_decodable};
pub(crate) use index::{Found, Index};
pub(crate) use pattern::{Pattern, PatternError};

/// Collapses runs of slashes, as every request target and every pattern is read.
pub(crate) fn collapse_slashes(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("//") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out.into()
}
