//! Text that must not be shown: tokens, cookie values, keys.

use core::fmt;

use zeroize::Zeroizing;

/// A secret text: no `Display`, a redacted `Debug`, wiped from memory when dropped.
///
/// ```
/// use twinfetch_core::secret::Secret;
/// let token = Secret::new("eyJhbGciOi");
/// assert_eq!(format!("{token:?}"), "***");
/// assert_eq!(token.expose(), "eyJhbGciOi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Hands the text out, for the one place that must send or compare it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
