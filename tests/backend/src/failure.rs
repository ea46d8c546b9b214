//! How a system refuses: a status, and a message in the form that the system gives it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::Json;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::tokens::Refusal;

/// The words and the form in which a system refuses.
pub(crate) trait Refusing {
    /// What is said when the backend itself failed.
    const FAILED: &'static str;

    /// The body of a refusal.
    fn body(status: StatusCode, message: &str) -> Value;

    /// What is said of a token that is not good.
    fn of_token(refusal: Refusal) -> &'static str;
}

/// A refusal of the system `S`, with a message that may be shown to anyone.
pub(crate) struct Failure<S> {
    status: StatusCode,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    system: PhantomData<fn() -> S>,
}

impl<S> Failure<S> {
    /// A refusal in these words.
    pub(crate) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), retry_after: None, system: PhantomData }
    }

    /// The request itself is at fault.
    pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// It is not known who calls.
    pub(crate) fn unauthorized(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// Too many calls; the next one may come after this while.
    pub(crate) fn too_many_requests(message: &'static str, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }
}

impl<S> fmt::Debug for Failure<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.status, self.message)
    }
}

impl<S: Refusing> IntoResponse for Failure<S> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(S::body(self.status, &self.message))).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, section 15.5.2: a 401 names the scheme to use.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            // Whole seconds, rounded up: a wait that is too short is refused again.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)));
        }
        response
    }
}

/// The cause is logged; the caller learns only that there was one.
impl<S: Refusing> From<anyhow::Error> for Failure<S> {
    fn from(cause: anyhow::Error) -> Self {
        tracing::error!("{cause:#}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, S::FAILED)
    }
}

impl<S: Refusing> From<Refusal> for Failure<S> {
    fn from(refusal: Refusal) -> Self {
        Self::unauthorized(S::of_token(refusal))
    }
}

impl<S> From<JsonRejection> for Failure<S> {
    fn from(rejection: JsonRejection) -> Self {
        let status = match rejection.status() {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        };
        Self::new(status, rejection.body_text())
    }
}

impl<S> From<QueryRejection> for Failure<S> {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl<S> From<MultipartRejection> for Failure<S> {
    fn from(rejection: MultipartRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl<S> From<MultipartError> for Failure<S> {
    fn from(error: MultipartError) -> Self {
        Self::new(error.status(), error.body_text())
    }
}
