use std::io::Read as _;

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use twinfetch_faults::{DateForm, Fault, FaultServer, RetryAfter, Script};

use crate::raw::{GET, answer, answered, connect, met};

fn line<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn a_status_may_say_when_to_come_back() {
    for (retry_after, value) in [
        (None, None),
        (Some(RetryAfter::Seconds(7)), Some("7")),
        (Some(RetryAfter::Text("soon".to_owned())), Some("soon")),
    ] {
        let (head, _) = answered(Fault::Status { status: 503, retry_after }).await;
        assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
        assert_eq!(line(&head, "retry-after"), value);
    }
    for (form, end) in [(DateForm::Imf, "GMT"), (DateForm::Rfc850, "GMT"), (DateForm::Asctime, "")] {
        let retry_after = Some(RetryAfter::Date { form, seconds: -60 });
        let (head, _) = answered(Fault::Status { status: 429, retry_after }).await;
        let value = line(&head, "retry-after").unwrap();
        assert!(value.ends_with(end) && value.matches(':').count() == 2, "{value}");
    }
}

#[tokio::test]
async fn redirects_lead_where_they_are_told() {
    let (head, _) = answered(Fault::Redirect { status: 307, location: "javascript:alert(1)".to_owned() }).await;
    assert!(head.starts_with("HTTP/1.1 307 ") && line(&head, "location") == Some("javascript:alert(1)"), "{head}");
    let (head, _) = answered(Fault::RedirectLoop { status: 302 }).await;
    assert_eq!(line(&head, "location"), Some("/a?b=c"));
    let server = FaultServer::start(Script::always(Fault::RedirectHops { status: 302, hops: 3 })).await.unwrap();
    let mut socket = connect(&server).await;
    let mut path = "/a".to_owned();
    for hop in ["/a?hop=1", "/a?hop=2", "/a?hop=3"] {
        socket.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
        path = line(&answer(&mut socket).await.0, "location").unwrap().to_owned();
        assert_eq!(path, hop);
    }
    socket.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
    assert_eq!(answer(&mut socket).await.1, b"{\"request\":4}");
}

#[tokio::test]
async fn bodies_and_types_are_as_they_are_named() {
    let json = Some("application/json");
    for (fault, status, content_type, body) in [
        (Fault::HtmlPage, 200, Some("text/html; charset=utf-8"), "<!doctype html>"),
        (Fault::WrongType, 200, Some("text/plain"), "{\"request\":1}"),
        (Fault::NoType, 200, None, "{\"request\":1}"),
        (Fault::EmptyOk, 200, json, ""),
        (Fault::MalformedJson, 200, json, "[1,]"),
        (Fault::TruncatedJson, 200, json, "{\"request\":"),
        (Fault::LyingEncoding, 200, json, "{\"request\":1}"),
        (Fault::DeepJson { depth: 5 }, 200, json, "[[[[["),
        (
            Fault::Answer {
                status: 418,
                headers: vec![("content-type".to_owned(), "a/b".to_owned())],
                body: "x".to_owned(),
            },
            418,
            Some("a/b"),
            "x",
        ),
    ] {
        let (head, came) = answered(fault.clone()).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{fault:?}: {head}");
        assert_eq!(line(&head, "content-type"), content_type, "{fault:?}");
        assert!(came.starts_with(body.as_bytes()) && came.is_empty() == body.is_empty(), "{fault:?}");
        assert_eq!(line(&head, "content-encoding").is_some(), fault == Fault::LyingEncoding);
    }
    let text = met(Fault::NoContentWithBody).await.text;
    assert!(text.starts_with("HTTP/1.1 204 ") && text.ends_with("{\"request\":1}"), "{text}");
}

#[tokio::test]
async fn packed_bodies_are_a_bomb_or_broken() {
    let (head, packed) = answered(Fault::GzipBomb { mebibytes: 5 }).await;
    assert_eq!(line(&head, "content-encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked.len(), (5 << 20) + 2);
    let (_, packed) = answered(Fault::BrokenGzip).await;
    assert!(GzDecoder::new(&packed[..]).read_to_end(&mut Vec::new()).is_err());
}

#[tokio::test]
async fn a_huge_body_is_whole_and_good_json() {
    for bytes in [2, 1000, (1 << 20) + 77] {
        let (_, body) = answered(Fault::HugeBody { bytes, announced: true }).await;
        assert_eq!(body.len() as u64, bytes);
        assert!(serde_json::from_slice::<Vec<u8>>(&body).unwrap().is_empty());

        let server = FaultServer::start(Script::always(Fault::HugeBody { bytes, announced: false })).await.unwrap();
        let mut socket = connect(&server).await;
        socket.write_all(GET.as_bytes()).await.unwrap();
        let (head, _) = answer(&mut socket).await;
        assert_eq!(line(&head, "transfer-encoding"), Some("chunked"));
        let mut body = Vec::new();
        loop {
            let mut size = Vec::new();
            while !size.ends_with(b"\r\n") {
                size.push(socket.read_u8().await.unwrap());
            }
            let size = usize::from_str_radix(str::from_utf8(&size).unwrap().trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            socket.read_exact(&mut chunk).await.unwrap();
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
        assert_eq!(body.len() as u64, bytes);
        assert!(serde_json::from_slice::<Vec<u8>>(&body).unwrap().is_empty());
    }
}
