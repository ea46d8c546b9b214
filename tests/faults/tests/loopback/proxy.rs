use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use twinfetch_faults::{Fault, FaultServer, Refusing, Rule, Script};

use crate::raw::{GET, connect, expect, to_end};

async fn pair(faults: Script) -> (FaultServer, FaultServer) {
    let backend = FaultServer::start(Script::default()).await.unwrap();
    let proxy = FaultServer::start(faults.backend(backend.url())).await.unwrap();
    (backend, proxy)
}

#[tokio::test]
async fn bytes_pass_through_in_both_directions() {
    let (backend, proxy) = pair(Script::default()).await;
    let mut socket = connect(&proxy).await;
    for request in [
        "POST /a HTTP/1.1\r\nX-One: 1\r\ncontent-length: 5\r\n\r\nhello",
        "PUT /b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        "HEAD /c HTTP/1.1\r\n\r\n",
    ] {
        socket.write_all(request.as_bytes()).await.unwrap();
        let head = "HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n";
        expect(&mut socket, head).await;
        if !request.starts_with("HEAD") {
            let number = backend.record().total;
            expect(&mut socket, &format!("{{\"request\":{number}}}")).await;
        }
    }
    let bodies: Vec<_> = backend.record().requests.iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(bodies, ["hello", "abcde", ""]);
    assert_eq!(backend.record().requests[0].header("x-one"), Some("1"));
    assert_eq!(proxy.record().requests[1].body, "abcde");
}

#[tokio::test]
async fn an_answer_of_any_framing_passes() {
    let (backend, proxy) = pair(Script::default()).await;
    backend.play(Script::always(Fault::HugeBody { bytes: 300_000, announced: false }));
    let mut socket = connect(&proxy).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let mut reader = BufReader::new(&mut socket);
    while !bytes.ends_with(b"\r\n1\r\n]\r\n0\r\n\r\n") {
        bytes.push(reader.read_u8().await.unwrap());
    }
    assert!(bytes.len() > 300_000);
    drop(socket);
    backend.play(Script::always(Fault::UntilClose));
    let mut socket = connect(&proxy).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    let ended = to_end(&mut socket).await;
    assert!(ended.text.ends_with("{\"request\":1}") && !ended.by_reset, "{ended:?}");
}

#[tokio::test]
async fn a_lost_answer_has_reached_the_backend_and_a_lost_request_has_not() {
    for (reaches, total) in [(true, 1), (false, 0)] {
        let rule = Rule::new(Fault::ResetBeforeHead).path("/a");
        let rule = if reaches { rule.reaches_backend() } else { rule };
        let (backend, proxy) = pair(Script::default().rule(rule)).await;
        let mut socket = connect(&proxy).await;
        socket.write_all(GET.as_bytes()).await.unwrap();
        assert!(to_end(&mut socket).await.by_reset);
        assert_eq!(backend.record().total, total);
    }
}

#[tokio::test]
async fn a_client_that_goes_takes_its_request_along() {
    let (backend, proxy) = pair(Script::default()).await;
    backend.play(Script::always(Fault::Silence));
    let mut socket = connect(&proxy).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    backend.until(|counts| counts.played == 1).await;
    drop(socket);
    backend.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn a_backend_that_refuses_or_breaks_off_is_a_reset() {
    let nobody = Refusing::new().unwrap();
    let proxy = FaultServer::start(Script::default().backend(nobody.url())).await.unwrap();
    let mut socket = connect(&proxy).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    assert!(to_end(&mut socket).await.by_reset);

    let (backend, proxy) = pair(Script::default()).await;
    backend.play(Script::always(Fault::CloseInBody));
    let mut socket = connect(&proxy).await;
    socket.write_all(GET.as_bytes()).await.unwrap();
    let ended = to_end(&mut socket).await;
    assert!(ended.by_reset && ended.text.ends_with("[1,2"), "{ended:?}");
}
