//! `/sign-out`: the end of the session, here and at the backend.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Redirect, Response};
use twinfetch_server_client::Error;

use super::System;
use super::caller::Caller;

/// Signs out, and says on the next page whether the backend knows.
pub(super) async fn leave(State(system): State<Arc<System>>, caller: Caller, headers: HeaderMap) -> Response {
    let told = match end(&system, &caller).await {
        Ok(told) => told,
        Err(error) => return error.into_response(),
    };
    let answer = if told { "told" } else { "untold" };
    let mut response = Redirect::to(&format!("{}?signedOut={answer}", system.path())).into_response();
    if system.id_in(&headers).is_some()
        && let Ok(line) = system.id_cookie(None)
    {
        response.headers_mut().append(SET_COOKIE, line);
    }
    response
}

/// Ends what is kept here, and what cookies of the request bring beside it: a front end may have signed in as well.
async fn end(system: &System, caller: &Caller) -> Result<bool, Error> {
    let mut told = true;
    if let Some((id, signed_in)) = &caller.kept {
        system.kept.remove(id);
        told = signed_in.api().sign_out().await?.server_told;
        if !caller.incoming.session().await?.is_authenticated() {
            return Ok(told);
        }
    }
    Ok(caller.incoming.sign_out().await?.server_told && told)
}
