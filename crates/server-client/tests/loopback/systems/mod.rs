//! The five systems, row by row: a test's name begins with the row that it is about.

mod authjs;
mod cookie_jwt;
mod dual_token;
mod forwarded_cookies;
mod kept_cookie;
mod oauth_cookie;
mod renewal;
mod single_user;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tower_service::Service as _;
use twinfetch_backend::{Options, PASSWORD, SEEDED_ACCOUNTS, Server, System};
use twinfetch_canary::watch;
use twinfetch_server_client::{Api, Builder, Dialect, ServerClient};

use crate::stage::with_cookie;

/// What the backends of these tests sign with.
pub(crate) const SECRET: &str = "CANARY-secret-c84e19d2a07b4f63958d2c7fe1b3a605";

/// One system, running, and its client.
pub(crate) struct Running {
    pub(crate) client: ServerClient,
    backend: Server,
}

impl Running {
    pub(crate) async fn of(system: System) -> Self {
        Self::with(Self::options(system)).await
    }

    pub(crate) fn options(system: System) -> Options {
        Options {
            system,
            test_endpoints: true,
            secrets: vec![SECRET.to_owned()],
            issued: Some(watch),
            ..Options::default()
        }
    }

    pub(crate) async fn with(options: Options) -> Self {
        let dialect = dialect(options.system);
        options.secrets.iter().for_each(|secret| watch(secret));
        watch(PASSWORD);
        for account in SEEDED_ACCOUNTS {
            watch(account.password);
        }
        let backend = twinfetch_backend::serve(options).await.unwrap();
        let client = ServerClient::builder().base_url(backend.url()).dialect(dialect).secrets([SECRET]);
        Self { client: client.app_url("http://localhost:3000").build().unwrap(), backend }
    }

    /// Another client of the same backend.
    pub(crate) fn client(&self, system: System, set: impl FnOnce(Builder) -> Builder) -> ServerClient {
        let client = ServerClient::builder().base_url(self.backend.url()).dialect(dialect(system)).secrets([SECRET]);
        set(client).build().unwrap()
    }

    /// An incoming request with this cookie.
    pub(crate) fn incoming(&self, cookie: &str) -> Api {
        self.client.incoming(&with_cookie(cookie))
    }

    /// All calls that the backend counted.
    pub(crate) async fn calls(&self) -> Vec<Value> {
        let mut calls = self.test("GET", "/test/calls", None).await;
        calls["calls"].as_array_mut().unwrap().drain(..).collect()
    }

    /// How often a path was called.
    pub(crate) async fn count(&self, path: &str) -> u64 {
        let calls = self.calls().await;
        calls.iter().filter(|call| call["path"] == path).map(|call| call["count"].as_u64().unwrap()).sum()
    }

    pub(crate) async fn forget_calls(&self) {
        self.test("DELETE", "/test/calls", None).await;
    }

    /// Has the backend answer the next calls of a path so.
    pub(crate) async fn fault(&self, fault: Value) {
        self.test("PUT", "/test/fault", Some(fault)).await;
    }

    /// Asks what only a test may: past every wrapper of the system.
    pub(crate) async fn test(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let plain = ServerClient::builder().base_url(self.backend.url()).without_secrets().build().unwrap();
        let api = plain.background();
        let call = match method {
            "DELETE" => api.delete::<Value>(path),
            "GET" => api.get(path),
            "POST" => api.post(path),
            _ => api.put(path),
        };
        match body {
            Some(body) => call.json(&body).await.unwrap(),
            None => call.await.unwrap(),
        }
    }

    /// Ends the backend: from now on nobody answers.
    pub(crate) async fn shut_down(self) -> ServerClient {
        self.backend.shutdown().await;
        self.client
    }
}

fn dialect(system: System) -> Dialect {
    match system {
        System::Authjs => Dialect::authjs(),
        System::CookieJwt => Dialect::cookie_jwt(),
        System::DualToken => Dialect::dual_token(),
        System::OauthCookie => Dialect::oauth_cookie(),
        System::SingleUser => Dialect::single_user(),
    }
}

/// What an app's route answers to a browser that sends these cookies.
pub(crate) async fn visit(app: &Router, path: &str, cookies: &str) -> Response {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse().unwrap();
    if !cookies.is_empty() {
        request.headers_mut().insert(COOKIE, cookies.parse().unwrap());
    }
    let response = app.clone().call(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response
}

/// The `Set-Cookie` lines of a response.
pub(crate) fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// What a browser sends back of a line.
pub(crate) fn cookie(line: &str) -> &str {
    line.split(';').next().unwrap()
}

/// The parts of a line after the cookie itself, sorted.
pub(crate) fn attributes(line: &str) -> Vec<&str> {
    let mut attributes: Vec<_> = line.split("; ").skip(1).collect();
    attributes.sort_unstable();
    attributes
}

/// The claims of a JWT, unverified.
pub(crate) fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A JWT as a backend signs it.
pub(crate) fn sign(claims: &Value, secret: &str) -> String {
    use base64::Engine as _;
    use hmac::{KeyInit as _, Mac as _};
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let token = format!("{signed}.{}", encode(&mac.chain_update(&signed).finalize().into_bytes()));
    [secret, &token].into_iter().for_each(watch);
    token
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
