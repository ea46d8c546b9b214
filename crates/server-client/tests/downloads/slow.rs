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
use tokio::net::TcpListener;
use tokio::task::{JoinSet, yield_now};
use twinfetch_server_client::ServerClient;

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

#[tokio::test]
async fn f_75_a_slow_taker_holds_the_backend_back() {
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });

    let client = ServerClient::builder().base_url(url).secrets(["s"]).build().unwrap();
    let mut file = client.background().get("/file").download().await.unwrap();
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
