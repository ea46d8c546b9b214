//! How the system refuses: `{statusCode, message}`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::failure::{self, Refusing};
use crate::tokens::Refusal;

/// A refusal of this system.
pub(super) type Failure = failure::Failure<OauthCookie>;

/// The system, as one that refuses.
pub(super) enum OauthCookie {}

impl Refusing for OauthCookie {
    const FAILED: &'static str = "服务器内部错误";

    fn body(status: StatusCode, message: &str) -> Value {
        json!({ "statusCode": status.as_u16(), "message": message })
    }

    fn of_token(_: Refusal) -> &'static str {
        "未授权"
    }
}
