use std::fmt;

/// Why a token was refused.
///
/// The reason says what was wrong with the token's form or time; a wrong key, a wrong tag and wrong padding are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// The token names an algorithm other than the one expected.
    AlgorithmNotAllowed,
    /// A claim has the wrong type, or contradicts its copy in the header.
    ClaimInvalid {
        /// The name of the claim.
        claim: &'static str,
    },
    /// The token was not made with this key, or was changed since.
    DecryptionFailed,
    /// The token's life is over.
    Expired,
    /// The initialisation vector for a new token has the wrong length.
    IvLength,
    /// The token is not of the compact form.
    Malformed,
    /// The token names a key that is not on the ring.
    NoMatchingSecret,
    /// The token is for another use than access.
    NotAccess,
    /// The token's life has not begun.
    NotYetValid,
    /// The token asks for an extension, a compression for example.
    NotSupported,
    /// The content is not a JSON object.
    PayloadNotObject,
    /// The token was issued before its user's sessions were ended.
    Revoked,
    /// The token or its header is longer than any session.
    TooLong,
}

impl SealError {
    /// The reason as a stable word.
    pub fn reason(self) -> &'static str {
        match self {
            Self::AlgorithmNotAllowed => "alg_not_allowed",
            Self::ClaimInvalid { .. } => "claim_invalid",
            Self::DecryptionFailed => "decryption_failed",
            Self::Expired => "expired",
            Self::IvLength => "other_error",
            Self::Malformed | Self::TooLong => "malformed_jwe",
            Self::NoMatchingSecret => "no_matching_secret",
            Self::NotAccess => "not_access",
            Self::NotYetValid => "not_yet_valid",
            Self::NotSupported => "not_supported",
            Self::PayloadNotObject => "payload_not_json_object",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AlgorithmNotAllowed => "the token uses an algorithm that is not allowed",
            Self::ClaimInvalid { claim } => return write!(formatter, "the token's claim `{claim}` is invalid"),
            Self::DecryptionFailed => "the token was not made with this key, or was changed",
            Self::Expired => "the token has expired",
            Self::IvLength => "the initialisation vector has the wrong length",
            Self::Malformed => "the token is malformed",
            Self::NoMatchingSecret => "the token was made with a secret that is not configured",
            Self::NotAccess => "the token is for another use than access",
            Self::NotYetValid => "the token is not valid yet",
            Self::NotSupported => "the token uses an extension that is not supported",
            Self::PayloadNotObject => "the token's content is not a JSON object",
            Self::Revoked => "the token was issued before its user's sessions were ended",
            Self::TooLong => "the token is too long",
        })
    }
}

impl std::error::Error for SealError {}

/// Why no keyring can be made from a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyringError {
    /// A secret is the empty text.
    EmptySecret,
    /// There is no secret.
    NoSecret,
    /// The salt, which is the cookie's name, is too long.
    SaltTooLong,
    /// There are several secrets, and Auth.js v4 knows only one.
    SeveralSecrets,
}

impl fmt::Display for KeyringError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::EmptySecret => "a session secret is empty",
            Self::NoSecret => "no session secret is given",
            Self::SaltTooLong => "the session cookie's name is too long",
            Self::SeveralSecrets => "several session secrets are given, but NextAuth v4 knows only one",
        })
    }
}

impl std::error::Error for KeyringError {}
