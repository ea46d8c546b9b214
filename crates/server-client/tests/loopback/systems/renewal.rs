//! S1.5: one renewal for all who wait, whoever began it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use twinfetch_backend::System;
use twinfetch_canary::watch;
use twinfetch_server_client::{Code, Dialect, Kind, Secret, ServerClient, SignedIn, Tokens};

use super::Running;
use crate::scripted::Scripted;
use crate::stage::ADA;

/// An access token that is good no more.
const REFUSED: &str = "CANARY-access-4a7be09f31c2458d86e5d07f9c3b1a62";

/// An access token with its refresh token, and those that come after them.
const FIRST: [&str; 2] =
    ["CANARY-access-0f4b8c2e6a1d49739e5c7b3a8d2f6014", "CANARY-refresh-e2a97d5c4b184f30a6d18c9f7e3b5021"];
const SECOND: [&str; 2] =
    ["CANARY-access-7b3d9e1f5c2a48608d4e6f1b9a0c7325", "CANARY-refresh-51c8e6a03f7d4b29b0e4d97a2c6f8135"];

/// Somebody whose access token is not good any more.
async fn expired(running: &Running) -> SignedIn {
    let credentials = json!({ "email": ADA.email, "password": ADA.password });
    let tokens = running.client.background().sign_in(&credentials).await.unwrap().tokens().unwrap();
    running.forget_calls().await;
    running.client.background().with_tokens(Tokens { access: Secret::new(REFUSED), ..tokens })
}

#[tokio::test]
async fn s1_5_two_hundred_refused_calls_renew_once() {
    let running = Running::of(System::DualToken).await;
    let signed_in = expired(&running).await;
    let calls = (0..200).map(|_| signed_in.api().get::<Value>("/api/posts").into_future());
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(running.count("/auth/refresh").await, 1);
    assert_eq!(running.count("/api/posts").await, 400);
    assert_ne!(signed_in.tokens().unwrap().access, Secret::new(REFUSED));
}

#[tokio::test]
async fn who_comes_late_with_a_spent_pair_goes_on_from_what_it_brought_though_that_has_ended_too() {
    let current = Arc::new(AtomicU64::new(2));
    let of_handler = Arc::clone(&current);
    let backend = Scripted::new(move |request: Request| {
        let current = Arc::clone(&of_handler);
        async move {
            let good = format!("Bearer a{}", current.load(Ordering::SeqCst));
            if request.uri().path() == "/auth/refresh" {
                let body = axum::body::to_bytes(request.into_body(), 65_536).await.unwrap();
                let spent =
                    serde_json::from_slice::<Value>(&body).unwrap()["refreshToken"].as_str().unwrap().to_owned();
                let next = spent[1..].parse::<u64>().unwrap() + 1;
                let data = json!({ "accessToken": format!("a{next}"), "refreshToken": format!("r{next}") });
                return axum::Json(json!({ "success": true, "data": data })).into_response();
            }
            match request.headers().get("authorization").is_some_and(|shown| *shown == *good) {
                true => axum::Json(json!({ "success": true, "data": "page" })).into_response(),
                false => StatusCode::UNAUTHORIZED.into_response(),
            }
        }
    })
    .await;
    let builder = ServerClient::builder().base_url(&backend.url).dialect(Dialect::dual_token());
    let api = builder.without_secrets().build().unwrap().background();
    let spent = || Tokens { access: Secret::new("a1"), refresh: Some(Secret::new("r1")) };
    assert_eq!(api.with_tokens(spent()).api().get::<Value>("/page").await.unwrap(), "page");
    current.store(3, Ordering::SeqCst);
    assert_eq!(api.with_tokens(spent()).api().get::<Value>("/page").await.unwrap(), "page");
}

