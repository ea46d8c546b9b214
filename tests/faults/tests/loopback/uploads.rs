use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use twinfetch_faults::{Break, Clock, Cut, Fault, FaultServer, Pace, Script};

use crate::raw::{answer, connect, to_end};

/// Sends this head and then bytes without end, until the server takes no more.
async fn endless(server: &FaultServer) -> (TcpStream, u64) {
    let mut socket = connect(server).await;
    socket.write_all(format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", 1_u64 << 40).as_bytes()).await.unwrap();
    let mut sent = 0;
    let piece = vec![7; 64 << 10];
    while let Ok(bytes) = socket.write(&piece).await {
        sent += bytes as u64;
    }
    (socket, sent)
}

#[tokio::test]
async fn an_upload_is_cut_after_so_many_bytes_and_what_came_is_counted() {
    for by in [Break::Close, Break::Reset] {
        let server = FaultServer::start(Script::always(Fault::CutUpload(Cut::after(300_000).by(by)))).await.unwrap();
        let (_, sent) = endless(&server).await;
        let seen = server.record().requests[0].clone();
        assert!(sent > 300_000, "{sent}");
        assert_eq!((seen.body_bytes, seen.complete, seen.body.len()), (300_000, false, 4 << 10), "{by:?}");
    }
    for (cut, status) in [(5, true), (4, false)] {
        let server = FaultServer::start(Script::always(Fault::CutUpload(Cut::after(cut)))).await.unwrap();
        let mut socket = connect(&server).await;
        socket
            .write_all(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            .await
            .unwrap();
        if status {
            assert_eq!(answer(&mut socket).await.1, b"{\"request\":1}");
        } else {
            // What was not read turns the end into a reset.
            assert_eq!(to_end(&mut socket).await.text, "");
        }
        assert_eq!((server.record().requests[0].body_bytes, server.record().requests[0].complete), (cut, status));
    }
}

#[tokio::test]
async fn an_upload_that_is_not_read_on_fills_the_connection_and_no_memory() {
    let stall = Fault::CutUpload(Cut::after(300_000).by(Break::Stall));
    let server = FaultServer::start(Script::always(stall)).await.unwrap();
    let mut socket = connect(&server).await;
    socket.write_all(format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", 1_u64 << 40).as_bytes()).await.unwrap();
    socket.write_all(&vec![7; 300_001]).await.unwrap();
    server.until(|counts| counts.played == 1).await;
    let piece = vec![7; 64 << 10];
    let full = loop {
        match socket.try_write(&piece) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!((full.kind(), server.record().requests[0].body_bytes), (ErrorKind::WouldBlock, 300_000));
    // An end without a reset would wait behind what the server does not read.
    socket.set_zero_linger().unwrap();
    drop(socket);
    server.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn a_slow_upload_takes_its_time_and_reaches_the_backend_whole() {
    let backend = FaultServer::start(Script::default()).await.unwrap();
    let pace = Pace { bytes: 10, milliseconds: 1000 };
    for script in [Script::default(), Script::default().backend(backend.url())] {
        let script = Script { rules: Script::always(Fault::SlowUpload(pace)).rules, ..script };
        let has_backend = script.backend.is_some();
        let server = FaultServer::start(script).await.unwrap();
        let mut clock = Clock::paused(Duration::from_millis(100));
        let work = async {
            let mut socket = connect(&server).await;
            socket.write_all(b"POST / HTTP/1.1\r\ncontent-length: 95\r\n\r\n").await.unwrap();
            socket.write_all(&[b'a'; 95]).await.unwrap();
            answer(&mut socket).await.1
        };
        let (body, elapsed) = clock.run(work).await.unwrap();
        assert_eq!(body, b"{\"request\":1}");
        assert!(elapsed >= Duration::from_secs(10), "{elapsed:?}");
        assert_eq!(server.record().requests[0].body_bytes, 95);
        assert_eq!(backend.record().total, u64::from(has_backend));
    }
    assert_eq!(backend.record().requests[0].body_bytes, 95);
}

#[tokio::test]
async fn a_refused_upload_is_taken_whole_when_it_comes_again() {
    for (refusal, counted) in
        [(Fault::Status { status: 401, retry_after: None }, 300_000), (Fault::EarlyAnswer { status: 401 }, 0)]
    {
        let server = FaultServer::start(Script::first([refusal])).await.unwrap();
        for status in ["401", "200"] {
            let mut socket = connect(&server).await;
            socket.write_all(b"POST / HTTP/1.1\r\ncontent-length: 300000\r\n\r\n").await.unwrap();
            socket.write_all(&vec![7; 300_000]).await.unwrap();
            assert!(answer(&mut socket).await.0.starts_with(&format!("HTTP/1.1 {status} ")));
        }
        let record = server.record();
        let seen = [&record.requests[0], &record.requests[1]].map(|seen| (seen.body_bytes, seen.complete));
        assert_eq!(seen, [(counted, counted > 0), (300_000, true)]);
    }
}
