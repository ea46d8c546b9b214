//! The layer tells the browser what was renewed, and keeps it out of shared caches.

use axum::Router;
use axum::routing::{get, post};
use futures_util::future::join_all;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use twinfetch_server_client::{Api, ApiLayer, Error};

use super::backend::Backend;
use super::{client, kept, next_request, stale};

/// An app with a page of five parts.
async fn app(backend: &Backend) -> String {
    let page = async |api: Api| -> Result<String, Error> {
        let parts = (0..5).map(|part| api.get::<Value>(&format!("/part/{part}")).into_future());
        let parts = join_all(parts).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(parts.iter().filter_map(|part| part["id"].as_str()).collect::<Vec<_>>().join(","))
    };
    let sign_in = async |api: Api| api.sign_in(&json!({ "email": "ada", "password": "p" })).await.map(drop);
    let sign_out = async |api: Api| api.sign_out().await.map(drop);
    let app = Router::new()
        .route("/", get(page))
        .route("/public", get(async || [(CACHE_CONTROL, "public, max-age=60")]))
        .route("/in", post(sign_in))
        .route("/out", post(sign_out))
        .layer(ApiLayer::new(client(backend)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn ask(method: http::Method, url: String, headers: HeaderMap) -> (HeaderMap, String) {
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = browser.request(method, url).headers(headers).send().await.unwrap();
    let headers = response.headers().clone();
    (headers, String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap())
}

fn lines(headers: &HeaderMap) -> Vec<http::HeaderValue> {
    headers.get_all(SET_COOKIE).iter().cloned().collect()
}

#[tokio::test]
async fn k_01_what_was_renewed_comes_with_the_answer_and_is_nobody_elses() {
    let backend = Backend::new().await;
    let url = app(&backend).await;
    let (headers, body) = ask(http::Method::GET, format!("{url}/"), stale("ada")).await;
    assert_eq!(body, "ada,ada,ada,ada,ada");
    assert_eq!(headers[CACHE_CONTROL], "private, no-store");
    assert_eq!(kept(&lines(&headers)).unwrap()["access_token"], "ada-access-2");
    let (headers, body) = ask(http::Method::GET, format!("{url}/"), next_request(&lines(&headers))).await;
    assert_eq!((body.as_str(), lines(&headers).len()), ("ada,ada,ada,ada,ada", 0));
    assert_eq!((headers[CACHE_CONTROL].to_str().unwrap(), backend.refreshes()), ("private, no-store", 1));
    let (headers, _) = ask(http::Method::GET, format!("{url}/public"), stale("ada")).await;
    assert_eq!((headers[CACHE_CONTROL].to_str().unwrap(), lines(&headers).len()), ("public, max-age=60", 0));
}

#[tokio::test]
async fn a_browser_signs_in_and_out() {
    let backend = Backend::new().await;
    let url = app(&backend).await;
    let (headers, _) = ask(http::Method::POST, format!("{url}/in"), HeaderMap::new()).await;
    assert_eq!(headers[CACHE_CONTROL], "private, no-store");
    let cookie = next_request(&lines(&headers));
    assert!(cookie.contains_key(COOKIE));
    let (_, body) = ask(http::Method::GET, format!("{url}/"), cookie.clone()).await;
    assert_eq!(body, "ada,ada,ada,ada,ada");
    let (headers, _) = ask(http::Method::POST, format!("{url}/out"), cookie.clone()).await;
    assert_eq!((lines(&headers).len(), kept(&lines(&headers))), (1, None));
    let (_, body) = ask(http::Method::GET, format!("{url}/"), cookie).await;
    assert_eq!(body, "m", "the backend refuses it");
}
