//! How long an upload may take: as long as it moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use twinfetch_faults::Clock;
use twinfetch_server_client::{Api, Code, Content, Sent, ServerClient};

use crate::stage::{accept, listen, listen_narrowly};

const STEP: Duration = Duration::from_millis(250);

static ZEROS: [u8; 16_000] = [0; 16_000];

/// A client that waits 10 s for a head, and a minute for a call.
fn api(url: &str) -> Api {
    let builder = ServerClient::builder().base_url(url).without_secrets();
    let builder = builder.head_timeout(Duration::from_secs(10)).timeout(Duration::from_mins(1));
    builder.build().unwrap().background()
}

#[tokio::test]
async fn what_moves_takes_its_time() {
    let (listener, url) = listen().await;
    let pieces = stream::iter(0..20).then(async |_| {
        tokio::time::sleep(Duration::from_secs(9)).await;
        Ok::<_, std::io::Error>(Bytes::from_static(b"piece"))
    });
    let upload = api(&url).post::<Value>("/files").upload("slow", Content::stream(pieces)).raw("a/b").into_future();
    let serve = async {
        let (mut connection, _) = accept(&listener).await;
        let mut line = String::new();
        // The last chunk has no bytes.
        while line != "0\r\n" {
            line.clear();
            assert!(connection.read_line(&mut line).await.unwrap() > 0, "the upload was given up");
        }
        tokio::time::sleep(Duration::from_secs(9)).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n1";
        connection.write_all(answer).await.unwrap();
        connection
    };
    let work = async { tokio::join!(upload, serve) };
    let ((ended, _connection), took) = Clock::paused(STEP).run(work).await.unwrap();
    assert_eq!(ended.unwrap(), 1);
    assert!(took > Duration::from_mins(3), "{took:?}");
}

#[tokio::test]
async fn what_stands_still_comes_to_an_end_and_is_read_no_further() {
    let (listener, url) = listen_narrowly();
    let polled = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&polled);
    let pieces = stream::repeat_with(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from_static(&ZEROS))
    });
    let upload = api(&url).post::<Value>("/files").upload("endless", Content::stream(pieces)).into_future();
    let work = async { tokio::join!(upload, accept(&listener)) };
    let ((ended, (mut connection, _)), took) = Clock::paused(STEP).run(work).await.unwrap();
    let error = ended.unwrap_err();
    assert_eq!((error.code(), error.sent()), (Code::ResponseTimedOut, Sent::Maybe));
    assert!(took >= Duration::from_secs(10) && took < Duration::from_secs(30), "{took:?}");
    let held = polled.load(Ordering::SeqCst) * ZEROS.len() as u64;
    assert!(held < 24 << 20, "{held} bytes were read that nobody took");
    while let Ok(1..) = connection.read(&mut [0; 4096]).await {}
}

#[tokio::test]
async fn a_whole_call_that_stands_still_before_a_head_is_due_has_its_own_end() {
    let (listener, url) = listen().await;
    let upload = api(&url).post::<Value>("/files").timeout(Duration::from_secs(3)).upload("a", "bytes").into_future();
    let work = async { tokio::join!(upload, accept(&listener)) };
    let ((ended, _connection), took) = Clock::paused(STEP).run(work).await.unwrap();
    assert_eq!(ended.unwrap_err().code(), Code::TimedOut);
    assert!(took < Duration::from_secs(5), "{took:?}");
}
