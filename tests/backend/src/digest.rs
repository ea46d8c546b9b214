//! SHA-256, written out.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};

/// A digest of what comes in pieces; fast also where nothing is optimised.
pub(crate) struct Hash(Context);

impl Hash {
    /// The digest of nothing yet.
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds these bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of what was added, in lower-case hexadecimal.
    pub(crate) fn hexadecimal(self) -> String {
        self.0.finish().as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The digest of these bytes in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut hash = Hash::new();
    hash.update(bytes);
    hash.hexadecimal()
}
