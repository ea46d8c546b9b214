//! A backend that takes no bearer token: its own cookies are passed on, and nothing is sealed.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tower_service::Service as _;
use twinfetch_server_client::{Api, Dialect, Kind, Proxy, ServerClient};

use crate::scripted::{Scripted, nobody};
use crate::stage::with_cookie;

fn dialect() -> Dialect {
    let dialect = json!({
        "credential": { "kind": "cookie", "forward": ["sid"] },
        "identity": {
            "kind": "endpoint", "site": "backend", "path": "/me", "absent": ["401"],
            "session": { "user": "/user" }, "notices": []
        },
        "seal": { "kind": "none" },
        "renewal": { "kind": "none" },
        "envelope": { "kind": "bare", "message": "/message" },
        "csrf": { "kind": "mirrored", "cookie": "csrf", "header": "X-CSRF" },
        "signIn": { "kind": "json", "path": "/login" },
        "signOut": { "kind": "json", "path": "/logout" }
    });
    Dialect::from_json(&dialect.to_string()).unwrap()
}

fn client(url: &str) -> ServerClient {
    ServerClient::builder().base_url(url).dialect(dialect()).app_url("http://localhost:3000").build().unwrap()
}

/// Knows `sid=ada`, and echoes what came.
async fn answer(request: Request) -> Response {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (cookie, csrf) = (header("cookie"), header("x-csrf"));
    let signed_in = cookie.as_ref().is_some_and(|cookie| cookie.contains("sid=ada"));
    let echo = json!({ "user": { "name": "ada" }, "cookie": cookie, "csrf": csrf, "bearer": header("authorization") });
    if request.method() != Method::GET && request.uri().path() != "/x" {
        assert_eq!((header("cache-control").as_deref(), header("x-request-id").is_some()), (Some("no-store"), true));
    }
    let body = |value: &Value| Body::from(value.to_string());
    let json = [("content-type", "application/json")];
    match request.uri().path() {
        "/login" => {
            let mut response = (StatusCode::OK, json, body(&echo)).into_response();
            for line in ["sid=ada; Domain=backend.test; Path=/; HttpOnly", "csrf=c%2F2; Path=/", "tracking=1; Path=/"] {
                response.headers_mut().append(SET_COOKIE, line.parse().unwrap());
            }
            response
        }
        _ if signed_in => (StatusCode::OK, json, body(&echo)).into_response(),
        _ => (StatusCode::UNAUTHORIZED, json, body(&json!({ "message": "no" }))).into_response(),
    }
}

fn incoming(backend: &Scripted, cookie: &str) -> Api {
    client(&backend.url).incoming(&with_cookie(cookie))
}

#[tokio::test]
async fn only_the_named_cookies_are_passed_on_and_no_bearer_token() {
    let backend = Scripted::new(answer).await;
    let mut headers = with_cookie("theme=dark; sid=ada; csrf=a%2Fb; other=1");
    headers.insert("authorization", "Bearer of-somebody".parse().unwrap());
    let api = client(&backend.url).incoming(&headers);
    let read: Value = api.get("/x").await.unwrap();
    assert_eq!(
        (&read["cookie"], &read["csrf"], &read["bearer"]),
        (&json!("sid=ada; csrf=a%2Fb"), &json!(null), &json!(null))
    );
    let changed: Value = api.post("/x").await.unwrap();
    assert_eq!((&changed["cookie"], &changed["csrf"]), (&json!("sid=ada; csrf=a%2Fb"), &json!("a%2Fb")));
    assert!(api.session_was_read());
}

#[tokio::test]
async fn a_proxy_passes_them_on_too() {
    let backend = Scripted::new(answer).await;
    let mut proxy = Proxy::builder(client(&backend.url)).allow("/x").build().unwrap();
    for (method, csrf) in [(Method::GET, json!(null)), (Method::POST, json!("a%2Fb"))] {
        let request = Request::builder().method(method).uri("/x").header("sec-fetch-site", "same-origin");
        let request = request.header("cookie", "theme=dark; sid=ada; csrf=a%2Fb").header("x-csrf", "of-a-page");
        let response = proxy.call(request.body(Body::empty()).unwrap()).await.unwrap();
        let body = axum::body::to_bytes(Body::new(response.into_body()), 4096).await.unwrap();
        let echo: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&echo["cookie"], &echo["csrf"]), (&json!("sid=ada; csrf=a%2Fb"), &csrf));
    }
}

#[tokio::test]
async fn the_session_is_asked_for_once_per_request() {
    let backend = Scripted::new(answer).await;
    let api = incoming(&backend, "sid=ada");
    let other = api.clone();
    let (first, second) = tokio::join!(api.session(), other.session());
    let user: Value = first.unwrap().authenticated().unwrap().user().unwrap();
    assert_eq!(user, json!({ "name": "ada" }));
    assert!(second.unwrap().is_authenticated() && api.session().await.unwrap().is_authenticated());
    assert_eq!(backend.hits(), 1);
}

#[tokio::test]
async fn whoever_has_no_such_cookie_or_a_dead_one_is_anonymous() {
    let backend = Scripted::new(answer).await;
    assert!(!incoming(&backend, "theme=dark; sid=").session().await.unwrap().is_authenticated());
    assert_eq!(backend.hits(), 0);
    assert!(!incoming(&backend, "sid=grace").session().await.unwrap().is_authenticated());
    assert_eq!(backend.hits(), 1);
}

#[tokio::test]
async fn a_backend_that_cannot_be_asked_leaves_the_session_unknown() {
    let api = client(&nobody().await).incoming(&with_cookie("sid=ada"));
    assert_eq!(api.session().await.unwrap_err().kind(), Kind::Network);
    let failing = Scripted::new(async |_| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await;
    let api = incoming(&failing, "sid=ada");
    assert_eq!(api.session().await.unwrap_err().kind(), Kind::Status);
    assert_eq!(api.session().await.unwrap_err().kind(), Kind::Status);
    assert_eq!(failing.hits(), 1);
}

#[tokio::test]
async fn a_sign_in_keeps_the_cookies_and_relays_those_that_are_known() {
    let backend = Scripted::new(answer).await;
    let api = client(&backend.url).incoming(&HeaderMap::new());
    let signed_in = api.sign_in(&json!({ "name": "ada" })).await.unwrap();
    let changed: Value = signed_in.api().post("/x").await.unwrap();
    assert_eq!((&changed["cookie"], &changed["csrf"]), (&json!("sid=ada; csrf=c%2F2"), &json!("c%2F2")));
    assert!(signed_in.api().session().await.unwrap().is_authenticated());
    let lines: Vec<_> = api.set_cookies().iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    assert_eq!(lines, ["sid=ada; Path=/; HttpOnly", "csrf=c%2F2; Path=/"]);
    assert!(signed_in.api().sign_out().await.unwrap().server_told);
    assert_eq!(signed_in.api().post::<Value>("/x").await.unwrap_err().kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn a_sign_out_deletes_the_cookies_that_came() {
    let backend = Scripted::new(answer).await;
    let api = incoming(&backend, "sid=ada; theme=dark");
    assert!(api.sign_out().await.unwrap().server_told);
    let lines: Vec<_> = api.set_cookies().iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    assert_eq!(lines, ["sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]);
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.get::<Value>("/x").await.unwrap_err().kind(), Kind::Unauthorized);
    assert_eq!(backend.hits(), 2);
}
