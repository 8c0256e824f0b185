//! The admin API (being written by the admin builder; see the next commit).
