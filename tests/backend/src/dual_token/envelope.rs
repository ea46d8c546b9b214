//! The wrapper around every answer: `{success, data, message, statusCode, timestamp}`.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// An answer in its wrapper.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<T> {
    success: bool,
    data: T,
    #[schema(example = "操作成功")]
    message: String,
    #[schema(example = 200)]
    status_code: u16,
    #[schema(example = "2024-01-01T00:00:00.000Z")]
    timestamp: String,
}

/// What a refusal carries: nothing.
pub(super) type Empty = Option<u8>;

impl<T> Envelope<T> {
    /// The request was done.
    pub(super) fn done(status: StatusCode, message: &str, data: T) -> Self {
        Self { success: true, ..Self::new(status, message, data) }
    }

    fn new(status: StatusCode, message: &str, data: T) -> Self {
        let timestamp = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        Self { success: false, data, message: message.to_owned(), status_code: status.as_u16(), timestamp }
    }
}

impl Envelope<Empty> {
    /// The request was refused.
    pub(super) fn refused(status: StatusCode, message: &str) -> Self {
        Self::new(status, message, None)
    }
}

impl<T: Serialize> IntoResponse for Envelope<T> {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status_code).unwrap_or_default();
        // Tokens are not for a cache to keep (RFC 6749, section 5.1), nor is who somebody is.
        (status, [(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}
