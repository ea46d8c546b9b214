//! Every fault, as a client sees it that reads the bytes themselves.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod clock;
mod cuts;
mod files;
mod heads;
mod program;
mod proxy;
mod raw;
mod record;
mod unreachable;
mod uploads;
