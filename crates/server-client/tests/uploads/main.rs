//! Files that go to a backend: what arrives, in how many attempts, and what goes wrong.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod answered_early;
mod attempts;
mod changed_files;
mod forms;
mod memory;
mod patience;
mod secure;
mod stage;
mod unreadable;
