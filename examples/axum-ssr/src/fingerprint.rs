//! A token's fingerprint: it can be shown where the token itself must not be.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The first 16 digits of the SHA-256: enough to compare by eye.
pub(crate) fn fingerprint(token: &str) -> String {
    Sha256::digest(token).iter().take(8).fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