#[tokio::test]
async fn s1_5_the_refresh_token_that_was_spent_is_dead() {
    let running = Running::of(System::DualToken).await;
    let signed_in = expired(&running).await;
    let spent = signed_in.tokens().unwrap().refresh.unwrap();
    let renewed = running.client.background().refresh(spent.expose()).await.unwrap();
    assert!(renewed.api().get::<Value>("/auth/me").await.is_ok());
    assert_eq!(running.client.background().refresh(spent.expose()).await.unwrap_err().kind(), Kind::Unauthorized);
    let error = signed_in.api().get::<Value>("/auth/me").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthorized);
    assert_eq!(signed_in.tokens(), None);
}

#[tokio::test]
async fn s1_5_a_renewal_that_fails_is_said_and_ends_no_session() {
    let running = Running::of(System::DualToken).await;
    let signed_in = expired(&running).await;
    running.fault(json!({ "path": "/auth/refresh", "status": 503, "body": "{}" })).await;
    let error = signed_in.api().get::<Value>("/auth/me").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (Kind::Status, Some(StatusCode::SERVICE_UNAVAILABLE)));
    assert!(signed_in.tokens().is_some());
    assert!(signed_in.api().get::<Value>("/auth/me").await.is_ok());
}

#[tokio::test]
async fn s1_7_a_renewal_over_the_limit_is_not_hammered() {
    let running = Running::of(System::DualToken).await;
    let signed_in = expired(&running).await;
    running
        .fault(json!({ "path": "/auth/refresh", "status": 429, "body": "{}", "headers": { "retry-after": "30" } }))
        .await;
    let calls = (0..20).map(|_| signed_in.api().get::<Value>("/auth/me").into_future());
    for answer in join_all(calls).await {
        let error = answer.unwrap_err();
        assert_eq!((error.code(), error.retry_after().unwrap().as_secs()), (Code::RateLimited, 30));
    }
    assert_eq!(signed_in.refresh().await.unwrap_err().code(), Code::RateLimited);
    assert_eq!(running.count("/auth/refresh").await, 1);
    assert!(signed_in.tokens().is_some());
}

#[tokio::test]
async fn s1_7_ten_renewals_a_minute_are_allowed() {
    let running = Running::of(System::DualToken).await;
    let signed_in = expired(&running).await;
    for _ in 0..10 {
        signed_in.refresh().await.unwrap();
    }
    let error = signed_in.refresh().await.unwrap_err();
    assert_eq!(error.code(), Code::RateLimited);
    assert!(error.retry_after().is_some());
    assert!(signed_in.api().get::<Value>("/auth/me").await.is_ok());
}

#[tokio::test]
async fn calls_of_one_incoming_request_renew_once_and_give_the_browser_the_new_token() {
    let running = Running::of(System::DualToken).await;
    let tokens = expired(&running).await.tokens().unwrap();
    let api = running.client.incoming(&http::HeaderMap::new());
    let signed_in = api.with_tokens(tokens);
    assert!(api.set_cookies().is_empty());
    let (posts, me) = (signed_in.api().get::<Value>("/api/posts"), signed_in.api().get::<Value>("/auth/me"));
    let (posts, me) = tokio::join!(posts.into_future(), me.into_future());
    assert!(posts.is_ok() && me.is_ok());
    assert_eq!(running.count("/auth/refresh").await, 1);
    running.forget_calls().await;
    let (first, again) = (signed_in.api(), signed_in.api());
    let (first, again) = tokio::join!(first.session(), again.session());
    assert!(first.unwrap().is_authenticated() && again.unwrap().is_authenticated());
    assert!(signed_in.api().session().await.unwrap().is_authenticated());
    assert_eq!(running.count("/auth/me").await, 1);
    let lines = api.set_cookies();
    let access = signed_in.tokens().unwrap().access;
    assert!(lines[0].to_str().unwrap().starts_with(&format!("accessToken={};", access.expose())));
}

/// A backend whose renewals wait to be let go.
struct Slow {
    backend: Scripted,
    asked: Arc<Notify>,
    gate: Arc<Semaphore>,
    renewals: Arc<AtomicU64>,
    signed_in: SignedIn,
}

