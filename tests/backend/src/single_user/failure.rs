//! How the system refuses: the wrapper with the status as code, and no data.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::failure::{self, Refusing};
use crate::tokens::Refusal;

/// A refusal of this system.
pub(super) type Failure = failure::Failure<SingleUser>;

/// The system, as one that refuses.
pub(super) enum SingleUser {}

impl Refusing for SingleUser {
    const FAILED: &'static str = "服务器内部错误";

    fn body(status: StatusCode, message: &str) -> Value {
        json!({ "code": status.as_u16(), "message": message, "data": null })
    }

    fn of_token(_: Refusal) -> &'static str {
        "令牌无效或已过期"
    }
}
