//! The wrapper around every answer: `{code, message, data}`, where 0 means done.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer in its wrapper.
#[derive(Debug, Serialize)]
pub(super) struct Answer<T> {
    code: u16,
    message: &'static str,
    data: T,
}

impl<T> Answer<T> {
    /// The request was done, and this is what was asked for.
    pub(super) fn of(data: T) -> Self {
        Self { code: 0, message: "OK", data }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        // Tokens are not for a cache to keep (RFC 6749, section 5.1).
        ([(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}
