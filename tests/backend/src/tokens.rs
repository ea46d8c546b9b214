//! Signed tokens: HS256, with a type that keeps the two kinds apart.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::Account;

/// What a token may be used for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenType {
    /// Sent as Bearer with each call.
    Access,
    /// Exchanged for a new pair, never sent as Bearer.
    Refresh,
}

/// What a token says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    pub(crate) username: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    #[serde(rename = "type")]
    pub(crate) token_type: TokenType,
    pub(crate) jti: Uuid,
}

/// Why a token is not good for what it was shown for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    Expired,
    Invalid,
    WrongType,
}

/// Signs and verifies.
pub(crate) struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

impl Tokens {
    /// Tokens under this key.
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        // A token dies at its `exp`, not a second after it (RFC 7519, section 4.1.4).
        validation.reject_tokens_expiring_in_less_than = 1;
        Self { signing: EncodingKey::from_secret(key), verifying: DecodingKey::from_secret(key), validation }
    }

    /// Issues a token to an account; no two tokens are equal.
    pub(crate) fn issue(
        &self,
        account: &Account,
        token_type: TokenType,
        lifetime: Duration,
    ) -> jsonwebtoken::errors::Result<String> {
        let now = jsonwebtoken::get_current_timestamp();
        let claims = Claims {
            sub: account.id.clone(),
            username: account.username.clone(),
            iat: now,
            exp: now.saturating_add(lifetime.as_secs()),
            token_type,
            jti: Uuid::new_v4(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// Reads a token of the type asked for, or says why not.
    pub(crate) fn verify(&self, token: &str, token_type: TokenType) -> Result<Claims, Refusal> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => Refusal::Expired,
                _ => Refusal::Invalid,
            })?
            .claims;
        if claims.token_type == token_type { Ok(claims) } else { Err(Refusal::WrongType) }
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
