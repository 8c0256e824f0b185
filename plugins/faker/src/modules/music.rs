//! Music.

use crate::Method;
use crate::lists::key;

pub(crate) const METHODS: &[Method] = &[
    Method::new("music.album", "", "", false, |f, _| {
        f.pick_value(key::MUSIC_ALBUM)
    }),
    Method::new("music.artist", "", "", false, |f, _| {
        f.pick_value(key::MUSIC_ARTIST)
    }),
    Method::new("music.genre", "", "", false, |f, _| {
        f.pick_value(key::MUSIC_GENRE)
    }),
    Method::new("music.songName", "", "", false, |f, _| {
        f.pick_value(key::MUSIC_SONG_NAME)
    }),
];
