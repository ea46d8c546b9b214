//! The rules of a proxy route: what a browser's request must be to reach the backend, and what goes through.
//!
//! ```text
//! browser ──▶ SameOrigin ──▶ Allowed ──▶ Headers ──▶ backend     403, 404, an allow-list
//! browser ◀── Headers, Allowed::location ◀─────────── backend
//!                             Retries, Patience                  when to go on waiting, when to ask again
//! ```
//!
//! Only paths that the app names are forwarded, and only to the one backend (RFC 10017, backend for frontend). A driver
//! sends, streams and sleeps.

mod allowed;
mod headers;
mod passive;
mod patience;
mod retries;
mod same_origin;

pub use allowed::Allowed;
pub use headers::Headers;
pub use passive::is_passive;
pub use patience::{Patience, Upload};
pub use retries::{Failure, Retries, Spent};
pub use same_origin::SameOrigin;
