//! Calls that are sent again by themselves, limited in number and in time, and calls that are stopped.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and prints its figures"
)]

mod asked_to_wait;
mod in_time;
mod repeated;
mod shared;
mod stage;
mod stopped;
mod storms;
mod told;
