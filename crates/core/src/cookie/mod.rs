//! Cookies: what a browser sent, and what it shall keep.
//!
//! ```text
//! Cookie: a=1; authjs.session-token.0=eyJ…; authjs.session-token.1=…
//!    │ Cookies::parse
//!    ▼
//! Cookies ──session("authjs.session-token")──▶ the joined value
//!    │
//!    └─SessionCookie::write(value)──▶ [SetCookie]   deletions of what is stale, then the new chunks
//! ```
//!
//! # Which cookies are the session
//!
//! Auth.js joins every cookie whose name merely *starts with* the session cookie's name, so that a stray
//! `authjs.session-token-backup` signs its user out. Here a cookie belongs to the session only if its name is exactly
//! `name` (bare) or `name.N` with `N` a decimal number without leading zeros (chunk). Empty values count as absent.
//!
//! * Chunks `0, 1, … n` without a gap win, and a bare cookie beside them is a leftover.
//! * Otherwise the bare cookie, and any chunks beside it are leftovers.
//! * Chunks with a gap and no bare cookie are an error, never half a value.
//!
//! For every set of cookies that Auth.js itself writes this gives the same bytes as Auth.js.

mod chunks;
mod date;
mod header;
mod percent;
mod session;
mod set_cookie;

pub use chunks::{Broken, MAX_CHUNKS, MAX_SESSION_BYTES};
pub use header::Cookies;
pub use session::{SessionCookie, TooLarge};
pub use set_cookie::{SameSite, SetCookie};
