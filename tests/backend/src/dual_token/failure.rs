//! How the system refuses: the envelope without data.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::envelope::Envelope;
use crate::failure::{self, Refusing};
use crate::tokens::Refusal;

/// A refusal of this system.
pub(super) type Failure = failure::Failure<DualToken>;

/// The system, as one that refuses.
pub(super) enum DualToken {}

impl Refusing for DualToken {
    const FAILED: &'static str = "服务器内部错误";

    fn body(status: StatusCode, message: &str) -> Value {
        json!(Envelope::refused(status, message))
    }

    fn of_token(refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::Expired => "令牌已过期",
            Refusal::Invalid => "无效的令牌",
            Refusal::WrongType => "无效的令牌类型",
        }
    }
}
