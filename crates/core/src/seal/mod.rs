//! Sealed sessions: the encrypted and signed tokens of a session cookie. Server only.
//!
//! ```text
//! secrets + salt ──Keyring::new──▶ Keyring        keys derived once
//! cookie value   ──Keyring::decode(token, now)──▶ Claims
//! signed token   ──Signed::verify(token, now)───▶ Claims
//! ```
//!
//! Two formats: the Auth.js session token, a JWE of compact serialisation with `"alg":"dir"`
//! ([RFC 7516](https://www.rfc-editor.org/rfc/rfc7516)), and a signed JWT
//! ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)) for an app that issues those.
//!
//! # Strictness
//!
//! The algorithm is fixed by the caller, never taken from the token, and whatever Auth.js does not write itself is
//! refused, even where its JOSE library would let it pass: `crit`, `zip`, other algorithms, base64 with padding, with
//! another alphabet or with stray bits, white space around the token, numbers beyond a double, JSON after a byte order
//! mark. The one leniency is shared with every JavaScript parser: of two members with one name the last counts.
//! Keys, padding and tags fail with one and the same error.

mod claims;
mod encryption;
mod error;
mod hmac;
pub mod json;
mod jwe;
pub mod jws;
mod key;
mod keyring;
mod sessions;
mod signed;

pub use crate::dialect::SealVersion;
pub use claims::{Claims, TOLERANCE};
pub use encryption::Encryption;
pub use error::{KeyringError, SealError};
pub use jwe::{MAX_HEADER_BYTES, MAX_TOKEN_BYTES};
pub use key::Key;
pub use keyring::Keyring;
pub use sessions::{SessionError, Sessions};
pub use signed::Signed;
