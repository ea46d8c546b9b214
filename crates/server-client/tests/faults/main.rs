//! The fault matrix on the native client: what goes wrong below and around a call is a typed error within bounded time, and
//! the session stays. The rows are those of `docs/faults.md`.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked_to_wait;
mod backend_down;
mod breaking_off;
mod connecting;
mod contents;
mod heads;
mod leading_away;
#[cfg(target_os = "linux")]
mod memory;
mod sizes;
mod skewed_clocks;
mod stage;
mod tls;
mod waiting;
