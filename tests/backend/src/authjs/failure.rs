//! How the system refuses: a status and `{"message"}`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::failure::{self, Refusing};
use crate::tokens::Refusal;

/// A refusal of this system.
pub(super) type Failure = failure::Failure<Authjs>;

/// The system, as one that refuses.
pub(super) enum Authjs {}

impl Refusing for Authjs {
    const FAILED: &'static str = "the backend failed to answer";

    fn body(_: StatusCode, message: &str) -> Value {
        json!({ "message": message })
    }

    fn of_token(refusal: Refusal) -> &'static str {
        match refusal {
            Refusal::Expired => "the token has expired",
            Refusal::Invalid => "the token is invalid",
            Refusal::WrongType => "the token is not an access token",
        }
    }
}
