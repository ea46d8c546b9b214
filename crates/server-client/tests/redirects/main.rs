//! A redirect to another origin takes nothing along: each code with each change of address and each credential.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "a test")]

mod axes;
mod calls;
mod control;
mod recorder;
mod spellings;
mod trusted;
mod verbs;
