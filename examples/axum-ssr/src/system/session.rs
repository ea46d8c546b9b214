//! The first page: who is signed in, by this server's reading and by the backend's word, and what can be done with it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};
use twinfetch_server_client::{Authenticated, Error};

use super::System;
use super::caller::{Caller, sent_to_sign_in};
use super::permissions::section;
use super::sign_in::refused;
use crate::fingerprint::fingerprint;
use crate::layout::{failure, page, signed_out};
use crate::visitor::Visitor;

/// What an address may ask of the page.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    /// How a sign-out ended.
    signed_out: Option<SignOut>,
    /// A permission to ask for.
    code: Option<String>,
}

/// How a sign-out ended.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SignOut {
    Told,
    Untold,
}

/// Shows the page.
pub(super) async fn show(State(system): State<Arc<System>>, caller: Caller, Query(asked): Query<Asked>) -> Markup {
    system.session_page(&caller, &asked, &html! {}).await
}

impl System {
    /// The page, with what was just done.
    pub(super) async fn session_page(&self, caller: &Caller, asked: &Asked, done: &Markup) -> Markup {
        let site = self.site(&self.path());
        let visitor = Visitor::of(&caller.api).await;
        let content = match &visitor {
            Visitor::Authenticated { session, .. } => self.contents(caller, session, asked.code.as_deref(), done).await,
            Visitor::Anonymous => {
                html! { (signed_out(&site)) (done) @if let Some(end) = asked.signed_out { (told(end)) } }
            }
            Visitor::Unknown(cause) => failure(&site, cause),
        };
        let content = html! { p.lead { (self.about.lead) } (content) };
        page(&site, "Session", &visitor, &content)
    }

    /// The page with why something could not be done; whom the backend does not know is led to the sign-in page.
    pub(super) async fn session_refusal(&self, caller: &Caller, error: &Error) -> Response {
        if let Some(response) = sent_to_sign_in(self, error, &self.path()) {
            return response;
        }
        let done = failure(&self.site(&self.path()), error);
        refused(error, &self.session_page(caller, &Asked::default(), &done).await)
    }

    async fn contents(&self, caller: &Caller, session: &Authenticated, code: Option<&str>, done: &Markup) -> Markup {
        let site = self.site(&self.path());
        let shown = |error: &Error| failure(&site, error);
        let account = caller.api.get::<Map<String, Value>>(self.about.account).await;
        let permissions = match self.dialect.permissions {
            Some(_) => Some(section(self, &caller.api, code).await),
            None => None,
        };
        html! {
            (done)
            (self.card(caller, session))
            section.card {
                h2 { "What the backend says of the same token" }
                @match account {
                    Ok(account) => dl data-testid="account" { (entries(&account)) },
                    Err(error) => (shown(&error)),
                }
            }
            div.row { (self.actions(caller)) }
            @if let Some(permissions) = permissions { (permissions.unwrap_or_else(|error| shown(&error))) }
        }
    }

    fn card(&self, caller: &Caller, session: &Authenticated) -> Markup {
        html! {
            dl.card data-testid="session-card" {
                @match session.user::<Map<String, Value>>() {
                    Ok(user) => (entries(&user)),
                    Err(error) => (failure(&self.site(&self.path()), &error)),
                }
                dt { "credential" }
                dd data-testid="credential-place" { (caller.place()) }
                @if let Some(token) = caller.token(session) {
                    dt { "fingerprint of the access token" }
                    dd { code data-testid="token-fingerprint" { (fingerprint(token.expose())) } }
                }
            }
        }
    }

    fn actions(&self, caller: &Caller) -> Markup {
        let action = |page: &str, name: &str, label: &str| {
            html! { form method="post" action=(self.page(page)) { button data-testid=(name) { (label) } } }
        };
        html! {
            (action("calls", "calls", "Ten calls at once"))
            @if caller.kept.is_some() { (action("renewal", "refresh", "Renew the session")) }
            @if self.dialect.link.is_some() { (action("link", "link-make", "Make a link that signs in")) }
        }
    }
}

/// What a document says, by name.
fn entries(document: &Map<String, Value>) -> Markup {
    html! {
        @for (name, value) in document {
            dt { (name) }
            dd data-claim=(name) { @match value { Value::String(text) => (text), other => (other) } }
        }
    }
}

fn told(end: SignOut) -> Markup {
    let (answer, words) = match end {
        SignOut::Told => ("told", "The server was told."),
        SignOut::Untold => {
            ("untold", "The server could not be told: what it has given out is good there until it ends.")
        }
    };
    html! { p role="status" data-testid="sign-out-answer" data-answer=(answer) { (words) } }
}
