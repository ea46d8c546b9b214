//! Every answer carries `x-request-id`, and every request leaves one line in the log.

use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;
use uuid::Uuid;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Answers under the caller's request id if it is a sane one, else under a new one.
///
/// Whatever is logged meanwhile names the id, the caller's address and user agent. The line at the end names method
/// and path; never the query, another header or a body.
pub(crate) async fn attach(request: Request, next: Next) -> Response {
    let sent = request.headers().get(HEADER).filter(|id| is_sane(id)).cloned();
    let id = sent.unwrap_or_else(fresh);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!(
        "request",
        request_id = id.to_str().unwrap_or_default(),
        address =
            request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| tracing::field::display(peer.0.ip())),
        user_agent = request.headers().get(header::USER_AGENT).map(tracing::field::debug),
    );
    let mut response = answer(method, path, request, next).instrument(span).await;
    response.headers_mut().insert(HEADER, id);
    response
}

async fn answer(method: Method, path: String, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let response = next.run(request).await;
    let (status, milliseconds) = (response.status().as_u16(), start.elapsed().as_millis());
    tracing::info!(%method, path, status, milliseconds, "answered");
    response
}

fn is_sane(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    (1..=128).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
}

fn fresh() -> HeaderValue {
    HeaderValue::try_from(Uuid::new_v4().to_string()).unwrap_or_else(|_| HeaderValue::from_static("none"))
}
