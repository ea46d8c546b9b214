//! `POST /auth/generate-url-token`: a token to put into a link.

use std::time::Duration;

use axum::extract::State;

use super::answer::Answer;
use super::caller::Caller;
use super::failure::Failure;
use super::sign_in::Token;
use crate::backend::Backend;

const LIFETIME: Duration = Duration::from_hours(1);

/// Gives a token for an hour; whatever the body asks for, it is not longer and not shorter.
pub(super) async fn token(_: Caller, State(backend): State<Backend>) -> Result<Answer<Token>, Failure> {
    Ok(Answer::of(Token::issue(&backend, LIFETIME)?))
}
