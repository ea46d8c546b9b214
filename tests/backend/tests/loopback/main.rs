//! The backend over loopback, as its callers meet it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod bearer;
mod calls;
mod cookie_jwt;
mod cors;
mod dual_token;
mod export;
mod faults;
mod files;
mod oauth_cookie;
mod posts;
#[cfg(unix)]
mod program;
mod ranges;
mod running;
mod sign_in;
mod single_user;
mod systems;
