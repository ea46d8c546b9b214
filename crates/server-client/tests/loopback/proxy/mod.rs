//! The proxy: what goes through, what is refused, and what is asked again.

mod aborts;
mod admission;
mod answers;
mod headers;
mod retries;
mod streaming;

use axum::body::{Body, to_bytes};
use http::{Request, Response};
use serde_json::Value;
use tower_service::Service as _;
use twinfetch_server_client::{Proxy, ProxyBody, ProxyBuilder};

use crate::stage::client;

/// A proxy of `/api/posts` and of what is below `/api/files`.
fn builder(url: &str) -> ProxyBuilder {
    Proxy::builder(client(url)).allow("/api/posts").allow_below("/api/files")
}

fn proxy(url: &str) -> Proxy {
    builder(url).build().unwrap()
}

/// A request of one of the app's own pages.
fn request(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
    builder.body(body.into()).unwrap()
}

async fn send(proxy: &Proxy, request: Request<Body>) -> Response<ProxyBody> {
    let Ok(response) = proxy.clone().call(request).await;
    response
}

async fn get(proxy: &Proxy, path: &str) -> Response<ProxyBody> {
    send(proxy, request("GET", path, Body::empty())).await
}

async fn text(response: Response<ProxyBody>) -> String {
    let bytes = to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The message of an answer that the proxy made itself.
async fn message(response: Response<ProxyBody>) -> String {
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_marked(&response);
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    body["message"].as_str().unwrap().to_owned()
}

fn assert_marked(response: &Response<ProxyBody>) {
    let headers = response.headers();
    assert_eq!(headers["cache-control"], "private, no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(headers.contains_key("x-request-id"));
}
