//! Which pages of other origins may read the answers.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use tower_http::cors::CorsLayer;

use crate::request_id;
use crate::system::System;

/// The layer that allows these origins and no other, with their cookies where the system has some.
pub(crate) fn layer(system: System, origins: &[String]) -> anyhow::Result<CorsLayer> {
    let origins = origins.iter().map(|origin| parse(origin)).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(system.has_cookies())
        .allow_methods([Method::DELETE, Method::GET, Method::HEAD, Method::PATCH, Method::POST, Method::PUT])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_RANGE,
            header::RANGE,
            request_id::HEADER,
            HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
            header::CONTENT_ENCODING,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::ETAG,
            header::RETRY_AFTER,
            request_id::HEADER,
            HeaderName::from_static("content-digest"),
            HeaderName::from_static("repr-digest"),
        ])
        .max_age(Duration::from_mins(10)))
}

/// Reads an origin as a browser writes it: scheme, host and port, and nothing after them.
fn parse(origin: &str) -> anyhow::Result<HeaderValue> {
    let hint = || format!("allowed origin {origin:?} is not of the form http://localhost:3000");
    let uri = origin.parse::<Uri>().with_context(hint)?;
    let written = match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) => format!("{scheme}://{authority}"),
        _ => String::new(),
    };
    ensure!(written == origin, hint());
    HeaderValue::from_str(origin).with_context(hint)
}
