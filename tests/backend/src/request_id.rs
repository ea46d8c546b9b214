//! Every answer carries `x-request-id`, and every request leaves one line in the log.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Answers under the caller's request id if it is a sane one, else under a new one.
///
/// The line in the log names method and path; never the query, a header or a body.
pub(crate) async fn attach(request: Request, next: Next) -> Response {
    let sent = request.headers().get(HEADER).filter(|id| is_sane(id)).cloned();
    let id = sent.unwrap_or_else(fresh);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let start = Instant::now();
    let mut response = next.run(request).await;
    tracing::info!(
        %method,
        path,
        status = response.status().as_u16(),
        milliseconds = start.elapsed().as_millis(),
        request_id = id.to_str().unwrap_or_default(),
        "answered"
    );
    response.headers_mut().insert(HEADER, id);
    response
}

fn is_sane(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    (1..=128).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
}

fn fresh() -> HeaderValue {
    HeaderValue::try_from(Uuid::new_v4().to_string()).unwrap_or_else(|_| HeaderValue::from_static("none"))
}
