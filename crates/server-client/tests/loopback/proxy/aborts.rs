//! Whoever hangs up ends the other side's exchange.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::{builder, get, proxy, request, send};
use crate::scripted::{Scripted, Then, raw};

/// Notifies when it is dropped.
struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// A backend that says when it was asked and when its answering was given up.
async fn silent() -> (Scripted, Arc<Notify>, Arc<Notify>) {
    let (asked, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, guard) = (Arc::clone(&asked), Arc::clone(&dropped));
    let backend = Scripted::new(move |_| {
        let guard = Dropped(Arc::clone(&guard));
        tell.notify_one();
        async move {
            let _guard = guard;
            std::future::pending::<Response>().await
        }
    })
    .await;
    (backend, asked, dropped)
}

/// A backend whose answer never ends, and which says when it was given up.
async fn endless() -> (Scripted, Arc<Notify>) {
    let dropped = Arc::new(Notify::new());
    let guard = Arc::clone(&dropped);
    let backend = Scripted::new(move |_| {
        let guard = Dropped(Arc::clone(&guard));
        let pieces = stream::repeat_with(move || {
            let _ = &guard;
            Ok::<_, std::convert::Infallible>(Bytes::from_static(&[0; 1024]))
        });
        async move { Body::from_stream(pieces).into_response() }
    })
    .await;
    (backend, dropped)
}

/// A browser's connection to an axum app with the proxy.
async fn browser(proxy: twinfetch_server_client::Proxy) -> (TcpStream, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let browser = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let app = Router::new().route_service("/api/{*path}", proxy);
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (browser, serving)
}

#[tokio::test]
async fn a_browser_that_leaves_before_the_answer_ends_the_backends_work() {
    let (backend, asked, dropped) = silent().await;
    let (mut browser, _serving) = browser(proxy(&backend.url)).await;
    browser.write_all(b"GET /api/posts HTTP/1.1\r\nhost: app.test\r\n\r\n").await.unwrap();
    asked.notified().await;
    drop(browser);
    dropped.notified().await;
    assert_eq!(backend.hits(), 1, "what nobody waits for is not repeated");
}

#[tokio::test]
async fn a_browser_that_leaves_during_the_answer_ends_it() {
    let (backend, dropped) = endless().await;
    let (mut browser, _serving) = browser(proxy(&backend.url)).await;
    browser.write_all(b"GET /api/posts HTTP/1.1\r\nhost: app.test\r\n\r\n").await.unwrap();
    browser.read_exact(&mut [0; 4096]).await.unwrap();
    drop(browser);
    dropped.notified().await;
}

#[tokio::test]
async fn a_browser_that_leaves_during_its_upload_completes_nothing() {
    let (end, ended) = tokio::sync::mpsc::unbounded_channel();
    let mut ended = ended;
    let backend = Scripted::new(move |request: axum::extract::Request| {
        let end = end.clone();
        async move {
            let mut pieces = request.into_body().into_data_stream();
            while let Some(piece) = pieces.next().await {
                end.send(piece.is_ok()).unwrap();
            }
            StatusCode::OK.into_response()
        }
    })
    .await;
    let (mut browser, _serving) = browser(builder(&backend.url).build().unwrap()).await;
    let head =
        b"POST /api/files/1 HTTP/1.1\r\nhost: app.test\r\nsec-fetch-site: same-origin\r\ncontent-length: 9\r\n\r\nhalf";
    browser.write_all(head).await.unwrap();
    assert_eq!(ended.recv().await, Some(true));
    drop(browser);
    assert_eq!(ended.recv().await, Some(false), "half a file is an error to the backend");
    assert_eq!(backend.hits(), 1);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_not_the_backends_failure() {
    let backend = Scripted::new(|request: axum::extract::Request| async move {
        let _ = axum::body::to_bytes(request.into_body(), 1 << 20).await;
        StatusCode::OK.into_response()
    })
    .await;
    let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err(std::io::Error::other("gone"))]);
    let response = send(&proxy(&backend.url), request("POST", "/api/files/1", Body::from_stream(broken))).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_answer_that_breaks_off_never_looks_complete() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let (url, _serving) = raw(answer, Then::Close).await;
        let response = get(&proxy(&url), "/api/posts").await;
        assert!(axum::body::to_bytes(Body::new(response.into_body()), 1 << 20).await.is_err());
    }
}
