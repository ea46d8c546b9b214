//! Which headers go through, in both directions.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::response::IntoResponse as _;
use http::HeaderMap;
use twinfetch_server_client::ApiLayer;

use super::{assert_marked, builder, get, proxy, request, send, text};
use crate::scripted::{Scripted, Then, raw};
use crate::stage::{ACCESS, ADA, client, request_of};

type Seen = BTreeMap<String, Vec<String>>;

/// A backend that tells the headers it got.
async fn mirror() -> Scripted {
    Scripted::new(|request: axum::extract::Request| async move {
        let mut seen = Seen::new();
        for (name, value) in request.headers() {
            seen.entry(name.to_string()).or_default().push(value.to_str().unwrap().to_owned());
        }
        Json(seen).into_response()
    })
    .await
}

async fn seen(proxy: &twinfetch_server_client::Proxy, headers: HeaderMap) -> Seen {
    let mut request = request("GET", "/api/posts?q=1", Body::empty());
    request.headers_mut().extend(headers);
    serde_json::from_str(&text(send(proxy, request).await).await).unwrap()
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
}

#[tokio::test]
async fn a_request_goes_on_with_the_token_and_listed_headers_only() {
    let backend = mirror().await;
    let mut sent = request_of(ADA, ACCESS);
    sent.extend(headers(&[
        ("accept", "text/csv"),
        ("accept-encoding", "gzip"),
        ("range", "bytes=0-9"),
        ("if-none-match", "\"v1\""),
        ("idempotency-key", "k-1"),
        ("x-request-id", "of-the-browser"),
        ("authorization", "Bearer of-the-browser"),
        ("host", "app.test"),
        ("origin", "http://app.test"),
        ("referer", "http://app.test/page"),
        ("user-agent", "browser"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "evil.test"),
        ("forwarded", "for=10.0.0.1"),
        ("x-middleware-subrequest", "middleware"),
        ("x-tenant", "acme"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("keep-alive", "timeout=5"),
        ("proxy-authorization", "Basic x"),
        ("expect", "100-continue"),
    ]));
    let mut seen = seen(&proxy(&backend.url), sent).await;
    let bearer = format!("Bearer {ACCESS}");
    let host = backend.url.strip_prefix("http://").unwrap();
    for (name, value) in [
        ("accept", "text/csv"),
        ("accept-encoding", "gzip"),
        ("authorization", bearer.as_str()),
        ("host", host),
        ("idempotency-key", "k-1"),
        ("if-none-match", "\"v1\""),
        ("range", "bytes=0-9"),
        ("x-request-id", "of-the-browser"),
    ] {
        assert_eq!(seen.remove(name), Some(vec![value.to_owned()]), "{name}");
    }
    assert!(seen.remove("user-agent").is_some_and(|agent| agent[0].starts_with("twinfetch/")));
    assert_eq!(seen, Seen::new());
}

#[tokio::test]
async fn a_header_that_the_connection_names_ends_at_the_proxy() {
    let backend = mirror().await;
    let proxy = builder(&backend.url).request_header("x-tenant").build().unwrap();
    let named = headers(&[
        ("connection", "close, Range"),
        ("connection", "X-Tenant"),
        ("range", "bytes=0-9"),
        ("x-tenant", "acme"),
        ("if-range", "\"v1\""),
    ]);
    let got = seen(&proxy, named).await;
    assert!(!got.contains_key("range") && !got.contains_key("x-tenant") && got.contains_key("if-range"), "{got:?}");
    assert_eq!(seen(&proxy, headers(&[("x-tenant", "acme")])).await["x-tenant"], ["acme"]);
}

#[tokio::test]
async fn without_a_session_no_credential_is_sent() {
    let backend = mirror().await;
    let cookie = headers(&[("cookie", "authjs.session-token=garbage; other=1"), ("authorization", "Bearer x")]);
    let seen = seen(&proxy(&backend.url), cookie).await;
    assert!(!seen.contains_key("authorization") && !seen.contains_key("cookie"), "{seen:?}");
    assert!(!seen["x-request-id"][0].is_empty());
}

#[tokio::test]
async fn a_response_comes_back_with_listed_headers_only() {
    let answer = "HTTP/1.1 206 Partial Content\r\ncontent-type: text/csv\r\ncontent-length: 2\r\netag: \"v1\"\r\n\
        content-range: bytes 0-1/9\r\ncontent-disposition: attachment; filename=\"a.csv\"\r\nx-request-id: of-the-backend\r\n\
        set-cookie: a=1\r\nset-cookie: b=2\r\nserver: secret/1.0\r\nx-powered-by: secret\r\ncache-control: public, max-age=60\r\n\
        expires: Thu, 01 Jan 2037 00:00:00 GMT\r\naccess-control-allow-origin: *\r\nwww-authenticate: Basic\r\n\
        connection: Vary\r\nvary: accept\r\nlink: <http://inner.test/next>; rel=next\r\nkeep-alive: timeout=9\r\nx-total-count: 9\r\n\r\nab";
    let (url, _serving) = raw(answer, Then::Wait).await;
    let proxy = builder(&url).response_header("X-Total-Count").build().unwrap();
    let response = get(&proxy, "/api/posts").await;
    assert_eq!(response.status(), http::StatusCode::PARTIAL_CONTENT);
    assert_marked(&response);
    let mut names: Vec<_> = response.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let expected = [
        "cache-control",
        "content-disposition",
        "content-range",
        "content-type",
        "etag",
        "x-content-type-options",
        "x-request-id",
        "x-total-count",
    ];
    assert_eq!(names, expected);
    assert_eq!(response.headers()["x-request-id"], "of-the-backend");
    assert_eq!(text(response).await, "ab");
}

#[tokio::test]
async fn the_layers_api_and_the_proxy_share_one_request_id() {
    let backend = mirror().await;
    let client = client(&backend.url);
    let proxy = twinfetch_server_client::Proxy::builder(client.clone()).allow("/api/posts").build().unwrap();
    let mut service = tower_layer::Layer::layer(&ApiLayer::new(client), proxy);
    let Ok(response) = tower_service::Service::call(&mut service, request("GET", "/api/posts", Body::empty())).await;
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let seen: Seen = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(seen["x-request-id"], [id]);
}
