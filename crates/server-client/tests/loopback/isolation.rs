//! Two users on one server never get each other's answers or tokens.

use axum::routing::get;
use axum::{Json, Router};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use twinfetch_server_client::{Api, ApiLayer, Error, Session};

use crate::stage::{ADA, GRACE, Stage, request_of};

const REQUESTS: u64 = 200;

/// What a page would show: who this is by the cookie, and who this is by the backend, asked twice.
async fn page(api: Api) -> Result<Json<Value>, Error> {
    let (session, me, again) =
        tokio::try_join!(api.session(), api.get::<Value>("/api/me").into_future(), api.get::<Value>("/api/me"))?;
    let Session::Authenticated(session) = session else { return Ok(Json(Value::Null)) };
    let token = session.access_token().map(|token| token.expose().to_owned());
    Ok(Json(
        json!({ "name": session.claims()["name"], "token": token, "me": me["username"], "again": again["username"] }),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_requests_each_interleaved() {
    let stage = Stage::new().await;
    let app = Router::new().route("/", get(page)).layer(ApiLayer::new(stage.client.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut visits = Vec::new();
    for account in [ADA, GRACE] {
        let token = stage.token(account).await;
        let headers = request_of(account, &token);
        let expected =
            json!({ "name": account.username, "token": token, "me": account.username, "again": account.username });
        visits.push((headers, expected));
    }
    for _ in 0..REQUESTS / 20 {
        let rounds = (0..20).flat_map(|_| &visits).map(|(headers, expected)| {
            let request = browser.get(&url).headers(headers.clone()).send();
            async move {
                let response = request.await.unwrap();
                assert_eq!(response.headers()["cache-control"], "private, no-store");
                let seen: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
                assert_eq!(seen, *expected);
            }
        });
        join_all(rounds).await;
    }
    let calls = stage.calls().await;
    let asked: Vec<_> = calls.iter().filter(|call| call["path"] == "/api/me").collect();
    assert_eq!(asked.len(), 2, "one token each: {asked:?}");
    assert!(asked.iter().all(|call| call["count"] == REQUESTS), "{asked:?}");
    server.abort();
}
