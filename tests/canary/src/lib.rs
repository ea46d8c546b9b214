//! Secrets for tests that give themselves away, and the guard that looks for them after every test.
//!
//! Each secret of a test is made here, or shown to the guard. From then on the guard reads along: every line that any crate
//! logs at any level, every panic, and what a test hands in. When the test's thread ends, it searches for the secrets, and ends the process
//! with the line in which it has found one. A test without secrets needs no guard, so there is nothing else to call:
//!
//! ```
//! let token = twinfetch_canary::canary("access");
//! assert!(token.starts_with("CANARY-access-"));
//! tracing::info!("signed in");
//! twinfetch_canary::show(&Some("what a caller might print"));
//! ```
//!
//! Found are whole secrets and parts of twelve characters, in any case, backwards, in hex, base64, base64url, percent-encoded and as a list
//! of bytes ([`mod@forms`]).

pub mod forms;
mod guard;
mod log;
mod mint;
mod parts;
mod transcript;

pub use guard::{show, show_error, shown};
pub use log::{leaks, logged};
pub use mint::{canary, watch};
pub use transcript::disguise;

/// The first line of a text in which a secret shows, if any.
pub fn found_in(text: &str) -> Option<String> {
    mint::with_known(|known| known.find(text))
}
