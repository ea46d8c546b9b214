//! A backend of the test's own, and a client for it.

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use twinfetch_backend::{Options, PASSWORD, SEEDED_ACCOUNTS, Server, System, serve};
use twinfetch_canary::watch;

pub(crate) const ORIGIN: &str = "http://localhost:3000";

pub(crate) struct Running {
    server: Server,
    http: Client,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::of(System::Authjs).await
    }

    /// A backend of one system, with test endpoints.
    pub(crate) async fn of(system: System) -> Self {
        Self::with(Self::options(system)).await
    }

    pub(crate) fn options(system: System) -> Options {
        Options { system, test_endpoints: true, allow_origins: vec![ORIGIN.to_owned()], ..Options::default() }
    }

    pub(crate) async fn with_tokens_dead_at_birth() -> Self {
        Self::with(Options { token_lifetime: Some(Duration::ZERO), ..Options::default() }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        SEEDED_ACCOUNTS.iter().map(|account| account.password).chain([PASSWORD]).for_each(watch);
        let options = Options { issued: Some(watch), ..options };
        Self { server: serve(options).await.unwrap(), http: Client::new() }
    }

    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server.url()))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// Signs in one of the seeded accounts and gives what the backend answered.
    pub(crate) async fn sign_in(&self, username: &str) -> Value {
        let account = SEEDED_ACCOUNTS.iter().find(|account| account.username == username).unwrap();
        let answer = self.log_in(account.username, account.password).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub(crate) async fn access_token(&self, username: &str) -> String {
        self.sign_in(username).await["accessToken"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn log_in(&self, username: &str, password: &str) -> Response {
        let credentials = json!({ "username": username, "password": password });
        self.post("/api/auth/login").json(&credentials).send().await.unwrap()
    }

    pub(crate) async fn shutdown(self) {
        drop(self.http);
        self.server.shutdown().await;
    }
}

/// The message of a refusal with this status.
pub(crate) async fn refusal(answer: Response, status: u16) -> String {
    body(answer, status).await["message"].as_str().unwrap().to_owned()
}

/// The body of an answer with this status.
pub(crate) async fn body(answer: Response, status: u16) -> Value {
    assert_eq!(answer.status(), status);
    answer.json().await.unwrap()
}

/// What a token says, unverified.
pub(crate) fn claims(token: &Value) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token.as_str().unwrap()).unwrap().claims
}

/// How long a token is good, in seconds.
pub(crate) fn lifetime(token: &Value) -> u64 {
    claims(token)["exp"].as_u64().unwrap() - claims(token)["iat"].as_u64().unwrap()
}

/// The names of an object's members, sorted.
pub(crate) fn members(object: &Value) -> Vec<&str> {
    // Whether a map keeps its members in order depends on what else is compiled.
    let mut names: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

pub(crate) fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
