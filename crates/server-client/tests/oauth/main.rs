//! Sign-in over loopback: against a real `OpenID` provider, and against one that does as a test says.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cookie;
mod fake;
mod flows;
mod handlers;
mod id_token;
mod node;
mod provider;
mod real;
mod return_path;
mod secrecy;
mod settings;
mod visit;
