//! The twinfetch client of the browser.
//!
//! It drives the exchanges of [`twinfetch_core`] with the browser's `fetch`: JSON is parsed and written by the JavaScript
//! engine, and no body is ever copied into wasm memory. The npm package `twinfetch` is made from this crate's feature
//! `npm`; a Rust front end uses [`Client`] directly:
//!
//! ```no_run
//! use twinfetch_wasm_client::{Client, Options, Settings, dialect};
//!
//! # async fn page() -> Result<(), twinfetch_core::error::Error> {
//! let client = Client::new(Settings::new(dialect::authjs()?, "http://localhost:8080", "http://localhost:3000"))?;
//! let posts = client.get("/api/posts", Options::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What a user does about a session
//!
//! | method | what it does |
//! | --- | --- |
//! | [`session`](Client::session) | asks who is signed in, once for all who ask |
//! | [`sign_in`](Client::sign_in), [`register`](Client::register) | sends credentials, keeps the tokens, and reads who that is |
//! | [`sign_out`](Client::sign_out) | ends the session here in any case, and says whether the server knows |
//! | [`refresh`](Client::refresh) | renews the tokens now; a call that is refused does so by itself, once for all calls |
//! | [`update`](Client::update) | changes the session's own data |
//! | [`permissions`](Client::permissions), [`can`](Client::can) | what the user may do |
//! | [`create_link_token`](Client::create_link_token), [`sign_in_with_link`](Client::sign_in_with_link) | links that sign their bearer in |
//! | [`sign_in_with_redirect`](Client::sign_in_with_redirect) | leaves for a provider's sign-in page |
//!
//! What the dialect knows nothing of fails with `config_invalid`, and nothing is sent.
//!
//! ```no_run
//! use twinfetch_wasm_client::{Body, Client, Options, Settings, Storage, dialect};
//! use wasm_bindgen::JsValue;
//!
//! # async fn page(form: JsValue) -> Result<(), twinfetch_core::error::Error> {
//! let mut settings = Settings::new(dialect::dual_token()?, "http://localhost:8080", "http://localhost:3000");
//! settings.storage = vec![Storage::LocalStorage];
//! let client = Client::new(settings)?;
//! client.on_session(|session| { /* show it */ });
//!
//! // With the feature `serde`, `Body::json(&credentials)` takes a value of a Rust type.
//! if let Some(credentials) = Body::new(form)? {
//!     client.sign_in(credentials).await?;
//! }
//! let posts = client.get("/api/posts", Options::default()).await?;
//! let signed_out = client.sign_out().await;
//! if let Some(cause) = signed_out.cause {
//!     // Signed out here; the server could not be told.
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Other tabs
//!
//! Tokens that are kept in a [`Storage`] are looked up before each request: what another tab renewed is used, and its sign-out counts
//! here. One tab at a time renews. Of a session that only a cookie holds nothing can be looked up: an app that hears of a
//! change elsewhere, from the `BroadcastChannel` that the dialect names for example, calls [`forget`](Client::forget).

mod attempt;
mod body;
mod budgets;
mod client;
mod deadline;
pub mod dialect;
mod document;
mod download;
mod driver;
mod errand;
#[cfg(feature = "npm")]
mod exports;
mod fetch;
mod identity;
mod link;
mod once;
mod page;
mod permissions;
mod pieces;
mod renewal;
mod session;
mod settings;
mod storage;
mod verbs;

pub use body::Body;
pub use client::{Client, Options};
pub use document::JsDocument;
pub use download::{Download, Progress};
pub use driver::Received;
pub use settings::Settings;
pub use storage::Storage;
pub use twinfetch_core as core;
pub use twinfetch_core::error::{Problem, Sent};
pub use twinfetch_core::exchange::Retry;
pub use twinfetch_core::session::{Session, SignedOut};
pub use twinfetch_core::verb::{LinkToken, Permissions};
