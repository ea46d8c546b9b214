//! The client over loopback, against the reference backend and against servers that misbehave.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod failures;
mod file_names;
mod isolation;
mod layer;
mod memo;
mod own_session;
mod proxy;
mod redirects;
mod scripted;
mod secrecy;
mod sessions;
mod stage;
mod systems;
mod tls;
