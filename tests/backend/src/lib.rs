//! The reference backend that both clients are tested against.
//!
//! Each of the systems it speaks is a module with its own routes and its own way to refuse; today that is
//! `authjs` (system S0). What the systems share stands beside them: the database, the accounts, the tokens, the
//! request id, and the ledger of calls by which a test asserts that one call was one call.
//!
//! ```text
//! request -> request id -> CORS -> (calls -> faults) -> a system's routes -> database
//!                                  with test endpoints
//! ```
//!
//! It is a program (`twinfetch-backend`) and, for tests in Rust, a server in the process of the test:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let server = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
//! assert!(server.url().starts_with("http://localhost:"));
//! server.shutdown().await;
//! # anyhow::Ok(()) })?;
//! # anyhow::Ok(())
//! ```

mod accounts;
mod authjs;
mod backend;
mod calls;
mod cors;
mod database;
mod digest;
mod faults;
mod listen;
mod request_id;
mod server;
mod test_endpoints;
mod tokens;

pub use accounts::{SEEDED_ACCOUNTS, SeededAccount};
pub use authjs::pattern;
pub use server::{Options, Server, serve};
