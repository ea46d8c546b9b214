use tokio::io::AsyncWriteExt as _;
use twinfetch_faults::{Fault, FaultServer, Script};

use crate::raw::{GET, answer, connect, expect, met, to_end};

#[tokio::test]
async fn what_stops_stops_there_and_in_its_way() {
    let half_head = "HTTP/1.1 200 Scripted\r\ncontent-ty";
    let head = "HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\n";
    let body = format!("{head}content-length: 100\r\n\r\n[1,2");
    let chunk = format!("{head}transfer-encoding: chunked\r\n\r\n20\r\n[1,2");
    let chunks = format!("{head}transfer-encoding: chunked\r\n\r\n3\r\n[1]\r\n");
    for (fault, text, by_reset) in [
        (Fault::ResetBeforeHead, "", true),
        (Fault::CloseBeforeHead, "", false),
        (Fault::ResetInHead, half_head, true),
        (Fault::CloseInHead, half_head, false),
        (Fault::ResetInBody, &body, true),
        (Fault::CloseInBody, &body, false),
        (Fault::ResetInChunk, &chunk, true),
        (Fault::CloseInChunk, &chunk, false),
        (Fault::NoFinalChunk, &chunks, false),
        (Fault::UntilClose, &format!("{head}\r\n{{\"request\":1}}"), false),
        (Fault::Bytes { text: "HTTP/9".to_owned() }, "HTTP/9", false),
    ] {
        let ended = met(fault.clone()).await;
        assert_eq!((ended.text.as_str(), ended.by_reset), (text, by_reset), "{fault:?}");
    }
}

#[tokio::test]
async fn a_stalled_connection_ends_when_the_client_goes() {
    for (fault, text) in [
        (Fault::Silence, ""),
        (Fault::StallInHead, "HTTP/1.1 200 Scripted\r\ncontent-ty"),
        (
            Fault::StallInBody,
            "HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[1,2",
        ),
    ] {
        let server = FaultServer::start(Script::always(fault)).await.unwrap();
        let mut socket = connect(&server).await;
        socket.write_all(GET.as_bytes()).await.unwrap();
        expect(&mut socket, text).await;
        assert_eq!(server.until(|counts| counts.played == 1).await.open, 1);
        drop(socket);
        server.until(|counts| counts.open == 0).await;
    }
}

#[tokio::test]
async fn a_reused_connection_is_reset_and_a_new_one_is_not() {
    let server = FaultServer::start(Script::first([Fault::ResetOnReuse])).await.unwrap();
    let mut first = connect(&server).await;
    first.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut first).await.1, b"{\"request\":1}");
    first.write_all(GET.as_bytes()).await.unwrap();
    assert!(to_end(&mut first).await.by_reset);
    let mut second = connect(&server).await;
    for body in [&b"{\"request\":3}"[..], b"{\"request\":4}"] {
        second.write_all(GET.as_bytes()).await.unwrap();
        assert_eq!(answer(&mut second).await.1, body);
    }
    assert_eq!(server.record().faults["reset_on_reuse"], 1);
    assert_eq!(server.record().faults["reset_before_head"], 1);
}

#[tokio::test]
async fn an_answer_may_come_with_the_end_of_the_connection_or_before_the_body() {
    let ended = met(Fault::CloseAfterAnswer).await;
    assert!(ended.text.ends_with("{\"request\":1}") && !ended.text.contains("close"), "{ended:?}");

    let server = FaultServer::start(Script::always(Fault::EarlyAnswer { status: 413 })).await.unwrap();
    let mut socket = connect(&server).await;
    socket.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1234").await.unwrap();
    let (head, _) = answer(&mut socket).await;
    assert!(head.starts_with("HTTP/1.1 413 ") && head.contains("connection: close"), "{head}");
    socket.write_all(b"5678").await.unwrap();
    assert!(!server.record().requests[0].complete);
    drop(socket);
    server.until(|counts| counts.open == 0).await;
}
