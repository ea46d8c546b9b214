//! The layer and the extractor.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;
use twinfetch_server_client::{Api, ApiLayer, Error};

use crate::scripted::nobody;
use crate::stage::{ACCESS, ADA, Stage, client, request_of};

async fn respond(app: Router, path: &str, headers: http::HeaderMap) -> reqwest::Response {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}{path}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = browser.get(url).headers(headers).send().await.unwrap();
    server.abort();
    response
}

#[tokio::test]
async fn what_depends_on_a_session_is_kept_out_of_shared_caches() {
    let read = async |api: Api| api.session().await.map(|_| ());
    let public = async |api: Api| api.session().await.map(|_| [(CACHE_CONTROL, "public, max-age=60")]);
    let strict = async |api: Api| api.session().await.map(|_| [(CACHE_CONTROL, "no-cache, No-Store")]);
    let unread = async |_: Api| [(CACHE_CONTROL, "public, max-age=60")];
    let app = Router::new()
        .route("/read", get(read))
        .route("/public", get(public))
        .route("/strict", get(strict))
        .route("/unread", get(unread))
        .layer(ApiLayer::new(client("http://localhost:1")));
    for (path, expected) in [
        ("/read", "private, no-store"),
        ("/public", "private, no-store"),
        ("/strict", "no-cache, No-Store"),
        ("/unread", "public, max-age=60"),
    ] {
        for headers in [http::HeaderMap::new(), request_of(ADA, ACCESS)] {
            let response = respond(app.clone(), path, headers).await;
            assert_eq!(response.headers()["cache-control"], expected, "{path}");
        }
    }
}

#[tokio::test]
async fn middleware_and_handler_share_one_api() {
    async fn guard(api: Api, request: Request, next: Next) -> Result<Response, Error> {
        let _: Value = api.get("/api/me").await?;
        Ok(next.run(request).await)
    }
    let stage = Stage::new().await;
    let handler = async |api: Api| api.get::<Value>("/api/me").await.map(|me| me["username"].to_string());
    let app = Router::new().route("/", get(handler)).layer(from_fn(guard)).layer(ApiLayer::new(stage.client.clone()));
    let response = respond(app, "/", request_of(ADA, &stage.token(ADA).await)).await;
    assert_eq!(response.bytes().await.unwrap(), "\"ada\"");
    assert_eq!(stage.reads("/api/me").await, 1);
}

#[tokio::test]
async fn without_the_layer_the_handler_is_refused() {
    let app = Router::new().route("/", get(async |_: Api| "never"));
    let response = respond(app, "/", http::HeaderMap::new()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.bytes().await.unwrap(), "");
}

#[tokio::test]
async fn an_error_as_a_response_shows_its_message_only() {
    let handler = async |api: Api| api.get::<Value>("/api/me").await.map(|_| ());
    let app = Router::new().route("/", get(handler)).layer(ApiLayer::new(client(&nobody().await)));
    let response = respond(app, "/", http::HeaderMap::new()).await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let body = response.bytes().await.unwrap();
    assert_eq!(body, "The server could not be reached. Check your connection and try again.");

    let stage = Stage::new().await;
    let app = Router::new().route("/", get(handler)).layer(ApiLayer::new(stage.client.clone()));
    let response = respond(app, "/", http::HeaderMap::new()).await;
    assert_eq!(response.status().into_response().status(), StatusCode::UNAUTHORIZED);
}
