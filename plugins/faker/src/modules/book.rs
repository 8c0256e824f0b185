//! Books and who makes them.

use crate::Method;
use crate::lists::key;

pub(crate) const METHODS: &[Method] = &[
    Method::new("book.author", "", "", false, |f, _| {
        f.pick_value(key::BOOK_AUTHOR)
    }),
    Method::new("book.format", "", "", true, |f, _| {
        f.pick_value(key::BOOK_FORMAT)
    }),
    Method::new("book.genre", "", "", false, |f, _| {
        f.pick_value(key::BOOK_GENRE)
    }),
    Method::new("book.publisher", "", "", false, |f, _| {
        f.pick_value(key::BOOK_PUBLISHER)
    }),
    Method::new("book.series", "", "", false, |f, _| {
        f.pick_value(key::BOOK_SERIES)
    }),
    Method::new("book.title", "", "", false, |f, _| {
        f.pick_value(key::BOOK_TITLE)
    }),
];
