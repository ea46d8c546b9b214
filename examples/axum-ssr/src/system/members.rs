//! `/members`: what only some may read. It is asked for in any case: it is the backend that refuses.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use serde::Deserialize;

use super::System;
use super::caller::{Caller, sent_to_sign_in};
use super::sign_in::refused;
use crate::layout::{failure, page};
use crate::visitor::Visitor;

#[derive(Deserialize)]
struct Member {
    username: String,
}

/// Shows the page.
pub(super) async fn show(State(system): State<Arc<System>>, caller: Caller) -> Response {
    let here = system.page("members");
    let site = system.site(&here);
    let visitor = Visitor::of(&caller.api).await;
    let path = system.about.members.unwrap_or_default();
    match caller.api.get::<Vec<Member>>(path).await {
        Ok(members) => {
            let content = html! { ul { @for member in &members { li data-testid="member" { (member.username) } } } };
            page(&site, "Members", &visitor, &content).into_response()
        }
        Err(error) => sent_to_sign_in(&system, &error, &here)
            .unwrap_or_else(|| refused(&error, &page(&site, "Members", &visitor, &failure(&site, &error)))),
    }
}
