//! Users with one audience, one scope and the same URLs, at once through one process, never cross.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "a test")]

mod backend;
mod chance;
mod crowd;
mod visits;
