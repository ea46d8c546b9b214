//! How long an upload may take: as long as it moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use twinfetch_faults::Clock;
use twinfetch_server_client::{Api, Code, Content, Sent, ServerClient};

use crate::stage::{Folder, accept, listen, listen_narrowly};

const STEP: Duration = Duration::from_millis(250);

/// A client that waits 10 s for a head, and a minute for a call.
fn api(url: &str) -> Api {
    let builder = ServerClient::builder().base_url(url).without_secrets();
    let builder = builder.head_timeout(Duration::from_secs(10)).timeout(Duration::from_mins(1));
    builder.build().unwrap().background()
}

#[tokio::test]
async fn what_moves_takes_its_time() {
    let (listener, url) = listen_narrowly();
    let folder = Folder::new();
    let path = folder.path("file");
    let length = 32 << 20;
    std::fs::File::create(&path).unwrap().set_len(length).unwrap();
    let api = api(&url);
    let upload = api.post::<Value>("/files").upload_from(&path).raw("a/b").into_future();
    let serve = async {
        let (mut connection, _) = accept(&listener).await;
        let (mut left, mut buffer) = (length, vec![0; 256 << 10]);
        while left > 0 {
            let some = usize::try_from(left).unwrap().min(buffer.len());
            connection.read_exact(&mut buffer[..some]).await.unwrap();
            left -= some as u64;
            // The end is in buffers of the system, where nobody sees it move.
            if left > 8 << 20 {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        tokio::time::sleep(Duration::from_secs(9)).await;
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n1";
        connection.write_all(answer).await.unwrap();
        connection
    };
    let work = async { tokio::join!(upload, serve) };
    let ((ended, _connection), took) = Clock::paused(STEP).run(work).await.unwrap();
    assert_eq!(ended.unwrap(), 1);
    assert!(took > Duration::from_secs(100), "{took:?}");
}

#[tokio::test]
async fn what_stands_still_comes_to_an_end_and_is_read_no_further() {
    let (listener, url) = listen_narrowly();
    let polled = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&polled);
    let pieces = stream::repeat_with(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1 << 16]))
    });
    let upload = api(&url).post::<Value>("/files").upload("endless", Content::stream(pieces)).into_future();
    let work = async { tokio::join!(upload, accept(&listener)) };
    let ((ended, (mut connection, _)), took) = Clock::paused(STEP).run(work).await.unwrap();
    let error = ended.unwrap_err();
    assert_eq!((error.code(), error.sent()), (Code::ResponseTimedOut, Sent::Maybe));
    assert!(took >= Duration::from_secs(10) && took < Duration::from_secs(30), "{took:?}");
    let held = polled.load(Ordering::SeqCst) << 16;
    assert!(held < 24 << 20, "{held} bytes were read that nobody took");
    while let Ok(1..) = connection.read(&mut [0; 1 << 16]).await {}
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
