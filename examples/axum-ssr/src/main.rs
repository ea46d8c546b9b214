//! A Rust server beside a Next.js app: it renders pages from the session cookie that the app's Auth.js wrote.
//!
//! Cookies ignore the port, so on `localhost` both servers get the same one. The session is read here, in this process;
//! the posts come from the backend, with the same access token that the app's own pages send.

mod home;
mod layout;
mod listen;
mod posts;
mod same_origin;
mod visitor;

use std::env;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use axum::routing::get;
use tracing_subscriber::EnvFilter;
use twinfetch_server_client::{ApiLayer, ServerClient};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // BACKEND_URL and AUTH_SECRET come from the environment, as in the Next app.
    let client = ServerClient::builder().build()?;
    let port = env::var("PORT").map_or(Ok(0), |port| port.parse())?;
    listen::serve(port, app(client)).await
}

fn app(client: ServerClient) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/posts", get(posts::show).post(posts::create))
        .layer(from_fn(same_origin::require))
        .layer(ApiLayer::new(client))
        .route("/style.css", get(([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))))
        .fallback((StatusCode::NOT_FOUND, "not found"))
        .layer(map_response(harden))
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
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}
