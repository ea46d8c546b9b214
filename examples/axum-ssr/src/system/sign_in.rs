//! `/sign-in`: the form with what the system asks for, or the way to the provider.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value};
use twinfetch_server_client::{Api, Error, SignedIn};

use super::System;
use super::caller::Caller;
use super::list::{Field, Kind};
use crate::layout::{failure, page};
use crate::visitor::Visitor;

/// Where somebody wanted to go.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Way {
    return_to: Option<String>,
}

/// Shows the form.
pub(super) async fn show(State(system): State<Arc<System>>, caller: Caller, Query(way): Query<Way>) -> Markup {
    let way_back = system.way_back(way.return_to.as_deref());
    let visitor = Visitor::of(&caller.api).await;
    system.render(&caller.incoming, &visitor, &Asked { way_back, ..Asked::default() })
}

/// Signs in with what the form brought, or makes an account of it.
pub(super) async fn enter(
    State(system): State<Arc<System>>,
    caller: Caller,
    Form(entries): Form<HashMap<String, String>>,
) -> Response {
    let way_back = system.way_back(entries.get("returnTo").map(String::as_str));
    let details = system.details(&entries);
    // What is kept here must reach no browser: nobody's request is behind it.
    let api = if system.keeps_tokens() { system.client.background() } else { caller.incoming.clone() };
    let entered = match entries.get("verb").map(String::as_str) {
        Some("register") => api.register(&details).await,
        _ => api.sign_in(&details).await,
    };
    match entered {
        Ok(signed_in) => {
            end_before(&system, &caller).await;
            welcome(&system, signed_in, &way_back)
        }
        Err(refusal) => {
            let email = entries.get("email").map(String::as_str);
            let asked = Asked { way_back, email, refusal: Some(&refusal) };
            let shown = system.render(&caller.incoming, &Visitor::Anonymous, &asked);
            refused(&refusal, &shown)
        }
    }
}

/// A page under the status, and with the wait, of a refusal.
pub(super) fn refused(refusal: &Error, shown: &Markup) -> Response {
    let plain = refusal.clone().into_response();
    let mut response = (plain.status(), shown.clone()).into_response();
    if let Some(wait) = plain.headers().get(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    response
}

/// Whoever was signed in before is signed out: their refresh token would live on, and nobody could end it.
async fn end_before(system: &System, caller: &Caller) {
    if let Some((id, before)) = &caller.kept {
        system.kept.remove(id);
        if let Err(error) = before.api().sign_out().await {
            tracing::warn!(detail = error.log_detail(), "the session before could not be ended");
        }
    }
}

fn welcome(system: &System, signed_in: SignedIn, way_back: &str) -> Response {
    let mut response = Redirect::to(way_back).into_response();
    if system.keeps_tokens() {
        let line = system.kept.add(signed_in).and_then(|id| system.id_cookie(Some(&id)));
        match line {
            Ok(line) => drop(response.headers_mut().append(SET_COOKIE, line)),
            Err(cause) => {
                tracing::error!(%cause, "a session could not be kept");
                return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    }
    response
}

/// What the form is shown with.
#[derive(Default)]
struct Asked<'a> {
    way_back: String,
    email: Option<&'a str>,
    refusal: Option<&'a Error>,
}

impl System {
    /// A page of this system, as the browser says; else the first.
    fn way_back(&self, asked: Option<&str>) -> String {
        let own = |way: &&str| {
            let below = way.strip_prefix(&self.path());
            let plain = way.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
            plain && below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        asked.filter(own).map_or_else(|| self.path(), str::to_owned)
    }

    /// What is sent to the backend: the fields of the system, and nothing else of the form.
    fn details(&self, entries: &HashMap<String, String>) -> Map<String, Value> {
        let entered = |field: &Field| {
            let text = entries.get(field.name).cloned().unwrap_or_default();
            let value = match field.kind {
                Kind::Email | Kind::Password => Value::String(text),
                Kind::Seconds if text.trim().is_empty() => return None,
                Kind::Seconds => text.trim().parse::<i64>().map_or(Value::String(text), Value::from),
            };
            Some((field.name.to_owned(), value))
        };
        self.about.fields.iter().filter_map(entered).collect()
    }

    fn render(&self, incoming: &Api, visitor: &Visitor, asked: &Asked<'_>) -> Markup {
        let site = self.site(&asked.way_back);
        let content = html! {
            p.lead { "Try it with: " span data-testid="sign-in-hint" { (self.about.hint) } "." }
            @if self.dialect.redirect.is_some() {
                @match incoming.sign_in_address(&asked.way_back) {
                    // No form: `form-action` of this site's policy would also hold for where it leads.
                    Ok(address) => p { a.button href=(address) data-testid="sign-in" { "Continue at the provider" } },
                    Err(error) => (failure(&site, &error)),
                }
            }
            @if self.dialect.sign_in.is_some() { (self.form(asked)) }
            @if let Some(refusal) = asked.refusal { (failure(&site, refusal)) }
        };
        page(&site, "Sign in", visitor, &content)
    }

    fn form(&self, asked: &Asked<'_>) -> Markup {
        html! {
            form.card.stack method="post" action=(self.page("sign-in")) {
                input type="hidden" name="returnTo" value=(asked.way_back);
                @for field in self.about.fields { (input(field, asked.email)) }
                div.row {
                    button name="verb" value="signIn" data-testid="sign-in" { "Sign in" }
                    @if self.dialect.register.is_some() {
                        button name="verb" value="register" data-testid="register" { "Make an account" }
                    }
                }
            }
        }
    }
}

fn input(field: &Field, email: Option<&str>) -> Markup {
    let (kind, completion) = match field.kind {
        Kind::Email => ("email", "username"),
        Kind::Password => ("password", "current-password"),
        Kind::Seconds => ("number", "off"),
    };
    html! {
        label for=(field.name) { (field.label) }
        input id=(field.name) name=(field.name) type=(kind) autocomplete=(completion) data-testid=(field.name)
            required[field.kind != Kind::Seconds] value=[email.filter(|_| field.kind == Kind::Email)];
    }
}
