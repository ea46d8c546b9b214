//! The reference backend, a client of it, and cookies as Auth.js seals them.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use twinfetch_backend::{Options, SEEDED_ACCOUNTS, SeededAccount, Server};
use twinfetch_canary::watch;
use twinfetch_core::seal::{Keyring, SealVersion};
use twinfetch_server_client::{Api, Secret, ServerClient};

pub(crate) const ADA: SeededAccount = SEEDED_ACCOUNTS[0];
pub(crate) const GRACE: SeededAccount = SEEDED_ACCOUNTS[1];
pub(crate) const SECRET: &str = "CANARY-secret-5d0b7c1f6e8a42939c3f1e7a60b5d284";
/// An access token of nobody in particular.
pub(crate) const ACCESS: &str = "CANARY-access-91c6f2ab07d34e58b1a9e35f7c2d8046";
pub(crate) const COOKIE_NAME: &str = "authjs.session-token";

/// A running backend and its client.
pub(crate) struct Stage {
    pub(crate) client: ServerClient,
    _backend: Server,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let options = Options { test_endpoints: true, issued: Some(watch), ..Options::default() };
        for account in SEEDED_ACCOUNTS {
            watch(account.password);
        }
        let backend = twinfetch_backend::serve(options).await.unwrap();
        Self { client: client(backend.url()), _backend: backend }
    }

    /// An incoming request of somebody who is signed in.
    pub(crate) async fn signed_in(&self, account: SeededAccount) -> Api {
        self.client.incoming(&request_of(account, &self.token(account).await))
    }

    /// A new access token.
    pub(crate) async fn token(&self, account: SeededAccount) -> String {
        let credentials = json!({ "username": account.username, "password": account.password });
        let login: Value = self.client.background().post("/api/auth/login").json(&credentials).await.unwrap();
        login["accessToken"].as_str().unwrap().to_owned()
    }

    /// All calls that the backend counted.
    pub(crate) async fn calls(&self) -> Vec<Value> {
        let mut calls: Value = self.client.background().get("/test/calls").await.unwrap();
        calls["calls"].as_array_mut().unwrap().drain(..).collect()
    }

    /// How often a resource was read.
    pub(crate) async fn reads(&self, path: &str) -> u64 {
        let calls = self.calls().await;
        let reads = calls.iter().filter(|call| call["method"] == "GET" && call["path"] == path);
        reads.map(|call| call["count"].as_u64().unwrap()).sum()
    }

    /// Has the backend answer the next calls of a path so.
    pub(crate) async fn fault(&self, fault: Value) {
        let () = self.client.background().put("/test/fault").json(&fault).await.unwrap();
    }
}

pub(crate) fn client(url: &str) -> ServerClient {
    ServerClient::builder().base_url(url).secrets([SECRET]).build().unwrap()
}

/// The headers of a request with a session.
pub(crate) fn request_of(account: SeededAccount, token: &str) -> HeaderMap {
    let sealed = seal(SealVersion::V5, SECRET, COOKIE_NAME, &claims_of(account, token));
    with_cookie(&format!("{COOKIE_NAME}={sealed}"))
}

pub(crate) fn claims_of(account: SeededAccount, token: &str) -> Value {
    watch(token);
    json!({ "name": account.username, "email": account.email, "accessToken": token })
}

/// A session token as Auth.js makes it.
pub(crate) fn seal(version: SealVersion, secret: &str, cookie: &str, claims: &Value) -> String {
    let salt = if version == SealVersion::V4 { "" } else { cookie };
    let keyring = Keyring::new(version, &[Secret::new(secret)], salt).unwrap();
    let mut iv = vec![0; keyring.iv_bytes()];
    getrandom::fill(&mut iv).unwrap();
    let sealed = keyring.encode(&claims.to_string(), &iv).unwrap();
    [secret, &sealed].into_iter().for_each(watch);
    sealed
}

pub(crate) fn with_cookie(cookie: &str) -> HeaderMap {
    HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).unwrap())])
}
