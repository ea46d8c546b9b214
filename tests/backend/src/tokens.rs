//! Signed tokens: HS256, under the newest key, and good under any.

use std::time::Duration;

use anyhow::Context as _;
use axum::http::{HeaderMap, header};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::Account;

/// What a token may be used for, where there are two kinds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenType {
    /// Sent as Bearer with each call.
    Access,
    /// Exchanged for a new pair, never sent as Bearer.
    Refresh,
}

/// What a token of two kinds says.
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
    verifying: Vec<DecodingKey>,
    validation: Validation,
    issued: Option<fn(&str)>,
}

impl Tokens {
    /// Tokens signed under the first of these keys and good under any of them: the newest key comes first. `issued` hears of each.
    pub(crate) fn new(keys: &[Vec<u8>], issued: Option<fn(&str)>) -> anyhow::Result<Self> {
        let newest = keys.first().context("there is no key to sign tokens with")?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        // A token dies at its `exp`, not a second after it (RFC 7519, section 4.1.4).
        validation.reject_tokens_expiring_in_less_than = 1;
        let verifying = keys.iter().map(|key| DecodingKey::from_secret(key)).collect();
        Ok(Self { signing: EncodingKey::from_secret(newest), verifying, validation, issued })
    }

    /// Signs claims.
    pub(crate) fn sign<C: Serialize>(&self, claims: &C) -> anyhow::Result<String> {
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.signing);
        let token = token.context("cannot sign a token")?;
        if let Some(issued) = self.issued {
            issued(&token);
        }
        Ok(token)
    }

    /// Reads the claims of a token, or says why not.
    pub(crate) fn read<C: DeserializeOwned>(&self, token: &str) -> Result<C, Refusal> {
        let mut refusal = Refusal::Invalid;
        for key in &self.verifying {
            match jsonwebtoken::decode::<C>(token, key, &self.validation) {
                Ok(token) => return Ok(token.claims),
                Err(error) if matches!(error.kind(), ErrorKind::ExpiredSignature) => refusal = Refusal::Expired,
                Err(_) => {}
            }
        }
        Err(refusal)
    }

    /// Issues a token of one kind to an account; no two tokens are equal.
    pub(crate) fn issue(&self, account: &Account, token_type: TokenType, lifetime: Duration) -> anyhow::Result<String> {
        let Lifespan { iat, exp } = Lifespan::from_now(lifetime);
        let (sub, username) = (account.id.clone(), account.username.clone());
        self.sign(&Claims { sub, username, iat, exp, token_type, jti: Uuid::new_v4() })
    }

    /// Reads a token of the kind asked for, or says why not.
    pub(crate) fn verify(&self, token: &str, token_type: TokenType) -> Result<Claims, Refusal> {
        let claims = self.read::<Claims>(token)?;
        if claims.token_type == token_type { Ok(claims) } else { Err(Refusal::WrongType) }
    }
}

/// When a token is issued and when it dies, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifespan {
    pub(crate) iat: u64,
    pub(crate) exp: u64,
}

impl Lifespan {
    /// Begins now.
    pub(crate) fn from_now(lifetime: Duration) -> Self {
        let iat = now();
        Self { iat, exp: iat.saturating_add(lifetime.as_secs()) }
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    jsonwebtoken::get_current_timestamp()
}

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
