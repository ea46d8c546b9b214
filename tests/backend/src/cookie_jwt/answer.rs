//! The wrapper around every answer: `{code, data, message}`, where 0 means done.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer in its wrapper.
#[derive(Debug, Serialize)]
pub(super) struct Answer<T> {
    code: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

impl<T> Answer<T> {
    /// The request was done, and this is what was asked for.
    pub(super) fn of(data: T) -> Self {
        Self { code: 0, data: Some(data), message: None }
    }

    /// Adds words for the user.
    pub(super) fn saying(self, message: &'static str) -> Self {
        Self { message: Some(message), ..self }
    }
}

impl Answer<()> {
    /// The request was done.
    pub(super) fn done(message: &'static str) -> Self {
        Self { code: 0, data: None, message: Some(message) }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        // Who somebody is, is not for a shared cache to tell the next one.
        ([(header::CACHE_CONTROL, "private, no-store")], Json(self)).into_response()
    }
}
