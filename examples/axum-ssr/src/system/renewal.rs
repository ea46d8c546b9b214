//! `/renewal`: the kept session is renewed now.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;

use super::System;
use super::caller::Caller;
use super::session::Asked;

/// Spends the refresh token on new tokens.
pub(super) async fn renew(State(system): State<Arc<System>>, caller: Caller) -> Response {
    let site = system.site(&system.path());
    let Some((_, signed_in)) = &caller.kept else { return Redirect::to(&site.sign_in).into_response() };
    match signed_in.refresh().await {
        Ok(()) => {
            let done = html! { p role="status" data-testid="refreshed" { "The session was renewed." } };
            system.session_page(&caller, &Asked::default(), &done).await.into_response()
        }
        Err(error) => system.session_refusal(&caller, &error).await,
    }
}
