//! A backend that takes its time.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use twinfetch_server_client::Progress;

use crate::stage::{api, journal};

/// Reads a request, and answers with a head and some bytes.
async fn answer(stream: &mut TcpStream, head: &str, bytes: &[u8]) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(format!("HTTP/1.1 {head}\r\nETag: \"a\"\r\n\r\n").as_bytes()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
}

/// While the answer to the next request is waited for, what has come is noted; the request is not given up for it.
#[tokio::test]
async fn a_slow_answer_is_waited_for_while_what_is_there_is_put_in_order() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let (told, mut tells) = unbounded_channel();
    let of = path.clone();
    let tell = move |progress: Progress| {
        let kept = journal(&of).and_then(|journal| journal["kept"].as_u64());
        let _ = told.send((progress.received, kept));
    };
    let serving = async {
        let (mut first, _) = listener.accept().await.unwrap();
        answer(&mut first, "200 OK\r\nContent-Length: 10", b"01234").await;
        drop(first);
        let (mut second, _) = listener.accept().await.unwrap();
        // Only once the bytes that were there are noted.
        while tells.recv().await.unwrap() != (5, Some(5)) {}
        answer(&mut second, "206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5", b"56789").await;
        listener.accept().await.unwrap();
        panic!("a third request");
    };
    let saving = api(&url).get("/export").download_to(&path).progress(tell).into_future();
    tokio::select! {
        saved = saving => assert_eq!(saved.unwrap().bytes, 10),
        () = serving => {}
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");
}
