//! The status under which an error is told to a browser.

use http::StatusCode;
use twinfetch_core::error::Kind;

use crate::error::Error;

pub(crate) fn of(error: &Error) -> StatusCode {
    match error.kind() {
        Kind::Aborted => StatusCode::BAD_REQUEST,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Kind::Rejected => error.status().filter(StatusCode::is_client_error).unwrap_or(StatusCode::BAD_GATEWAY),
        Kind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        Kind::Decode | Kind::Network | Kind::Status => StatusCode::BAD_GATEWAY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
