//! What goes wrong is a typed error with a sentence that can be shown.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use serde_json::{Value, json};
use twinfetch_server_client::{Builder, Code, Error, Kind, Retry, ServerClient};

use crate::scripted::{Scripted, Then, nobody, raw};
use crate::stage::{ACCESS, ADA, SECRET, Stage, client, request_of};

fn builder(url: &str) -> Builder {
    ServerClient::builder().base_url(url).secrets([SECRET])
}

async fn failure(client: &ServerClient) -> Error {
    let api = client.incoming(&HeaderMap::new());
    let error = api.get::<Vec<Value>>("/internal-route").query("q", "private").await.unwrap_err();
    assert!(error.request_id().is_some());
    showable(&error);
    error
}

/// A user sees nothing internal; a log sees where it was, and no query.
fn showable(error: &Error) {
    let message = error.message();
    assert!(message.ends_with('.'), "{message}");
    for internal in ["internal", "127.0.0.1", "localhost", "http", "reqwest", "hyper", "os error", "private"] {
        assert!(!message.contains(internal), "{message}");
    }
    let detail = error.log_detail();
    assert!(detail.contains("GET /internal-route at http://127.0.0.1:"), "{detail}");
    assert!(!detail.contains("private") && !format!("{error:?}").contains("private"), "{error:?}");
}

#[tokio::test]
async fn a_backend_that_is_down_is_a_network_error_and_signs_nobody_out() {
    let client = client(&nobody().await);
    let error = failure(&client).await;
    assert_eq!((error.kind(), error.code(), error.status()), (Kind::Network, Code::ConnectFailed, None));
    assert!(error.retryable());
    assert!(error.log_detail().contains("connect"), "{}", error.log_detail());
    let api = client.incoming(&request_of(ADA, ACCESS));
    assert!(api.get::<Value>("/").await.is_err());
    assert!(api.session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn statuses_become_kinds_and_only_refusals_speak_for_themselves() {
    let stage = Stage::new().await;
    let api = stage.signed_in(ADA).await;
    for (status, kind, shown) in [
        (400, Kind::Rejected, true),
        (401, Kind::Unauthorized, true),
        (403, Kind::Forbidden, true),
        (404, Kind::NotFound, true),
        (422, Kind::Rejected, true),
        (429, Kind::RateLimited, true),
        (500, Kind::Status, false),
        (503, Kind::Status, false),
    ] {
        let body = json!({ "message": "words of the backend" }).to_string();
        let headers = json!({ "retry-after": "7" });
        stage.fault(json!({ "path": "/api/posts", "status": status, "body": body, "headers": headers })).await;
        let error = api.get::<Value>("/api/posts").retry(Retry::NONE).await.unwrap_err();
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (kind, Some(status)));
        assert_eq!(error.message() == "words of the backend", shown, "{error:?}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.request_id(), api.request_id());
    }
    assert!(api.session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn another_media_type_is_refused_unread() {
    let server =
        Scripted::new(|_: Request| async { ([("content-type", "text/html")], "<h1>internal</h1>").into_response() });
    let error = failure(&client(&server.await.url)).await;
    assert_eq!((error.kind(), error.code()), (Kind::Decode, Code::UnexpectedContentType));
    let stage = Stage::new().await;
    stage.fault(json!({ "path": "/api/posts", "status": 503, "contentType": "text/html", "body": "<h1>" })).await;
    let error = stage.signed_in(ADA).await.get::<Value>("/api/posts").retry(Retry::NONE).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Status, Code::ServerFailed));
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_a_decode_error_that_repeats_nothing() {
    let deep = "[".repeat(100_000);
    for body in ["", "{", "[1,]", "[1] x", r#"{"private":1}"#, "\"private\"", "NaN", "\u{feff}[]", &deep] {
        let body = body.to_owned();
        let server = Scripted::new(move |_: Request| {
            let body = body.clone();
            async move { ([("content-type", "application/json")], body).into_response() }
        });
        let error = failure(&client(&server.await.url)).await;
        assert_eq!((error.kind(), error.code()), (Kind::Decode, Code::MalformedBody));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    }
}

#[tokio::test]
async fn a_body_cut_short_is_an_error() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[1,2",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[]  \r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[]",
    ] {
        let (url, _serving) = raw(answer, Then::Close).await;
        let error = failure(&client(&url)).await;
        assert_eq!((error.kind(), error.code()), (Kind::Network, Code::BodyTruncated), "{answer}");
    }
}

#[tokio::test]
async fn a_broken_or_missing_head_has_a_code_of_its_own() {
    for (answer, code) in [
        ("", Code::ConnectionLost),
        ("HTTP/1.1 200", Code::ConnectionLost),
        ("nonsense\r\n\r\n", Code::ProtocolFailed),
        ("HTTP/1.1 200 OK\r\na: \0\r\n\r\n", Code::ProtocolFailed),
    ] {
        let (url, _serving) = raw(answer, Then::Close).await;
        assert_eq!(failure(&client(&url)).await.code(), code, "{answer}");
    }
    let huge = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "x".repeat(600 << 10));
    let (url, _serving) = raw(huge, Then::Wait).await;
    assert_eq!(failure(&client(&url)).await.code(), Code::ProtocolFailed);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_announced_or_not() {
    let announced = Scripted::new(|_: Request| async {
        ([("content-type", "application/json")], format!("[{}]", " ".repeat(2_000))).into_response()
    });
    let endless = Scripted::new(|_: Request| async {
        let pieces = stream::repeat_with(|| Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b' '; 512])));
        let body = Body::from_stream(pieces);
        Response::builder().header("content-type", "application/json").body(body).unwrap()
    });
    for server in [announced.await, endless.await] {
        let client = builder(&server.url).body_limit(1_000).build().unwrap();
        let error = failure(&client).await;
        assert_eq!((error.kind(), error.code()), (Kind::Decode, Code::ResponseTooLarge));
    }
}

#[tokio::test]
async fn each_wait_has_its_own_limit() {
    let brief = Duration::from_millis(50);
    let (silent, _silent) = raw("", Then::Wait).await;
    let head = failure(&builder(&silent).head_timeout(brief).build().unwrap()).await;
    assert_eq!((head.kind(), head.code()), (Kind::Timeout, Code::ResponseTimedOut));
    assert!(head.log_detail().contains("no response head in time"), "{head:?}");

    let begun = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[1,";
    let (begun, _begun) = raw(begun, Then::Wait).await;
    let idle = failure(&builder(&begun).idle_timeout(brief).build().unwrap()).await;
    assert!(idle.code() == Code::BodyStalled && idle.log_detail().contains("no next piece"), "{idle:?}");

    let total = failure(&builder(&begun).timeout(brief).build().unwrap()).await;
    assert!(total.code() == Code::TimedOut && total.log_detail().contains("the whole call"), "{total:?}");

    let api = client(&silent).background();
    let own = api.get::<Value>("/internal-route").timeout(brief).await.unwrap_err();
    assert_eq!(own.code(), Code::TimedOut);
    showable(&own);
}

#[tokio::test]
async fn a_token_that_the_backend_refuses_is_unauthorized_after_one_call() {
    let stage = Stage::new().await;
    let api = stage.client.incoming(&request_of(ADA, "not.the.one"));
    let error = api.get::<Value>("/api/posts").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Unauthorized, Code::Unauthorized));
    assert_eq!(stage.reads("/api/posts").await, 1);
}
