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

mod body;
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
pub use twinfetch_core::session::{Session, SignedOut};
pub use twinfetch_core::verb::{LinkToken, Permissions};
