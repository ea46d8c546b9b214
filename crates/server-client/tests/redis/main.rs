//! Server processes that share a Redis: real processes, a real Redis, and a backend that counts.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "a test")]

mod backend;
mod fleet;
mod paused;
mod process;
mod stopped;
