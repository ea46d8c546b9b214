//! `GET /api/auth/google`: off to the provider, with `state`, `nonce` and a PKCE challenge (RFC 7636).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum_extra::extract::PrivateCookieJar;
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, Scope};
use serde::Deserialize;

use super::failure::Failure;
use super::provider::{PATIENCE, Pending};
use crate::backend::Backend;
use crate::tokens::Lifespan;

/// The way back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Way {
    /// A path of the front end; without it, its root.
    return_to: Option<String>,
}

/// A 302 that no cache keeps.
pub(super) type Found = (StatusCode, [(HeaderName, String); 2]);

/// Sends the browser to the provider.
pub(super) async fn redirect(
    State(backend): State<Backend>,
    way: Result<Query<Way>, QueryRejection>,
) -> Result<(PrivateCookieJar, Found), Failure> {
    let return_to = way?.0.return_to.unwrap_or_default();
    if !is_own(&return_to) {
        return Err(Failure::bad_request("returnTo 必须是本站路径"));
    }
    let client = backend.sign_in.client().await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let pending = Pending {
        state: state.into_secret(),
        nonce: nonce.secret().clone(),
        code_verifier: verifier.into_secret(),
        until: Lifespan::from_now(PATIENCE).exp,
        return_to,
    };
    Ok((backend.sign_in.wait(&pending)?, found(url.into())))
}

/// A 302 to this address.
pub(super) fn found(url: String) -> Found {
    (StatusCode::FOUND, [(header::LOCATION, url), (header::CACHE_CONTROL, "no-store".to_owned())])
}

/// Whether this stays on the origin before it: a path, and nothing that a browser could read as a host.
fn is_own(path: &str) -> bool {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    path.is_empty() || (path.starts_with('/') && !path.starts_with("//") && plain)
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn a_way_back_is_a_path_and_no_host() {
        for own in ["", "/", "/journeys?page=2#top"] {
            assert!(is_own(own), "{own}");
        }
        for foreign in
            ["//evil.example", "/\\evil.example", "https://evil.example", "@evil", ".evil", "/\t/evil", "/a b"]
        {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}
