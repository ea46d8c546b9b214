//! The reference backend that both clients are tested against.
//!
//! Each of the systems it speaks is a module with its own routes and its own way to refuse: `authjs` (S0),
//! `dual_token` (S1), `cookie_jwt` (S2), `single_user` (S3) and `oauth_cookie` (S4). A server speaks one of them,
//! because their paths collide. What the systems share stands beside them: the
//! resources behind the sign-in, the database, the accounts, the tokens,
//! the deny list, the request id, and the ledger of calls by which a test asserts that one call was one call.
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
mod cookie_jwt;
mod cors;
mod database;
mod deny_list;
mod digest;
mod dual_token;
mod failure;
mod faults;
mod listen;
mod oauth_cookie;
mod options;
mod rate_limits;
mod request_id;
mod resources;
mod server;
mod single_user;
mod system;
mod test_endpoints;
mod tokens;

pub use accounts::{SEEDED_ACCOUNTS, SeededAccount};
pub use cookie_jwt::ADMINISTRATOR;
pub use options::{OpenIdProvider, Options, Refusals, Stage};
pub use server::{Server, serve};
pub use single_user::PASSWORD;
pub use system::System;
