//! What browsers ask through the proxy is renewed as what pages ask, and the answer says so.

use axum::body::Body;
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use tower_service::Service as _;
use twinfetch_server_client::{Proxy, ProxyBody};

use super::backend::Backend;
use super::{client, kept, request, stale};

async fn ask(backend: &Backend, method: &str, headers: HeaderMap, body: Body) -> Response<ProxyBody> {
    let mut proxy = Proxy::builder(client(backend)).allow_below("/api").build().unwrap();
    let mut request = Request::builder().method(method).uri("/api/page").header("sec-fetch-site", "same-origin");
    request = request.header(COOKIE, &headers[COOKIE]);
    let Ok(response) = proxy.call(request.body(body).unwrap()).await;
    assert_eq!(response.headers()[CACHE_CONTROL], "private, no-store");
    response
}

fn told(response: &Response<ProxyBody>) -> Vec<HeaderValue> {
    response.headers().get_all(SET_COOKIE).iter().cloned().collect()
}

#[tokio::test]
async fn what_is_refused_is_renewed_and_asked_again() {
    let backend = Backend::new().await;
    let response = ask(&backend, "GET", stale("ada"), Body::empty()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(kept(&told(&response)).unwrap()["access_token"], "ada-access-2");
    assert_eq!((backend.refreshes(), backend.hits()), (1, 3));
}

#[tokio::test]
async fn what_is_good_is_left_alone() {
    let backend = Backend::new().await;
    let response = ask(&backend, "GET", request("ada", 1), Body::empty()).await;
    assert_eq!((response.status(), told(&response).len(), backend.hits()), (StatusCode::OK, 0, 1));
}

#[tokio::test]
async fn an_upload_that_is_gone_is_not_sent_again() {
    let backend = Backend::new().await;
    let response = ask(&backend, "POST", stale("ada"), Body::from("x")).await;
    assert_eq!((response.status(), backend.refreshes(), told(&response).len()), (StatusCode::UNAUTHORIZED, 0, 0));
}

#[tokio::test]
async fn a_renewal_that_fails_is_not_told_as_a_refusal() {
    let backend = Backend::new().await;
    backend.answer_refresh(axum::response::IntoResponse::into_response(StatusCode::SERVICE_UNAVAILABLE));
    let response = ask(&backend, "GET", stale("ada"), Body::empty()).await;
    assert_eq!((response.status(), told(&response).len()), (StatusCode::SERVICE_UNAVAILABLE, 0));
}

#[tokio::test]
async fn a_session_that_is_over_is_deleted() {
    let backend = Backend::new().await;
    backend.moved_on("ada", 9);
    let response = ask(&backend, "GET", stale("ada"), Body::empty()).await;
    assert_eq!((response.status(), kept(&told(&response))), (StatusCode::UNAUTHORIZED, None));
    assert_eq!(told(&response).len(), 1);
}
