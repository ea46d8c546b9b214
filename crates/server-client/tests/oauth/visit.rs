//! A browser on its way to a provider and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::response::Response;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Uri};
use reqwest::Url;
use twinfetch_canary::watch;
use twinfetch_server_client::oauth::{OAuth, OAuthBuilder, OAuthCode, OAuthError, SignedIn};

pub(crate) const CLIENT_ID: &str = "the-app";
pub(crate) const CLIENT_SECRET: &str = "CANARY-client-secret-3e7d1b9a5f0c4286a4c8e60b7d2f9315";
pub(crate) const REDIRECT_URI: &str = "http://localhost:3000/api/auth/callback";
pub(crate) const SECRET: &str = "CANARY-secret-8c2f5a0e7d4b4916b3e9a71c6f0d8254";

/// The settings of a sign-in at this issuer.
pub(crate) fn settings(issuer: &str) -> OAuthBuilder {
    [CLIENT_SECRET, SECRET].into_iter().for_each(watch);
    OAuth::builder()
        .issuer(issuer)
        .client_id(CLIENT_ID)
        .client_secret(CLIENT_SECRET)
        .redirect_uri(REDIRECT_URI)
        .secrets([SECRET])
}

pub(crate) fn oauth(issuer: &str) -> OAuth {
    settings(issuer).build().unwrap()
}

/// How far a test's clock is ahead, in seconds.
#[derive(Clone, Default)]
pub(crate) struct Ahead(Arc<AtomicU64>);

impl Ahead {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let ahead = Arc::clone(&self.0);
        move || SystemTime::now() + Duration::from_secs(ahead.load(Ordering::SeqCst))
    }
}

/// A sign-in that has begun: where the browser was sent, and its cookie.
pub(crate) struct Visit {
    pub(crate) location: Url,
    pub(crate) set_cookie: String,
    pub(crate) cookie: String,
}

impl Visit {
    pub(crate) async fn begin(oauth: &OAuth, return_to: Option<&str>) -> Self {
        Self::of(&oauth.start(return_to).await.unwrap())
    }

    /// What a response that sends to the provider says.
    pub(crate) fn of(response: &Response) -> Self {
        assert_eq!(response.status(), 302);
        check_headers(response.headers());
        let set_cookie = text(response.headers(), SET_COOKIE.as_str());
        let cookie = set_cookie.split(';').next().unwrap().to_owned();
        let location = text(response.headers(), LOCATION.as_str()).parse().unwrap();
        let begun = Self { location, set_cookie, cookie };
        watch(begun.cookie.split_once('=').unwrap().1);
        for name in ["state", "nonce", "code_challenge"] {
            watch(&begun.parameter(name));
        }
        begun
    }

    /// A parameter of the authorization request.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let mut values = self.location.query_pairs().filter(|(known, _)| known == name);
        let (_, value) = values.next().unwrap_or_else(|| panic!("no {name} in {}", self.location));
        assert!(values.next().is_none(), "{name} is there twice");
        value.into_owned()
    }

    pub(crate) fn state(&self) -> String {
        self.parameter("state")
    }

    /// Comes back with a query.
    pub(crate) async fn back(&self, oauth: &OAuth, query: &str) -> Result<SignedIn, OAuthError> {
        callback(oauth, query, &self.cookie).await
    }

    /// Comes back with a code and the right state.
    pub(crate) async fn back_with(&self, oauth: &OAuth, code: &str) -> Result<SignedIn, OAuthError> {
        self.back(oauth, &format!("code={code}&state={}", self.state())).await
    }
}

pub(crate) async fn callback(oauth: &OAuth, query: &str, cookie: &str) -> Result<SignedIn, OAuthError> {
    let uri: Uri = format!("/api/auth/callback?{query}").parse().unwrap();
    let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).unwrap())]);
    let outcome = oauth.callback(&uri, &headers).await;
    let headers = match &outcome {
        Ok(signed_in) => signed_in.headers(),
        Err(error) => error.headers(),
    };
    check_headers(&headers);
    let cleared = text(&headers, SET_COOKIE.as_str());
    assert!(cleared.contains("=; Max-Age=0; Path=/; HttpOnly"), "any outcome deletes the flow cookie: {cleared}");
    outcome
}

pub(crate) fn code_of(outcome: Result<SignedIn, OAuthError>) -> OAuthCode {
    outcome.expect_err("refused").code()
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap().to_owned()
}

fn check_headers(headers: &HeaderMap) {
    assert_eq!(text(headers, "cache-control"), "no-store");
    assert_eq!(text(headers, "referrer-policy"), "no-referrer");
}
