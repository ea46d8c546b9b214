//! A Rust server beside the front ends of five systems: it renders pages without a script, from the same session cookies.
//!
//! ```text
//!  /               the Auth.js pair: the cookie of a Next.js app
//!  /s1 … /s4       the other systems: one set of pages, a list of what differs
//!  /own            a session in this server's own cookie
//! ```
//!
//! Cookies ignore the port, so on `localhost` all servers get the same ones. Sessions are read here, in this process;
//! the data come from the backends, with the same access token that the front ends send.

mod fingerprint;
mod layout;
mod listen;
mod own;
mod pair;
mod post;
mod same_origin;
mod system;
mod visitor;

use std::env;
use std::sync::Arc;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use axum::routing::get;
use tracing_subscriber::EnvFilter;

use listen::Listening;
use system::System;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let listening = Listening::on(env::var("PORT").map_or(Ok(0), |port| port.parse())?).await?;
    let origin = env::var("APP_URL").unwrap_or_else(|_| format!("http://localhost:{}", listening.port));
    let app = app(pair::pages()?.merge(own::pages(&origin)?), system::all(&origin)?)?;
    listening.serve(app).await
}

fn app(pair: Router, systems: Vec<Arc<System>>) -> anyhow::Result<Router> {
    let index = system::index(&systems);
    let mut app = pair.route("/systems", get(async move || index));
    for system in systems {
        app = app.nest(&system.path(), system::pages(system)?);
    }
    Ok(app
        .layer(from_fn(same_origin::require))
        .route("/style.css", get(([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))))
        .fallback((StatusCode::NOT_FOUND, "not found"))
        .layer(map_response(harden)))
}

/// Nothing on these pages runs a script, is framed, or tells other sites where the visitor was.
async fn harden(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 3] = [
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in HEADERS {
        // A stricter word of a page stays.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
