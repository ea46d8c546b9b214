//! `download_to`: a file has its name only when it is complete, whatever goes wrong on the way.

#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that needs root says that it was not run")]

mod chance;
mod crowd;
mod damaged;
mod digests;
#[cfg(target_os = "linux")]
mod full;
mod given_up;
mod killed;
mod laid;
mod owners;
mod patient;
mod places;
mod process;
mod resumed;
mod slow;
mod stage;
mod whole;
