//! `/own`: a session in this server's own cookie, for a backend whose access tokens end soon and whose refresh tokens are good once.
//!
//! The pages of `/s1` keep such tokens in memory. Here the browser brings them, sealed, so that any process of this
//! server can answer; however many requests come at once with a token that has ended, it is renewed once.

use std::env;

use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use twinfetch_server_client::{Api, ApiLayer, Dialect, Error, FileBody, ServerClient};

use crate::layout::{Site, bare, failure, page};
use crate::visitor::Visitor;

/// How many parts of a page ask the backend by themselves.
const PARTS: u8 = 5;

/// What the form brings, and the backend takes.
#[derive(Deserialize, Serialize)]
struct Credentials {
    email: String,
    password: String,
}

/// The pages; `AUTH_SECRET` comes from the environment.
pub(crate) fn pages(origin: &str) -> Result<Router, Error> {
    let backend = env::var("OWN_URL").or_else(|_| env::var("S1_URL"));
    let client = ServerClient::builder()
        .base_url(backend.unwrap_or_else(|_| "http://localhost:8081".to_owned()))
        .app_url(origin)
        .dialect(Dialect::dual_token())
        .own_session()
        .build()?;
    Ok(Router::new()
        .route("/own", get(show).post(enter))
        .route("/own/sign-out", post(leave))
        .route("/own/parts", get(parts))
        .route("/own/report", get(report))
        .route("/own/part/{number}", get(part))
        .layer(ApiLayer::new(client)))
}

fn site() -> Site {
    let pages = vec![("/own".to_owned(), "Session"), ("/own/parts".to_owned(), "Parts")];
    Site { pages, sign_in: "/own".to_owned(), sign_out: Some("/own/sign-out".to_owned()) }
}

/// Shows who is signed in, or the form.
async fn show(api: Api) -> Markup {
    render(&api, &html! {}).await
}

async fn render(api: &Api, done: &Markup) -> Markup {
    let visitor = Visitor::of(api).await;
    let content = match &visitor {
        Visitor::Authenticated { .. } => {
            html! {
                p { a href="/own/parts" { "A page whose parts are renewed at once" } }
                p { a href="/own/report" data-testid="report" { "Save a report" } ", 8 MB from the backend, which no browser reaches" }
            }
        }
        Visitor::Anonymous => form(),
        Visitor::Unknown(cause) => failure(&site(), cause),
    };
    let lead = html! { p.lead { "Both tokens are in a cookie of this server, sealed: no script and no other server can read it." } };
    page(&site(), "Own session", &visitor, &html! { (lead) (done) (content) })
}

fn form() -> Markup {
    html! {
        form.card.stack method="post" action="/own" {
            label for="email" { "E-mail" }
            input id="email" name="email" type="email" autocomplete="username" data-testid="email" required;
            label for="password" { "Password" }
            input id="password" name="password" type="password" autocomplete="current-password" data-testid="password" required;
            button data-testid="sign-in" { "Sign in" }
        }
    }
}

/// Signs in. The cookie is added by the layer.
async fn enter(api: Api, Form(credentials): Form<Credentials>) -> Response {
    match api.sign_in(&credentials).await {
        Ok(_) => Redirect::to("/own").into_response(),
        Err(error) => {
            let status = error.clone().into_response().status();
            (status, render(&api, &failure(&site(), &error)).await).into_response()
        }
    }
}

/// Signs out, here and at the backend.
async fn leave(api: Api) -> Result<Redirect, Error> {
    api.sign_out().await?;
    Ok(Redirect::to("/own"))
}

/// A file of the backend, under the name that it has there: all of it, or the part that a browser lacks.
async fn report(api: Api, headers: HeaderMap) -> Result<Response<FileBody>, Error> {
    let call = api.get("/api/export").query("bytes", 8_000_000).query("name", "报告 2026.bin");
    call.proxy_download(&headers).await
}

/// A page that asks the backend nothing: its parts do, each in a request of its own.
async fn parts() -> ([(HeaderName, HeaderValue); 1], Markup) {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    let content = html! {
        @for number in 1..=PARTS { img src=(format!("/own/part/{number}")) alt=(format!("Part {number}")) data-testid="part"; }
    };
    ([(CONTENT_SECURITY_POLICY, POLICY)], bare(&site(), "Parts", &content))
}

/// One part: a picture of who the backend says it is.
async fn part(api: Api, Path(number): Path<u8>) -> Result<Response, Error> {
    let user: Value = api.get("/auth/me").await?;
    let name = user.get("username").and_then(Value::as_str).unwrap_or_default();
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" width="160" height="40" {
            text x="8" y="26" { (name) " " (number) }
        }
    };
    Ok(([(CONTENT_TYPE, "image/svg+xml")], picture.into_string()).into_response())
}
