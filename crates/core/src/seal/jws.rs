//! Signed tokens, for an app that issues those instead of Auth.js' encrypted ones.

use std::fmt;

pub use jsonwebtoken::crypto::CryptoProvider;
pub use jsonwebtoken::{Algorithm, DecodingKey};

use super::jwe::{base64url, protected, segments, text};
use super::{Claims, SealError};

/// Verifies tokens by one key with one algorithm, whatever a token says of itself.
pub struct Verifier {
    provider: &'static CryptoProvider,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifier {
    /// Takes the cryptography to use, for example `jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER`, an algorithm and its key.
    ///
    /// # Errors
    ///
    /// The key is not one for this algorithm.
    pub fn new(provider: &'static CryptoProvider, algorithm: Algorithm, key: DecodingKey) -> Result<Self, SealError> {
        (provider.verifier_factory)(&algorithm, &key).map_err(|_| SealError::AlgorithmNotAllowed)?;
        Ok(Self { provider, algorithm, key })
    }

    /// Verifies a token and checks its times; `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// The token is refused; [`SealError`] says why.
    pub fn decode(&self, token: &str, now: u64) -> Result<Claims, SealError> {
        let [raw_header, payload, signature] = segments(token)?;
        let header = protected(raw_header)?;
        if text(&header, "alg")?.parse() != Ok(self.algorithm) {
            return Err(SealError::AlgorithmNotAllowed);
        }
        let signature = base64url(signature)?;
        let (signed, _) = token.rsplit_once('.').ok_or(SealError::Malformed)?;
        let verifier =
            (self.provider.verifier_factory)(&self.algorithm, &self.key).map_err(|_| SealError::AlgorithmNotAllowed)?;
        verifier.verify(signed.as_bytes(), &signature).map_err(|_| SealError::DecryptionFailed)?;
        Claims::read(&base64url(payload)?, &header, now)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
