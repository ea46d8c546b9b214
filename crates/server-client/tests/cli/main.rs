//! The program `twinfetch` as a user runs it: what it prints, how it ends, and what is there afterwards.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod endings;
mod gone_on_with;
mod saved;
mod stage;
mod streams;
mod terminal;
mod tokens;
