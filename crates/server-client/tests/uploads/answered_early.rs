//! Answers that overtake the file.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use twinfetch_server_client::{Code, Content, Sent};

use crate::stage::{FILES, Folder, Stage, accept, client, listen, listen_narrowly};

static ZEROS: [u8; 16_000] = [0; 16_000];

const ROUNDS: usize = 100;

pub(crate) const REFUSAL: &[u8] = b"HTTP/1.1 413 Payload Too Large\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n{\"message\":\"too large\"}";

#[tokio::test]
async fn a_server_that_refuses_and_closes_at_once_is_heard() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let api = client(&format!("http://{}", listener.local_addr().unwrap()));
    let folder = Folder::new();
    let path = folder.path("file");
    std::fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    // A server has its own thread, as it has its own machine.
    let serving = std::thread::spawn(move || {
        for round in 0..ROUNDS {
            let (mut connection, _) = listener.accept().unwrap();
            // So that the refusal comes at another moment each time.
            let mut some = vec![0; 1 + round * 40_000];
            connection.read_exact(&mut some).unwrap();
            connection.write_all(REFUSAL).unwrap();
            // What is unread resets the connection.
            drop(connection);
        }
    });
    for round in 0..ROUNDS {
        let error = api.post::<Value>("/files").upload_from(&path).await.unwrap_err();
        let told = (error.code(), error.status().map(|status| status.as_u16()), error.message());
        assert_eq!(told, (Code::Rejected, Some(413), "too large"), "{round}: {error:?}");
        assert_eq!((error.sent(), error.attempts()), (Sent::Acknowledged, 1));
    }
    serving.join().unwrap();
}

#[tokio::test]
async fn what_a_server_says_that_reads_no_more_is_told_and_the_file_sent_no_further() {
    let (listener, url) = listen().await;
    let polled = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&polled);
    let pieces = stream::repeat_with(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, std::io::Error>(Bytes::from_static(&ZEROS))
    });
    let upload = client(&url).post::<Value>("/files").upload("endless", Content::stream(pieces));
    let serve = async {
        let (mut connection, _) = accept(&listener).await;
        connection.write_all(REFUSAL).await.unwrap();
        connection
    };
    let (ended, mut connection) = tokio::join!(upload, serve);
    let error = ended.unwrap_err();
    assert_eq!((error.status().map(|status| status.as_u16()), error.message()), (Some(413), "too large"));
    // It ends: what is on its way comes, and then nothing.
    let mut buffer = vec![0; 1 << 16];
    while let Ok(1..) = connection.read(&mut buffer).await {}
    let sent = polled.load(Ordering::SeqCst);
    tokio::task::yield_now().await;
    assert_eq!(polled.load(Ordering::SeqCst), sent);
}

#[tokio::test]
async fn a_refused_token_is_told_before_the_file_is_out_and_the_file_still_arrives() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    let path = folder.path("file");
    std::fs::File::create(&path).unwrap().set_len(64 << 20).unwrap();
    stage.fault(json!({ "path": FILES, "status": 401 })).await;
    let reply: Value = stage.api().post(FILES).upload_from(&path).await.unwrap();
    assert_eq!(reply["size"], 64 << 20);
    assert_eq!(stage.count(FILES).await, 2);
}

#[tokio::test]
async fn who_gives_up_ends_the_connection_also_when_the_server_reads_nothing() {
    let (listener, url) = listen_narrowly();
    let folder = Folder::new();
    let path = folder.path("file");
    std::fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let upload = tokio::spawn(client(&url).post::<Value>("/files").upload_from(&path).into_future());
    let (mut connection, _) = accept(&listener).await;
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    let (mut got, mut buffer) = (0, vec![0; 1 << 16]);
    while let Ok(read @ 1..) = connection.read(&mut buffer).await {
        got += read;
    }
    assert!(got < 64 << 20, "{got} bytes came of a file that nobody sends any more");
}
