//! F-75: what nobody takes is not read.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use http::HeaderMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, yield_now};
use twinfetch_server_client::{Api, ServerClient};

const PIECE: usize = 64 << 10;
const WHOLE: usize = 64 << 20;
/// What sockets and connections may hold between two sides, of which one does not read: far less than the whole.
const BUFFERED: usize = 24 << 20;

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

/// An app on a port of its own.
async fn serve(app: Router) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (address, serving)
}

/// A backend with a large file, and a count of what it has made of it.
async fn backend() -> (Api, Arc<AtomicUsize>, JoinSet<()>) {
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let app = Router::new().fallback(move || {
        let counted = Arc::clone(&counted);
        let pieces = stream::iter(0..WHOLE / PIECE).map(move |_| {
            counted.fetch_add(PIECE, Ordering::SeqCst);
            Ok::<_, Infallible>(Bytes::from(vec![7; PIECE]))
        });
        async move { Body::from_stream(pieces).into_response() }
    });
    let (address, serving) = serve(app).await;
    let client = ServerClient::builder().base_url(format!("http://{address}")).secrets(["s"]).build().unwrap();
    (client.background(), made, serving)
}

#[tokio::test]
async fn f_75_a_slow_taker_holds_the_backend_back() {
    let (api, made, _serving) = backend().await;
    let mut file = api.get("/file").download().await.unwrap();
    let held = settled(&made).await;
    assert!(held < BUFFERED, "{held} bytes were made for somebody who takes none");
    let mut taken = 0;
    while taken < WHOLE / 4 {
        taken += file.next().await.unwrap().unwrap().len();
    }
    let held = settled(&made).await - taken;
    assert!(held < BUFFERED, "{held} bytes were made for somebody who stopped");
    while let Some(piece) = file.next().await {
        taken += piece.unwrap().len();
    }
    assert_eq!((taken, made.load(Ordering::SeqCst)), (WHOLE, WHOLE));
}

#[tokio::test]
async fn f_75_a_slow_browser_holds_the_backend_back() {
    let (api, made, _serving) = backend().await;
    let report = move |headers: HeaderMap| async move { api.get("/file").proxy_download(&headers).await };
    let (address, _app) = serve(Router::new().fallback(report)).await;
    let mut browser = TcpStream::connect(&address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    browser.write_all(request.as_bytes()).await.unwrap();
    let held = settled(&made).await;
    assert!(held < BUFFERED, "{held} bytes were made for a browser that takes none");
    let mut answer = Vec::new();
    browser.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() > WHOLE && answer.ends_with(b"\r\n0\r\n\r\n"));
    assert_eq!(made.load(Ordering::SeqCst), WHOLE);
}
