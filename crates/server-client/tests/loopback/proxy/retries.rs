//! What is asked again, and when. Time is tokio's, paused: it jumps to the next timer when nothing else is to be done.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{Request, StatusCode};
use tokio::time::{Instant, pause, sleep};
use twinfetch_canary::{canary, logged};

use super::{builder, get, message, proxy, request, send, text};
use crate::scripted::{Scripted, Then, nobody, raw};
use crate::stage::{ADA, request_of};

/// A backend whose answers follow a script, the last one for ever, and the milliseconds at which it was asked.
struct Timed {
    backend: Scripted,
    asked: Arc<Mutex<Vec<u128>>>,
}

#[derive(Clone, Copy)]
enum Does {
    Answer(u16),
    Hang,
}

impl Timed {
    async fn new(script: &'static [Does]) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, begun) = (Arc::clone(&asked), Instant::now());
        let backend = Scripted::new(move |_| {
            let mut asked = log.lock().unwrap();
            let does = *script.get(asked.len()).or(script.last()).unwrap();
            asked.push(begun.elapsed().as_millis());
            async move {
                match does {
                    Does::Answer(status) => StatusCode::from_u16(status).unwrap().into_response(),
                    Does::Hang => std::future::pending::<Response>().await,
                }
            }
        })
        .await;
        pause();
        Self { backend, asked }
    }

    fn asked(&self) -> Vec<u128> {
        self.asked.lock().unwrap().clone()
    }
}

/// Compares with times counted from the first. Timers of tokio round up to the next millisecond.
fn assert_times(asked: &[u128], expected: &[u128]) {
    let close = |(at, expected): (&u128, &u128)| (*expected..=expected + 10).contains(&(at - asked[0]));
    assert!(asked.len() == expected.len() && asked.iter().zip(expected).all(close), "{asked:?}, expected {expected:?}");
}

#[tokio::test]
async fn an_idempotent_request_is_repeated_after_100_and_200_ms() {
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let timed = Timed::new(&[Does::Answer(503)]).await;
        let begun = Instant::now();
        let response = send(&proxy(&timed.backend.url), request(method, "/api/posts", Body::empty())).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{method}");
        assert_times(&timed.asked(), &[0, 100, 300]);
        assert!(begun.elapsed() < Duration::from_millis(320));
        tokio::time::resume();
    }
}

#[tokio::test]
async fn the_first_answer_ends_it() {
    let timed = Timed::new(&[Does::Answer(502), Does::Answer(204)]).await;
    assert_eq!(get(&proxy(&timed.backend.url), "/api/posts").await.status(), StatusCode::NO_CONTENT);
    assert_times(&timed.asked(), &[0, 100]);
}

#[tokio::test]
async fn a_backend_that_hangs_is_a_gateway_timeout_after_three_times_5_s() {
    let timed = Timed::new(&[Does::Hang]).await;
    let response = get(&proxy(&timed.backend.url), "/api/posts").await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(message(response).await, "The server took too long to answer. Please try again.");
    assert_times(&timed.asked(), &[0, 5_100, 10_300]);
}

#[tokio::test]
async fn what_may_have_been_done_is_not_repeated() {
    for (method, body) in [("POST", ""), ("PATCH", ""), ("POST", "{}"), ("PUT", "{}"), ("DELETE", "{}")] {
        for script in [&[Does::Answer(503)][..], &[Does::Hang]] {
            let timed = Timed::new(script).await;
            let response = send(&proxy(&timed.backend.url), request(method, "/api/posts", body)).await;
            assert!(response.status().is_server_error());
            assert_eq!(timed.backend.hits(), 1, "{method} {body:?}");
            tokio::time::resume();
        }
    }
}

#[tokio::test]
async fn what_the_backend_says_for_good_is_not_repeated() {
    for status in [400, 401, 404, 429, 500, 501] {
        let backend =
            Scripted::new(move |_| async move { StatusCode::from_u16(status).unwrap().into_response() }).await;
        assert_eq!(get(&proxy(&backend.url), "/api/posts").await.status().as_u16(), status);
        assert_eq!(backend.hits(), 1);
    }
}

#[tokio::test]
async fn a_request_that_found_no_connection_is_repeated_with_its_body() {
    let url = nobody().await;
    let address = url.strip_prefix("http://").unwrap().to_owned();
    pause();
    let late = tokio::spawn(async move {
        sleep(Duration::from_millis(150)).await;
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let echo = axum::Router::new().fallback(async |body: Bytes| body);
        axum::serve(listener, echo).await
    });
    let pieces = stream::iter(["once ", "only"]).map(|piece| Ok::<_, std::convert::Infallible>(Bytes::from(piece)));
    let response = send(&proxy(&url), request("POST", "/api/posts", Body::from_stream(pieces))).await;
    assert_eq!(text(response).await, "once only");
    late.abort();
}

