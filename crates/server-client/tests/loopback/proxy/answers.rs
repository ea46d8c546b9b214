//! What a browser gets.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use twinfetch_core::seal::SealVersion;
use twinfetch_server_client::{Code, Proxy};

use super::{assert_marked, builder, get, message, proxy, request, send, text};
use crate::scripted::{Scripted, Then, nobody, raw};
use crate::stage::{ADA, COOKIE_NAME, SECRET, Stage, request_of, seal, with_cookie};

#[tokio::test]
async fn the_backends_answer_is_passed_on_whatever_its_status() {
    for (status, body) in [(200, "{}"), (201, "made"), (400, "{\"code\":7}"), (401, "{}"), (404, ""), (429, "slow")] {
        let backend = Scripted::new(move |_| async move {
            (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json"), ("retry-after", "7")], body)
                .into_response()
        })
        .await;
        let response = send(&proxy(&backend.url), request("POST", "/api/posts", "{}")).await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["retry-after"], "7");
        assert_marked(&response);
        assert_eq!(text(response).await, body);
    }
}

#[tokio::test]
async fn answers_without_a_body_have_none() {
    for (method, answer, length) in [
        ("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 42\r\netag: \"v1\"\r\n\r\n", Some("42")),
        ("DELETE", "HTTP/1.1 204 No Content\r\netag: \"v1\"\r\n\r\n", None),
        ("GET", "HTTP/1.1 304 Not Modified\r\netag: \"v1\"\r\n\r\n", None),
    ] {
        let (url, _serving) = raw(answer, Then::Wait).await;
        let response = send(&proxy(&url), request(method, "/api/files/1", Body::empty())).await;
        assert_eq!(response.headers().get("content-length").map(|length| length.to_str().unwrap()), length);
        assert_eq!(response.headers()["etag"], "\"v1\"");
        assert_marked(&response);
        assert!(http_body::Body::is_end_stream(response.body()), "{method}");
        assert_eq!(text(response).await, "");
    }
}

#[tokio::test]
async fn a_backends_failure_keeps_its_status_and_its_words_for_itself() {
    for status in [500_u16, 501, 503] {
        let backend = Scripted::new(move |_| async move {
            let headers = [("retry-after", "7"), ("x-request-id", "of-the-backend")];
            (StatusCode::from_u16(status).unwrap(), headers, "panicked at internal.rs").into_response()
        })
        .await;
        let response = get(&proxy(&backend.url), "/api/posts").await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.headers()["x-request-id"], "of-the-backend");
        assert_eq!(message(response).await, "The server could not answer. Please try again later.");
    }
}

#[tokio::test]
async fn a_backend_that_is_down_or_speaks_no_http_is_a_bad_gateway() {
    let (closed, _closed) = raw("", Then::Close).await;
    let (nonsense, _nonsense) = raw("nonsense\r\n\r\n", Then::Close).await;
    let (switched, _switched) =
        raw("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", Then::Wait).await;
    for (url, words) in [
        (nobody().await, Code::ConnectFailed.message()),
        (closed, Code::ConnectionLost.message()),
        (nonsense, Code::ProtocolFailed.message()),
        (switched, Code::ServerFailed.message()),
    ] {
        let proxy = builder(&url).retries([]).build().unwrap();
        let response = get(&proxy, "/api/posts").await;
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(message(response).await, words);
    }
}

#[tokio::test]
async fn a_redirect_leads_to_an_allowed_path_or_is_refused() {
    for (location, expected) in [
        ("/api/files/1?x", Some("/api/files/1?x")),
        ("{url}/api/posts", Some("/api/posts")),
        ("/api/admin", None),
        ("https://evil.test/api/posts", None),
    ] {
        let backend = Scripted::new(move |request: axum::extract::Request| async move {
            let url = format!("http://{}", request.headers()["host"].to_str().unwrap());
            Redirect::temporary(&location.replace("{url}", &url)).into_response()
        })
        .await;
        let response = get(&proxy(&backend.url), "/api/posts").await;
        assert_eq!(response.headers().get("location").map(HeaderValue::as_bytes), expected.map(str::as_bytes));
        if expected.is_some() {
            assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
        } else {
            assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
            assert!(message(response).await.contains("not allowed"));
        }
        assert_eq!(backend.hits(), 1, "the proxy follows nothing");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_not_taken_for_none() {
    let url = nobody().await;
    let sealed = seal(SealVersion::V5, SECRET, COOKIE_NAME, &json!({ "accessToken": 7 }));
    let mut request = request("GET", "/api/posts", Body::empty());
    request.headers_mut().extend(with_cookie(&format!("{COOKIE_NAME}={sealed}")));
    let response = send(&proxy(&url), request).await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(message(response).await, "Your sign-in could not be checked. Please try again later.");
}

#[tokio::test]
async fn in_axum_a_browser_works_with_the_reference_backend() {
    let stage = Stage::new().await;
    let proxy = Proxy::builder(stage.client.clone()).allow("/api/posts").build().unwrap();
    let app = Router::new().route_service("/api/{*path}", proxy);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let session = request_of(ADA, &stage.token(ADA).await);

    let post = browser.post(format!("{front}/api/posts")).headers(session.clone()).header("origin", &front);
    let post = post.header("content-type", "application/json").body(json!({ "title": "proxied" }).to_string());
    assert_eq!(post.send().await.unwrap().status(), StatusCode::CREATED);
    let head = browser.head(format!("{front}/api/posts")).headers(session.clone()).send().await.unwrap();
    assert!(head.headers()["content-length"].to_str().unwrap().parse::<usize>().unwrap() > 2);
    let read = browser.get(format!("{front}/api/posts")).headers(session).send().await.unwrap();
    assert_eq!(read.headers()["cache-control"], "private, no-store");
    let posts: Vec<Value> = serde_json::from_slice(&read.bytes().await.unwrap()).unwrap();
    assert_eq!((posts[0]["title"].as_str(), posts[0]["author"].as_str()), (Some("proxied"), Some("ada")));
    let anonymous = browser.get(format!("{front}/api/posts")).send().await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get(format!("{front}/api/me")).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    server.abort();
}
