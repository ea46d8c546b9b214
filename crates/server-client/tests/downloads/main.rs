//! Files as streams, against a server that keeps its word or not: what comes is the file, or an error, and never a part of two.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod changed;
mod coded;
mod cuts;
mod dropped;
mod ends;
mod heads;
mod led_away;
mod passed;
mod renewed;
mod slow;
mod stage;
