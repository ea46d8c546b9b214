//! axum: `Api` as an argument of a handler, and `Error` as its refusal.

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use crate::api::Api;
use crate::error::Error;
use crate::status;

/// A handler asked for an [`Api`], and no [`ApiLayer`](crate::ApiLayer) gave the request one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerMissing;

impl std::fmt::Display for LayerMissing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the route has no twinfetch ApiLayer: add .layer(ApiLayer::new(client)) to the router")
    }
}

impl std::error::Error for LayerMissing {}

impl IntoResponse for LayerMissing {
    fn into_response(self) -> Response {
        tracing::error!("{self}");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

/// Takes the request's `Api`: the same for every handler and layer of the request.
impl<S: Sync> FromRequestParts<S> for Api {
    type Rejection = LayerMissing;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, LayerMissing> {
        parts.extensions.get::<Self>().cloned().ok_or(LayerMissing)
    }
}

/// Shows the message, as plain text, under the status that fits. What the log may hold was written when the call failed.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = (status::of(&self), self.message().to_owned()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if let Some(wait) = self.retry_after() {
            headers.insert(RETRY_AFTER, wait.as_secs().into());
        }
        response
    }
}
