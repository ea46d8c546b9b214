//! How the system refuses: `{code: -1, message}`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::failure::{self, Refusing};
use crate::tokens::Refusal;

/// A refusal of this system.
pub(super) type Failure = failure::Failure<CookieJwt>;

/// The system, as one that refuses.
pub(super) enum CookieJwt {}

impl Refusing for CookieJwt {
    const FAILED: &'static str = "服务器内部错误";

    fn body(_: StatusCode, message: &str) -> Value {
        json!({ "code": -1, "message": message })
    }

    fn of_token(_: Refusal) -> &'static str {
        "未登录"
    }
}
