//! A session in this server's own cookie: renewed once for all requests that bring it, and told to the browser.

mod backend;
mod cancellation;
mod concurrency;
mod cookies;
mod endings;
mod failures;
mod layer;
mod proxy;
mod settings;

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_core::seal::{Keyring, SealVersion};
use twinfetch_server_client::{Builder, Dialect, Secret, ServerClient};
use uuid::Uuid;

use crate::stage::{seal, with_cookie};
use backend::Backend;

pub(crate) const SECRET: &str = "CANARY-secret-2f9c6b0d8e1a4753b4d7f1a3c5e90682";
pub(crate) const NAME: &str = "twinfetch.session";
/// Of sign-ins in these tests, in Unix seconds.
pub(crate) const SIGNED_IN: u64 = 1_750_000_000;
/// Some time after.
pub(crate) const NOW: u64 = SIGNED_IN + 3_600;

/// A client of a backend with rotating tokens, whose app goes without https.
pub(crate) fn client(backend: &Backend) -> ServerClient {
    settings(backend.url()).build().unwrap()
}

pub(crate) fn settings(url: &str) -> Builder {
    let builder = ServerClient::builder().base_url(url).app_url("http://localhost:3000");
    let clock = || std::time::UNIX_EPOCH + std::time::Duration::from_secs(NOW);
    builder.dialect(Dialect::dual_token()).secrets([SECRET]).own_session().clock(clock)
}

/// A token of a user.
pub(crate) fn token(user: &str, kind: &str, generation: u64) -> String {
    let token = format!("{user}-{kind}-{generation}");
    twinfetch_canary::watch(&token);
    token
}

/// What is sealed for a user whose tokens are of this generation.
pub(crate) fn content(user: &str, generation: u64) -> Value {
    let id = Uuid::from_slice(&Sha256::digest(user)[..16]).unwrap();
    json!({
        "purpose": "twinfetch session",
        // The same for all requests of a user.
        "sid": id.to_string(),
        "generation": generation,
        "auth_time": SIGNED_IN,
        "iat": SIGNED_IN,
        "exp": SIGNED_IN + 30 * 24 * 3_600,
        "access_token": token(user, "access", generation),
        "refresh_token": token(user, "refresh", generation),
    })
}

pub(crate) fn sealed(content: &Value) -> HeaderMap {
    with_cookie(&format!("{NAME}={}", seal(SealVersion::V5, SECRET, NAME, content)))
}

/// A request of a user whose cookie is of this generation.
pub(crate) fn request(user: &str, generation: u64) -> HeaderMap {
    sealed(&content(user, generation))
}

/// A request of a user whose first access token has ended; their first refresh token is good.
pub(crate) fn stale(user: &str) -> HeaderMap {
    let mut content = content(user, 1);
    content["access_token"] = token(user, "access", 0).into();
    sealed(&content)
}

/// What the lines have a browser keep: the content of the session that they write, `None` when they delete it.
pub(crate) fn kept(lines: &[HeaderValue]) -> Option<Value> {
    let pairs = lines.iter().map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned());
    let pairs: Vec<String> = pairs.filter(|pair| !pair.ends_with('=')).collect();
    let cookie = with_cookie(&pairs.join("; "));
    let cookies = twinfetch_core::cookie::Cookies::parse(cookie.values().map(HeaderValue::as_bytes));
    let token = cookies.session(NAME).unwrap()?;
    let keyring = Keyring::new(SealVersion::V5, &[Secret::new(SECRET)], NAME).unwrap();
    Some(keyring.decode(&token, NOW).unwrap().into_document())
}

/// The request that a browser sends which got these lines.
pub(crate) fn next_request(lines: &[HeaderValue]) -> HeaderMap {
    sealed(&kept(lines).unwrap())
}
