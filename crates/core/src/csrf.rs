//! The double-submit token by which Auth.js recognises its own forms.
//!
//! A cookie holds `token|hash`, with `hash = sha256(token + secret)` in hexadecimal; a form repeats the token. When an app
//! rotates its secrets, Auth.js hashes with all of them joined by commas.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::secret::Secret;

/// The value of the cookie for a token, before percent-encoding.
pub fn cookie_value(token: &str, secret: &Secret) -> String {
    format!("{token}|{}", hash(token, secret))
}

/// The token in a cookie's value, if it was made with this secret.
pub fn token<'a>(cookie: &'a str, secret: &Secret) -> Option<&'a str> {
    let mut parts = cookie.split('|');
    let (token, claimed) = (parts.next()?, parts.next()?);
    bool::from(hash(token, secret).as_bytes().ct_eq(claimed.as_bytes())).then_some(token)
}

/// Whether a form's token and the cookie that came with it belong together and to this secret.
///
/// ```
/// use twinfetch_core::{csrf, secret::Secret};
/// let secret = Secret::new("of the app");
/// let cookie = csrf::cookie_value("0893e5d3", &secret);
/// assert!(csrf::verified(&cookie, "0893e5d3", &secret));
/// assert!(!csrf::verified(&cookie, "deadbeef", &secret));
/// ```
pub fn verified(cookie: &str, submitted: &str, secret: &Secret) -> bool {
    token(cookie, secret).is_some_and(|token| token.as_bytes().ct_eq(submitted.as_bytes()).into())
}

fn hash(token: &str, secret: &Secret) -> String {
    let digest = Sha256::new().chain_update(token).chain_update(secret.expose()).finalize();
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
