//! `/calls`: ten calls at once. However many are refused, the session is renewed once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use tokio::task::JoinSet;

use super::System;
use super::caller::{Caller, sent_to_sign_in};
use super::session::Asked;
use crate::layout::failure;
use crate::post::Post;

const CALLS: usize = 10;

/// Sends them, and says how many were answered.
pub(super) async fn ten(State(system): State<Arc<System>>, caller: Caller) -> Response {
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let api = caller.api.clone();
        calls.spawn(async move { api.get::<Vec<Post>>("/api/posts").await });
    }
    let answers = calls.join_all().await;
    let refusal = answers.iter().find_map(|answer| answer.as_ref().err());
    if let Some(response) = refusal.and_then(|error| sent_to_sign_in(&system, error, &system.path())) {
        return response;
    }
    let done = html! {
        p role="status" {
            span data-testid="calls-answered" { (answers.iter().filter(|answer| answer.is_ok()).count()) }
            " of " (CALLS) " answered."
        }
        @if let Some(error) = refusal { (failure(&system.site(&system.path()), error)) }
    };
    system.session_page(&caller, &Asked::default(), &done).await.into_response()
}
