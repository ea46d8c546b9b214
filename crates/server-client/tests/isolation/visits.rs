//! Visits to an app: pages that ask the same of everybody, with the browsers' cookies.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower_service::Service as _;
use twinfetch_server_client::{Api, ApiLayer, Dialect, Error, ServerClient, Session};

/// The app on one server.
#[derive(Clone)]
pub(crate) struct App(Router);

/// What a browser keeps.
#[derive(Clone, Default)]
pub(crate) struct Jar(BTreeMap<String, String>);

impl App {
    /// The app, and the client which all of its requests share.
    pub(crate) fn new(backend: &str) -> (Self, ServerClient) {
        let client = ServerClient::builder().base_url(backend).dialect(Dialect::dual_token()).own_session();
        let client = client.app_url("http://localhost:3000").secrets([twinfetch_canary::canary("secret")]);
        let client = client.build().unwrap();
        let routes = Router::new()
            .route("/sign-in", post(sign_in))
            .route("/page", get(async |api: Api| page(api).await))
            .route("/sign-out", post(async |api: Api| api.sign_out().await.map(|_| Json(Value::Null))));
        (Self(routes.layer(ApiLayer::new(client.clone()))), client)
    }

    /// One request of a browser; its cookies are for the caller to keep.
    pub(crate) async fn visit(&self, path: &str, id: &str, jar: &Jar, body: &Value) -> (StatusCode, HeaderMap, Value) {
        let method = if path == "/page" { "GET" } else { "POST" };
        let request = Request::builder().method(method).uri(path).header("x-request-id", id);
        let request = request.header(COOKIE, jar.header()).header("content-type", "application/json");
        let response = self.0.clone().call(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 100_000).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

impl Jar {
    fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Takes what a response sets, as a browser does.
    pub(crate) fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.0.remove(name);
            if !value.is_empty() && !attributes.contains("Max-Age=0") {
                twinfetch_canary::watch(value);
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

async fn sign_in(api: Api, Json(who): Json<Value>) -> Result<Json<Value>, Error> {
    api.sign_in(&who).await?;
    Ok(Json(Value::Null))
}

/// What a page shows of its visitor, asked in several ways at once.
pub(crate) async fn page(api: Api) -> Result<Json<Value>, Error> {
    let mark = async |call: twinfetch_server_client::Call<Value>| call.await.map(|seen| seen["mark"].clone());
    let (session, me, again, posted) = tokio::try_join!(
        api.session(),
        mark(api.get("/api/me")),
        mark(api.get("/api/me")),
        mark(api.post("/api/seen").json(&json!({ "audience": "all" }))),
    )?;
    let Session::Authenticated(session) = session else { return Ok(Json(Value::Null)) };
    let last = mark(api.get("/api/me")).await?;
    Ok(Json(json!([session.user::<Value>()?["mark"], me, again, posted, last])))
}
