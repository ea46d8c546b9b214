//! Servers that do as a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A server with one handler for all requests, which it counts.
pub(crate) struct Scripted {
    pub(crate) url: String,
    hits: Arc<AtomicU64>,
    _serving: JoinSet<()>,
}

impl Scripted {
    pub(crate) async fn new<F, R>(handler: F) -> Self
    where
        F: Fn(Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send + 'static,
    {
        let hits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&hits);
        let app = Router::new().fallback(move |request: Request| {
            counted.fetch_add(1, Ordering::SeqCst);
            handler(request)
        });
        let (url, listener) = listen().await;
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, hits, _serving: serving }
    }

    pub(crate) fn hits(&self) -> u64 {
        self.hits.load(Ordering::SeqCst)
    }
}

/// What a raw server does once it has written its bytes.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    Close,
    Wait,
}

/// A server that answers every connection with these bytes, whatever was asked.
pub(crate) async fn raw(bytes: impl Into<Vec<u8>>, then: Then) -> (String, JoinSet<()>) {
    let bytes = bytes.into();
    let (url, listener) = listen().await;
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut waiting = Vec::new();
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            // Whoever was asked and hangs up at once resets the connection instead of ending it.
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(&bytes).await;
            match then {
                Then::Close => drop(socket),
                Then::Wait => waiting.push(socket),
            }
        }
    });
    (url, serving)
}

/// The address of a server that is gone.
pub(crate) async fn nobody() -> String {
    listen().await.0
}

async fn listen() -> (String, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port()), listener)
}
