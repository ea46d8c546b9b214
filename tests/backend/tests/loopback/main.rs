//! The backend over loopback, as its callers meet it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod bearer;
mod calls;
mod cors;
mod export;
mod faults;
mod files;
mod posts;
#[cfg(unix)]
mod program;
mod running;
mod sign_in;
