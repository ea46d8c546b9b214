//! The Rust face of the client, in a real browser over a scripted `fetch`.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends where it fails"
)]

mod calls;
mod cookies;
mod links;
mod permissions;
mod renewal;
mod retries;
mod script;
mod storage;
mod transcripts;
mod verbs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
