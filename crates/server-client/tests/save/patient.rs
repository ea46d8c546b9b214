//! A backend that takes its time.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, timeout};

use crate::stage::api;

/// Reads the head of a request; what the client sends by then.
async fn asked(listener: &TcpListener) -> (TcpStream, String) {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    (socket, String::from_utf8(head).unwrap())
}

/// While a download waits it notes what there is; the request for the rest goes on meanwhile.
#[tokio::test]
async fn a_request_for_the_rest_that_is_answered_late_is_sent_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let saving = tokio::spawn(api(&url).get("/f").download_to(&path).into_future());

    let (mut first, _) = asked(&listener).await;
    first.write_all(b"HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: 10\r\n\r\n0123").await.unwrap();
    drop(first);
    let (mut second, head) = asked(&listener).await;
    assert!(head.contains("range: bytes=4-"), "{head}");
    // Nothing comes: what there is, is noted. Whoever asks a second time does so then, by another connection.
    let again = timeout(Duration::from_millis(700), listener.accept()).await;
    assert!(again.is_err(), "the rest was asked for twice");
    let noted = std::fs::read_to_string(folder.path().join("f.part.json")).unwrap();
    assert!(noted.contains("\"kept\":4"), "{noted}");
    let rest = b"HTTP/1.1 206 Partial Content\r\netag: \"a\"\r\ncontent-range: bytes 4-9/10\r\ncontent-length: 6\r\n\r\n456789";
    second.write_all(rest).await.unwrap();
    saving.await.unwrap().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");
}
