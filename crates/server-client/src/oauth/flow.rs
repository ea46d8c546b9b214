//! What has to wait between the start of a sign-in and its callback, sealed in a cookie.

use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use serde_json::json;
use twinfetch_core::cookie::{Cookies, SetCookie};
use twinfetch_core::seal::{Claims, Keyring, KeyringError, SealError, SealVersion};
use twinfetch_core::secret::Secret;

use super::error::{OAuthCode, Refusal};

/// Keys are derived for this and nothing else. No cookie can have the name: a space is not allowed there.
const PURPOSE: &str = "twinfetch sign-in flow";

/// How many seconds a sign-in may take.
const LIFE: u64 = 600;

/// One sign-in that has begun.
pub(super) struct Flow {
    pub(super) state: CsrfToken,
    pub(super) nonce: Nonce,
    pub(super) verifier: PkceCodeVerifier,
    pub(super) return_path: String,
}

/// The cookie in which a flow waits.
pub(super) struct FlowCookie {
    name: String,
    secure: bool,
    keyring: Keyring,
}

impl FlowCookie {
    /// Derives the keys for sign-ins of this client at this issuer.
    pub(super) fn new(
        name: &str,
        secure: bool,
        secrets: &[Secret],
        (issuer, client_id): (&str, &str),
    ) -> Result<Self, KeyringError> {
        let keyring = Keyring::new(SealVersion::V5, secrets, &format!("{PURPOSE} of {client_id} at {issuer}"))?;
        // With the prefix no sibling host can set the cookie, and no plain http response.
        let prefix = if secure { "__Host-" } else { "" };
        Ok(Self { name: format!("{prefix}{name}"), secure, keyring })
    }

    /// The cookie for a flow that begins; `now` is in Unix seconds.
    pub(super) fn write(&self, flow: &Flow, now: u64) -> Option<SetCookie> {
        let claims = json!({
            "purpose": PURPOSE,
            "iat": now,
            "exp": now + LIFE,
            "state": flow.state.secret(),
            "nonce": flow.nonce.secret(),
            "verifier": flow.verifier.secret(),
            "return_path": flow.return_path,
        });
        let mut iv = vec![0; self.keyring.iv_bytes()];
        getrandom::fill(&mut iv).ok()?;
        let sealed = self.keyring.encode(&claims.to_string(), &iv).ok()?;
        Some(SetCookie { max_age: Some(LIFE), ..self.cookie(sealed) })
    }

    /// The deletion of the cookie.
    pub(super) fn clear(&self) -> SetCookie {
        SetCookie { max_age: Some(0), ..self.cookie(String::new()) }
    }

    /// Opens the flow of a request; `now` is in Unix seconds.
    pub(super) fn read(&self, cookies: &Cookies<'_>, now: u64) -> Result<Flow, Refusal> {
        let missing = Refusal::new(OAuthCode::FlowMissing, "no flow cookie");
        let sealed = cookies.value(&self.name).filter(|value| !value.is_empty()).ok_or(missing)?;
        let claims = self.keyring.decode(&sealed, now).map_err(|error| match error {
            SealError::Expired => Refusal::new(OAuthCode::FlowExpired, "the flow cookie is too old"),
            other => Refusal::new(OAuthCode::FlowInvalid, other.reason()),
        })?;
        // The seal tolerates clocks that differ; ten minutes are ten minutes.
        if claims.get("exp").and_then(serde_json::Value::as_u64).is_none_or(|end| end <= now) {
            return Err(Refusal::new(OAuthCode::FlowExpired, "the flow cookie is too old"));
        }
        flow(&claims).ok_or(Refusal::new(OAuthCode::FlowInvalid, "the flow cookie is of another purpose"))
    }

    fn cookie(&self, value: String) -> SetCookie {
        SetCookie { secure: self.secure, ..SetCookie::new(self.name.clone(), value) }
    }
}

fn flow(claims: &Claims) -> Option<Flow> {
    let text = |name| claims.get(name)?.as_str().map(str::to_owned);
    if text("purpose")? != PURPOSE {
        return None;
    }
    Some(Flow {
        state: CsrfToken::new(text("state")?),
        nonce: Nonce::new(text("nonce")?),
        verifier: PkceCodeVerifier::new(text("verifier")?),
        return_path: text("return_path")?,
    })
}
