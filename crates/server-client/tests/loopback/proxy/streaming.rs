//! Bodies pass through piece by piece, as fast as the slower side.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use super::{get, proxy, request, send, text};
use crate::scripted::Scripted;

const PIECE: usize = 64 << 10;
const WHOLE: usize = 64 << 20;

/// What sockets and connections may hold between two sides, of which one does not read: far less than the whole.
const BUFFERED: usize = 24 << 20;

/// The whole body in pieces, and a count of what was asked for so far.
fn source() -> (impl Stream<Item = Result<Bytes, Infallible>> + Send, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let pieces = stream::iter(0..WHOLE / PIECE).map(move |number| {
        counted.fetch_add(PIECE, Ordering::SeqCst);
        Ok(Bytes::from(vec![u8::try_from(number % 251).unwrap(); PIECE]))
    });
    (pieces, made)
}

/// Counts what comes, and checks that it is what was sent.
async fn check(body: Body) -> usize {
    let mut pieces = body.into_data_stream();
    let mut count = 0;
    while let Some(piece) = pieces.next().await {
        for byte in piece.unwrap() {
            assert_eq!(usize::from(byte), count / PIECE % 251);
            count += 1;
        }
    }
    count
}

/// Waits until a count stands still: everything runs on this one thread.
async fn settled(count: &AtomicUsize) -> usize {
    let (mut before, mut calm) = (0, 0);
    while calm < 2_000 {
        yield_now().await;
        let now = count.load(Ordering::SeqCst);
        calm = if now == before && now > 0 { calm + 1 } else { 0 };
        before = now;
    }
    before
}

#[tokio::test]
async fn a_download_of_64_mib_waits_for_its_reader() {
    let (pieces, made) = source();
    let pieces = std::sync::Mutex::new(Some(pieces));
    let pieces = Arc::new(pieces);
    let backend = Scripted::new(move |_| {
        let body = Body::from_stream(pieces.lock().unwrap().take().unwrap());
        async move { body.into_response() }
    })
    .await;
    let response = get(&proxy(&backend.url), "/api/files/large").await;
    let held = settled(&made).await;
    assert!(held < BUFFERED, "{held} bytes were made for a reader that takes none");
    assert_eq!(check(Body::new(response.into_body())).await, WHOLE);
    assert_eq!(made.load(Ordering::SeqCst), WHOLE);
}

#[tokio::test]
async fn an_upload_of_64_mib_waits_for_the_backend() {
    let (pieces, made) = source();
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let backend = Scripted::new(move |request: axum::extract::Request| {
        let gate = Arc::clone(&gate);
        async move {
            let _open = gate.acquire().await.unwrap();
            check(request.into_body()).await.to_string().into_response()
        }
    })
    .await;
    let proxy = proxy(&backend.url);
    let sending = tokio::spawn(async move {
        text(send(&proxy, request("POST", "/api/files/large", Body::from_stream(pieces))).await).await
    });
    let held = settled(&made).await;
    assert!(held < BUFFERED, "{held} bytes were taken for a backend that reads none");
    opened.add_permits(1);
    assert_eq!(sending.await.unwrap(), WHOLE.to_string());
}

#[tokio::test]
async fn a_length_that_is_known_is_announced_and_one_that_is_not_is_chunked() {
    let backend = Scripted::new(|request: axum::extract::Request| async move {
        let header =
            |name| request.headers().get(name).map(|value: &http::HeaderValue| value.to_str().unwrap().to_owned());
        format!("{:?} {:?}", header("content-length"), header("transfer-encoding")).into_response()
    })
    .await;
    let proxy = proxy(&backend.url);
    let known = send(&proxy, request("POST", "/api/posts", "12345")).await;
    assert_eq!(http_body::Body::size_hint(known.body()).exact(), Some(14));
    assert_eq!(text(known).await, "Some(\"5\") None");
    let pieces = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"12345"))]);
    let unknown = send(&proxy, request("POST", "/api/posts", Body::from_stream(pieces))).await;
    assert_eq!(text(unknown).await, "None Some(\"chunked\")");
    assert_eq!(text(send(&proxy, request("POST", "/api/posts", Body::empty())).await).await, "Some(\"0\") None");
    assert_eq!(text(get(&proxy, "/api/posts").await).await, "None None");
}
