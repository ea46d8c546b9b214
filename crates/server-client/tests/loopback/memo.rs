//! One backend call for equal reads of one incoming request.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use twinfetch_canary::canary;
use twinfetch_server_client::{Api, Kind, Retry};

use crate::scripted::Scripted;
use crate::stage::{ACCESS, ADA, Stage, client, request_of};

/// A server that holds its answers back until it is told to give one.
struct Gated {
    server: Scripted,
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
    status: StatusCode,
}

impl Gated {
    async fn new(status: StatusCode) -> Self {
        let (arrived, open) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let gates = (Arc::clone(&arrived), Arc::clone(&open));
        let server = Scripted::new(move |_| {
            let (arrived, open) = gates.clone();
            async move {
                arrived.add_permits(1);
                open.acquire().await.unwrap().forget();
                (status, Json(json!("answered"))).into_response()
            }
        });
        Self { server: server.await, arrived, open, status }
    }

    fn api(&self) -> Api {
        client(&self.server.url).incoming(&HeaderMap::new())
    }

    async fn call_arrives(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    fn answer_one(&self) {
        self.open.add_permits(1);
    }
}

async fn numbered(request: Request) -> Response {
    Json(json!([request.method().as_str(), request.uri().to_string()])).into_response()
}

#[tokio::test]
async fn five_equal_reads_are_one_call_and_the_next_request_asks_again() {
    let stage = Stage::new().await;
    let headers = request_of(ADA, &stage.token(ADA).await);
    for request in 1..=2 {
        let api = stage.client.incoming(&headers);
        let reads = (0..4).map(|_| api.get::<Vec<Value>>("/api/posts").into_future());
        assert!(join_all(reads).await.iter().all(Result::is_ok));
        let _: Vec<Value> = api.get("/api/posts").await.unwrap();
        assert_eq!(stage.reads("/api/posts").await, request);
    }
}

#[tokio::test]
async fn concurrent_reads_join_and_a_cancelled_first_caller_takes_nobody_along() {
    let gated = Gated::new(StatusCode::OK).await;
    let api = gated.api();
    let mut first = api.get::<String>("/x").into_future();
    tokio::select! {
        _ = &mut first => panic!("nothing was answered yet"),
        () = gated.call_arrives() => {}
    }
    let mut second = api.get::<String>("/x").into_future();
    assert!((&mut second).now_or_never().is_none());
    drop(first);
    gated.answer_one();
    assert_eq!(second.await.unwrap(), "answered");
    assert_eq!(api.get::<String>("/x").await.unwrap(), "answered");
    assert_eq!(gated.server.hits(), 1);
}

#[tokio::test]
async fn a_read_that_all_gave_up_is_begun_anew() {
    let gated = Gated::new(StatusCode::OK).await;
    let api = gated.api();
    let mut first = api.get::<String>("/x").into_future();
    tokio::select! {
        _ = &mut first => panic!("nothing was answered yet"),
        () = gated.call_arrives() => drop(first),
    }
    gated.open.add_permits(2);
    assert_eq!(api.get::<String>("/x").await.unwrap(), "answered");
    assert_eq!(gated.server.hits(), 2);
}

#[tokio::test]
async fn a_failure_is_handed_to_all_who_wait_and_then_forgotten() {
    let gated = Gated::new(StatusCode::SERVICE_UNAVAILABLE).await;
    let api = gated.api();
    gated.answer_one();
    let ask = || api.get::<String>("/x").retry(Retry::NONE).into_future();
    let both = tokio::join!(ask(), ask());
    for failed in [both.0, both.1] {
        let failed = failed.unwrap_err();
        assert_eq!((failed.kind(), failed.status()), (Kind::Status, Some(gated.status)));
    }
    assert_eq!(gated.server.hits(), 1);
    gated.answer_one();
    assert!(ask().await.is_err());
    assert_eq!(gated.server.hits(), 2);
}

#[tokio::test]
async fn different_reads_are_different_calls() {
    let server = Scripted::new(numbered).await;
    let api = client(&server.url).incoming(&request_of(ADA, ACCESS));
    let _: Value = api.get("/x").await.unwrap();
    let service = canary("service");
    let _: Value = api.get("/x").query("page", 1).await.unwrap();
    let _: Value = api.get("/x").header("accept-language", "de").await.unwrap();
    let _: Value = api.bearer(service).get("/x").await.unwrap();
    assert_eq!(server.hits(), 4);
    let again = (api.get::<Value>("/x").await, api.bearer(service).get::<Value>("/x").await);
    assert!(again.0.is_ok() && again.1.is_ok());
    assert_eq!(server.hits(), 4);
}

#[tokio::test]
async fn a_change_is_seen_by_the_next_read() {
    let server = Scripted::new(numbered).await;
    let api = client(&server.url).incoming(&HeaderMap::new());
    let _: Value = api.get("/x").await.unwrap();
    let _: Value = api.post("/y").await.unwrap();
    let _: Value = api.post("/y").await.unwrap();
    let _: Value = api.get("/x").await.unwrap();
    assert_eq!(server.hits(), 4);
}

#[tokio::test]
async fn a_read_that_began_before_a_change_is_not_kept() {
    let gated = Gated::new(StatusCode::OK).await;
    let api = gated.api();
    let mut read = api.get::<String>("/x").into_future();
    tokio::select! {
        _ = &mut read => panic!("nothing was answered yet"),
        () = gated.call_arrives() => {}
    }
    gated.open.add_permits(3);
    let (changed, read) = tokio::join!(api.post::<String>("/x").into_future(), read);
    assert!(changed.is_ok() && read.is_ok());
    assert!(api.get::<String>("/x").await.is_ok());
    assert_eq!(gated.server.hits(), 3);
}

#[tokio::test]
async fn what_is_too_large_to_keep_is_read_again() {
    let large = format!("\"{}\"", "x".repeat(5 << 20));
    let server = Scripted::new(move |_| {
        let large = large.clone();
        async move { ([("content-type", "application/json")], large).into_response() }
    })
    .await;
    let api = client(&server.url).incoming(&HeaderMap::new());
    let (first, second) = tokio::join!(api.get::<String>("/x").into_future(), api.get::<String>("/x").into_future());
    assert!(first.unwrap() == second.unwrap());
    assert_eq!(server.hits(), 1);
    let _: String = api.get("/x").await.unwrap();
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_background_job_reads_what_is_there_now() {
    let server = Scripted::new(numbered).await;
    let api = client(&server.url).background();
    let _: Value = api.get("/x").await.unwrap();
    let _: Value = api.get("/x").await.unwrap();
    assert_eq!(server.hits(), 2);
}