impl Slow {
    async fn new() -> Self {
        let (asked, gate) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
        let renewals = Arc::new(AtomicU64::new(0));
        let hands = (Arc::clone(&asked), Arc::clone(&gate), Arc::clone(&renewals));
        let backend = Scripted::new(move |request| answer(request, hands.clone())).await;
        let client = ServerClient::builder().base_url(&backend.url).dialect(Dialect::dual_token()).without_secrets();
        FIRST.iter().chain(&SECOND).for_each(|token| watch(token));
        let tokens = Tokens { access: Secret::new(FIRST[0]), refresh: Some(Secret::new(FIRST[1])) };
        let signed_in = client.build().unwrap().background().with_tokens(tokens);
        Self { backend, asked, gate, renewals, signed_in }
    }
}

/// Accepts the second pair only, which the refresh token of the first gives; what is said at a sign-out is echoed.
async fn answer(request: Request, (asked, gate, renewals): (Arc<Notify>, Arc<Semaphore>, Arc<AtomicU64>)) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 4096).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if parts.uri.path() == "/auth/refresh" {
        assert_eq!(body, json!({ "refreshToken": FIRST[1] }));
        assert_eq!(parts.headers.get("authorization"), None);
        renewals.fetch_add(1, Ordering::SeqCst);
        asked.notify_one();
        gate.acquire().await.unwrap().forget();
        return enveloped(StatusCode::OK, &json!({ "accessToken": SECOND[0], "refreshToken": SECOND[1] }));
    }
    let good = parts.headers.get("authorization").is_some_and(|value| *value == format!("Bearer {}", SECOND[0]));
    if good { enveloped(StatusCode::OK, &body) } else { enveloped(StatusCode::UNAUTHORIZED, &Value::Null) }
}

fn enveloped(status: StatusCode, data: &Value) -> Response {
    let body = json!({ "success": status.is_success(), "data": data, "message": "m" });
    (status, [("content-type", "application/json")], Body::from(body.to_string())).into_response()
}

#[tokio::test]
async fn s1_5_whoever_began_the_renewal_may_leave() {
    let slow = Slow::new().await;
    let begun = tokio::spawn(slow.signed_in.api().get::<Value>("/first").into_future());
    slow.asked.notified().await;
    begun.abort();
    assert!(begun.await.unwrap_err().is_cancelled());
    let second = tokio::spawn(slow.signed_in.api().get::<Value>("/second").into_future());
    slow.gate.add_permits(1);
    second.await.unwrap().unwrap();
    assert_eq!(slow.renewals.load(Ordering::SeqCst), 1);
    assert_eq!(slow.signed_in.tokens().unwrap().refresh, Some(Secret::new(SECOND[1])));
}

#[tokio::test]
async fn s1_5_a_call_that_is_refused_after_the_renewal_takes_its_token() {
    let slow = Slow::new().await;
    slow.gate.add_permits(1);
    slow.signed_in.refresh().await.unwrap();
    assert!(slow.signed_in.api().get::<Value>("/late").await.is_ok());
    assert_eq!((slow.renewals.load(Ordering::SeqCst), slow.backend.hits()), (1, 2));
}

#[tokio::test]
async fn s1_6_a_sign_out_waits_for_the_renewal_and_ends_what_it_brought() {
    let slow = Slow::new().await;
    let call = tokio::spawn(slow.signed_in.api().get::<Value>("/first").into_future());
    slow.asked.notified().await;
    let api = slow.signed_in.api();
    let out = tokio::spawn(async move { api.sign_out().await });
    slow.gate.add_permits(1);
    assert!(out.await.unwrap().unwrap().server_told);
    drop(call.await.unwrap());
    assert_eq!((slow.signed_in.tokens(), slow.renewals.load(Ordering::SeqCst)), (None, 1));
}
