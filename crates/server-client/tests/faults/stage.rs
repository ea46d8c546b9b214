//! A client of a fault server, signed in, and a clock that a test moves.

use std::time::Duration;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use twinfetch_canary::{canary, show_error, shown};
use twinfetch_core::seal::{Keyring, SealVersion};
use twinfetch_faults::{Clock, FaultServer, Script};
use twinfetch_server_client::{Api, Builder, Code, Error, Secret, Sent, ServerClient};

const COOKIE_NAME: &str = "authjs.session-token";

/// Smaller than every limit that is tested.
const STEP: Duration = Duration::from_millis(100);

pub(crate) struct Stage {
    pub(crate) server: FaultServer,
    pub(crate) api: Api,
    pub(crate) clock: Clock,
}

/// How a call ended, and when.
pub(crate) struct Ended {
    pub(crate) outcome: Result<Value, Error>,
    pub(crate) elapsed: Duration,
}

impl Stage {
    pub(crate) async fn new(script: Script) -> Self {
        Self::with(script, |builder| builder).await
    }

    /// A client with other settings than the defaults.
    pub(crate) async fn with(script: Script, set: impl FnOnce(Builder) -> Builder) -> Self {
        let server = FaultServer::start(script).await.unwrap();
        let api = signed_in(&server.url(), set);
        Self { server, api, clock: Clock::paused(STEP) }
    }

    pub(crate) async fn get(&mut self) -> Ended {
        let call = self.api.get("/private-route").query("q", canary("query"));
        let (outcome, elapsed) = self.clock.run(call.into_future()).await.unwrap();
        Ended { outcome, elapsed }
    }

    /// A call that is not repeated, unless nothing of it has left.
    pub(crate) async fn post(&mut self) -> Ended {
        let call = self.api.post("/private-route").json(&json!({ "password": canary("password") }));
        let (outcome, elapsed) = self.clock.run(call.into_future()).await.unwrap();
        Ended { outcome, elapsed }
    }

    /// A call that says that it may be repeated.
    pub(crate) async fn keyed_post(&mut self) -> Ended {
        let call = self.api.post("/private-route").header("idempotency-key", "1").json(&json!({}));
        let (outcome, elapsed) = self.clock.run(call.into_future()).await.unwrap();
        Ended { outcome, elapsed }
    }

    /// Has every further call go well, and sees that it does: nothing is left of what went wrong.
    pub(crate) async fn goes_on(&mut self) {
        self.server.play(Script::default());
        assert!(self.get().await.outcome.unwrap()["request"].is_u64());
        assert!(self.api.session().await.unwrap().is_authenticated());
    }
}

impl Ended {
    /// The failure, which has this code and shows nothing to a user that is not meant for him.
    pub(crate) fn failed(self, code: Code) -> Error {
        let error = self.outcome.unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        assert_eq!(error.kind(), code.kind());
        is_showable(&error);
        error
    }
}

/// How far a call had come: whether it was sent, and how often.
pub(crate) fn travelled(error: &Error) -> (Sent, u32) {
    (error.sent(), error.attempts())
}

/// A user sees nothing internal; a log sees where it was. What is secret is in neither.
pub(crate) fn is_showable(error: &Error) {
    let message = error.message();
    assert!(message.ends_with('.'), "{message}");
    for internal in ["private", "127.0.0.1", "localhost", "http", "reqwest", "hyper", "os error", "tls"] {
        assert!(!message.contains(internal), "{message}");
    }
    assert!(error.log_detail().contains("/private-route at http"), "{error:?}");
    show_error(error);
    shown(&error.log_detail());
}

/// An incoming request of somebody who is signed in, for a time without end.
pub(crate) fn signed_in(url: &str, set: impl FnOnce(Builder) -> Builder) -> Api {
    signed_in_until(url, None, set)
}

/// An incoming request of somebody whose session ends at a moment in Unix seconds.
pub(crate) fn signed_in_until(url: &str, end: Option<u64>, set: impl FnOnce(Builder) -> Builder) -> Api {
    let secret = canary("secret");
    let builder = set(ServerClient::builder().base_url(url).secrets([secret]));
    let keyring = Keyring::new(SealVersion::V5, &[Secret::new(secret)], COOKIE_NAME).unwrap();
    let mut iv = vec![0; keyring.iv_bytes()];
    getrandom::fill(&mut iv).unwrap();
    let mut claims = json!({ "name": "ada", "email": "ada@example.com", "accessToken": canary("access") });
    if let Some(end) = end {
        claims["exp"] = end.into();
    }
    let sealed = keyring.encode(&claims.to_string(), &iv).unwrap();
    let cookie = HeaderValue::from_str(&format!("{COOKIE_NAME}={sealed}")).unwrap();
    builder.build().unwrap().incoming(&HeaderMap::from_iter([(COOKIE, cookie)]))
}
