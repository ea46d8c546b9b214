//! Which requests reach the backend.

use axum::body::Body;
use axum::response::IntoResponse as _;
use http::{Request, StatusCode};

use super::{builder, get, message, proxy, request, send, text};
use crate::scripted::Scripted;

async fn backend() -> Scripted {
    Scripted::new(|request: axum::extract::Request| async move {
        format!("{} {}", request.method(), request.uri()).into_response()
    })
    .await
}

#[tokio::test]
async fn what_is_allowed_is_forwarded_with_method_and_query() {
    let backend = backend().await;
    let proxy = proxy(&backend.url);
    for (method, path) in [
        ("GET", "/api/posts?page=2&q=a%20b"),
        ("POST", "/api/posts"),
        ("PUT", "/api/files/1"),
        ("PATCH", "/api/files/1/name?x"),
        ("DELETE", "/api/files/%E6%8A%A5"),
    ] {
        let response = send(&proxy, request(method, path, Body::empty())).await;
        assert_eq!(text(response).await, format!("{method} {path}"));
    }
}

#[tokio::test]
async fn a_path_of_the_base_url_stays_before_it() {
    let backend = backend().await;
    let proxy = proxy(&format!("{}/v1", backend.url));
    assert_eq!(text(get(&proxy, "/api/posts?a").await).await, "GET /v1/api/posts?a");
}

#[tokio::test]
async fn all_other_paths_are_not_found_and_reach_nobody() {
    let backend = backend().await;
    let proxy = proxy(&backend.url);
    for path in [
        "/",
        "/api/admin",
        "/api/posts/",
        "/api/posts/1",
        "/api/files",
        "/api/files/",
        "/api/files/../admin",
        "/api/files/%2e%2e/admin",
        "/api/files/..%2fadmin",
        "/api/files/..;/admin",
        "/api/files/%252e%252e%252fadmin",
        "/api/files/a%00b",
        "//evil.test/api/posts",
        "/api//posts",
    ] {
        let response = get(&proxy, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(message(response).await, "This was not found.");
    }
    let absolute = send(&proxy, request("GET", "http://evil.test/api/posts", Body::empty())).await;
    assert_eq!(text(absolute).await, "GET /api/posts", "an absolute target names no other backend");
    assert_eq!(backend.hits(), 1);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let backend = backend().await;
    let proxy = proxy(&backend.url);
    for method in ["OPTIONS", "TRACE", "CONNECT", "PROPFIND"] {
        let response = send(&proxy, request(method, "/api/posts", Body::empty())).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(message(response).await, "The request was refused.");
    }
    assert_eq!(backend.hits(), 0);
}

/// Sends a request with these headers and says whether it went through.
async fn passes(proxy: &twinfetch_server_client::Proxy, method: &str, headers: &[(&str, &str)]) -> bool {
    let builder = Request::builder().method(method).uri("/api/posts");
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    let response = send(proxy, builder.body(Body::empty()).unwrap()).await;
    match response.status() {
        StatusCode::OK => true,
        StatusCode::FORBIDDEN => {
            assert!(message(response).await.contains("does not come from this app's own pages"));
            false
        }
        other => panic!("{other}"),
    }
}

const SITE: &str = "sec-fetch-site";

#[tokio::test]
async fn an_unsafe_method_has_to_come_from_the_apps_own_pages() {
    let backend = backend().await;
    let proxy = proxy(&backend.url);
    let mut through = 0;
    for (headers, expected) in [
        (&[(SITE, "same-origin")][..], true),
        (&[(SITE, "none")], true),
        (&[(SITE, "same-site")], false),
        (&[(SITE, "cross-site")], false),
        (&[(SITE, "same-origin"), (SITE, "cross-site")], false),
        (&[(SITE, "cross-site"), ("origin", "http://app.test"), ("host", "app.test")], false),
        (&[("origin", "http://app.test"), ("host", "app.test")], true),
        (&[("origin", "http://app.test:3000"), ("host", "app.test:3000")], true),
        (&[("origin", "http://evil.app.test"), ("host", "app.test")], false),
        (&[("origin", "null"), ("host", "app.test")], false),
        (&[("origin", "http://app.test"), ("origin", "http://evil.test"), ("host", "app.test")], false),
        (&[("host", "app.test")], false),
        (&[], false),
        (&[("x-requested-with", "XMLHttpRequest")], true),
        (&[("x-requested-with", "XMLHttpRequest"), (SITE, "cross-site")], true),
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(passes(&proxy, method, headers).await, expected, "{method} {headers:?}");
        }
        assert!(passes(&proxy, "GET", headers).await && passes(&proxy, "HEAD", headers).await, "{headers:?}");
        through += if expected { 6 } else { 2 };
    }
    assert_eq!(backend.hits(), through);
}

#[tokio::test]
async fn the_check_follows_its_settings() {
    let backend = backend().await;
    let known = builder(&backend.url).origin("https://app.test").custom_header("x-csrf").build().unwrap();
    assert!(passes(&known, "POST", &[("origin", "https://app.test"), ("host", "inner:3000")]).await);
    assert!(!passes(&known, "POST", &[("origin", "http://inner:3000"), ("host", "inner:3000")]).await);
    assert!(!passes(&known, "POST", &[("x-requested-with", "XMLHttpRequest")]).await);
    assert!(passes(&known, "POST", &[("x-csrf", "1")]).await);
    let open = builder(&backend.url).without_origin_check().build().unwrap();
    assert!(passes(&open, "POST", &[(SITE, "cross-site")]).await);
}