#[tokio::test]
async fn the_settings_of_time_hold() {
    let timed = Timed::new(&[Does::Hang]).await;
    let brief = builder(&timed.backend.url).head_timeout(Duration::from_millis(50));
    let proxy = brief.retries([Duration::from_millis(7)]).build().unwrap();
    assert_eq!(get(&proxy, "/api/posts").await.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_times(&timed.asked(), &[0, 57]);
    let endless = builder(&timed.backend.url).head_timeout(Duration::MAX).retries([]).build().unwrap();
    let asked = tokio::time::timeout(Duration::from_hours(1), get(&endless, "/api/posts")).await;
    assert!(asked.is_err());
}

#[tokio::test]
async fn an_answer_counts_from_the_last_piece_of_the_upload() {
    let (asked, begun) = (Timed::new(&[Does::Hang]).await, Instant::now());
    let last = stream::once(async {
        sleep(Duration::from_secs(7)).await;
        Ok::<_, std::convert::Infallible>(Bytes::from_static(b"piece"))
    });
    let response = send(&proxy(&asked.backend.url), request("PUT", "/api/files/1", Body::from_stream(last))).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(begun.elapsed().as_secs(), 12);
}

#[tokio::test]
async fn an_upload_may_take_longer_than_the_wait_for_the_answer() {
    let backend = Scripted::new(|request: axum::extract::Request| async move {
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        body.len().to_string().into_response()
    })
    .await;
    pause();
    let slow = stream::unfold(0, |sent| async move {
        sleep(Duration::from_secs(20)).await;
        (sent < 3).then(|| (Ok::<_, std::convert::Infallible>(Bytes::from_static(b"piece")), sent + 1))
    });
    let begun = Instant::now();
    let response = send(&proxy(&backend.url), request("POST", "/api/files/1", Body::from_stream(slow))).await;
    assert_eq!(text(response).await, "15");
    assert!(begun.elapsed() >= Duration::from_mins(1));
}

#[tokio::test]
async fn a_browser_that_stops_sending_is_told_so_after_the_idle_limit() {
    let backend = Scripted::new(|request: axum::extract::Request| async move {
        let _ = axum::body::to_bytes(request.into_body(), 1 << 20).await;
        StatusCode::OK.into_response()
    })
    .await;
    pause();
    let begun = Instant::now();
    let first = stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from_static(b"piece"))]);
    let body = Body::from_stream(first.chain(stream::pending()));
    let response = send(&proxy(&backend.url), request("POST", "/api/files/1", body)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(begun.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn an_answer_that_falls_silent_breaks_off_after_the_idle_limit() {
    let (url, _serving) = raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", Then::Wait).await;
    let response = get(&proxy(&url), "/api/posts").await;
    assert_eq!(response.status(), StatusCode::OK);
    pause();
    let body = axum::body::to_bytes(Body::new(response.into_body()), 1 << 20).await;
    assert!(body.is_err());
}

#[tokio::test]
async fn each_failure_is_logged_without_token_query_or_body() {
    const ID: &str = "of-the-test-of-the-log";
    let timed = Timed::new(&[Does::Hang, Does::Answer(503), Does::Hang]).await;
    let mut request = request("GET", &format!("/api/posts?q={}", canary("query")), Body::empty());
    request.headers_mut().extend(request_of(ADA, canary("access")));
    request.headers_mut().insert("accept", canary("header").parse().unwrap());
    request.headers_mut().insert("x-request-id", ID.parse().unwrap());
    let mut stray = Request::get(format!("/{}/path", canary("path"))).body(Body::empty()).unwrap();
    stray.headers_mut().clone_from(request.headers());
    let proxy = proxy(&timed.backend.url);
    assert_eq!(send(&proxy, request).await.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(send(&proxy, stray).await.status(), StatusCode::NOT_FOUND);

    let everything = logged();
    let text = everything.lines().filter(|line| line.contains(ID)).collect::<Vec<_>>().join("\n");
    let failures: Vec<_> = text.lines().filter(|line| line.contains("an attempt failed")).collect();
    assert_eq!(failures.len(), 3, "{text}");
    for (line, (attempt, class)) in
        failures.iter().zip([(1, "no response head in time"), (2, "status"), (3, "no response")])
    {
        assert!(
            line.contains("WARN") && line.contains("method=\"GET\"") && line.contains("route=\"/api/posts\""),
            "{line}"
        );
        assert!(line.contains(&format!("attempt={attempt}")) && line.contains(&format!("class=\"{class}")), "{line}");
    }
    assert!(failures[1].contains("status=503"));
    assert!(text.contains("a request was not forwarded"));
}
