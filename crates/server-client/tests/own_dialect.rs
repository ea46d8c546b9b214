//! The dialect of `docs/dialects.md`, on a server: the part between the comments is shown there.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use twinfetch_server_client::{Dialect, Kind, ServerClient, Session};

const SESSION: &str = "CANARY-session-2b6f8d0a4c1e47539f7a5d3b9e0c8164";
const OLD: &str = "CANARY-session-a3d5f7912b4c4e6880f2a4c6e8b0d1f3";
const CSRF: &str = "CANARY-csrf-8e0c2a4f6b1d4937b5d7f9a1c3e5071b";

/// What the backend was asked: method and path, `Cookie`, and the header against forged requests.
type Asked = Arc<Mutex<Vec<[String; 3]>>>;

/// A backend as Django has it: it knows Ada by her session cookie, and wants the CSRF cookie twice.
async fn django() -> (String, Asked) {
    let asked = Asked::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = Router::new().fallback(answer).with_state(Arc::clone(&asked));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

async fn answer(State(asked): State<Asked>, request: Request) -> Response {
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (cookie, csrf) = (header("cookie"), header("x-csrftoken"));
    let refusal = |detail: &str| (StatusCode::FORBIDDEN, axum::Json(json!({ "detail": detail }))).into_response();
    let response = if !cookie.contains(SESSION) {
        refusal("Authentication credentials were not provided.")
    } else if *request.method() != Method::GET && (csrf.is_empty() || !cookie.contains(&format!("csrftoken={csrf}"))) {
        refusal("CSRF Failed: CSRF token missing.")
    } else {
        axum::Json(json!({ "id": 7, "username": "ada" })).into_response()
    };
    let line = format!("{} {}", request.method(), request.uri());
    asked.lock().expect("no other test").push([line, cookie, csrf]);
    response
}

fn visitor(cookie: &str) -> HeaderMap {
    [SESSION, CSRF, OLD].into_iter().for_each(twinfetch_canary::watch);
    HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).expect("a cookie"))])
}

fn client(url: &str) -> Result<ServerClient, Box<dyn std::error::Error>> {
    // shown
    let dialect = Dialect::from_json(include_str!("../../../docs/django.json"))?;
    let client = ServerClient::builder().dialect(dialect).base_url(url).build()?;
    // to here
    Ok(client)
}

#[tokio::test]
async fn the_visitors_cookies_are_passed_on_with_the_one_that_is_mirrored() {
    let (url, asked) = django().await;
    let api = client(&url).unwrap().incoming(&visitor(&format!("theme=dark; sessionid={SESSION}; csrftoken={CSRF}")));
    let Session::Authenticated(session) = api.session().await.unwrap() else { panic!("Ada is signed in") };
    assert_eq!(session.user::<Value>().unwrap()["username"], "ada");
    let created: Value = api.post("/api/notes/").json(&json!({ "text": "hello" })).await.unwrap();
    assert_eq!(created["id"], 7);
    let cookies = format!("sessionid={SESSION}; csrftoken={CSRF}");
    let expected = [["GET /api/whoami/", &cookies, ""], ["POST /api/notes/", &cookies, CSRF]];
    assert_eq!(*asked.lock().unwrap(), expected);
}

#[tokio::test]
async fn who_has_no_session_cookie_is_nobody_and_nobody_is_asked() {
    let (url, asked) = django().await;
    let api = client(&url).unwrap().incoming(&visitor(&format!("csrftoken={CSRF}")));
    assert!(matches!(api.session().await, Ok(Session::Anonymous)));
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_session_that_has_ended_is_nobody_and_a_call_says_why() {
    let (url, _) = django().await;
    let api = client(&url).unwrap().incoming(&visitor(&format!("sessionid={OLD}")));
    assert!(matches!(api.session().await, Ok(Session::Anonymous)));
    let refusal = api.get::<Value>("/api/notes/").await.unwrap_err();
    assert_eq!((refusal.kind(), refusal.message()), (Kind::Forbidden, "Authentication credentials were not provided."));
}

#[tokio::test]
async fn without_the_mirrored_cookie_nothing_is_changed() {
    let (url, _) = django().await;
    let api = client(&url).unwrap().incoming(&visitor(&format!("sessionid={SESSION}")));
    let refusal = api.post::<Value>("/api/notes/").json(&json!({})).await.unwrap_err();
    assert_eq!(refusal.message(), "CSRF Failed: CSRF token missing.");
}
