//! System S1.

mod documentation;
mod limits;
mod redis;
mod refresh;
mod sign_in;
mod sign_out;

use reqwest::Response;
use serde_json::{Value, json};
use twinfetch_backend::System;

use crate::running::{Running, body};

const ADA: (&str, &str) = ("ada@example.com", "lovelace-1843");
const GRACE: (&str, &str) = ("grace@example.com", "hopper-1906");

async fn start() -> Running {
    Running::of(System::DualToken).await
}

async fn log_in(backend: &Running, (email, password): (&str, &str)) -> Response {
    let credentials = json!({ "email": email, "password": password });
    backend.post("/auth/login").json(&credentials).send().await.unwrap()
}

/// The pair of tokens that a sign-in gives.
async fn pair(backend: &Running, credentials: (&str, &str)) -> Value {
    body(log_in(backend, credentials).await, 200).await["data"].take()
}

async fn refresh(backend: &Running, token: &Value) -> Response {
    backend.post("/auth/refresh").json(&json!({ "refreshToken": token })).send().await.unwrap()
}

async fn log_out(backend: &Running, pair: &Value) -> Response {
    let token = pair["accessToken"].as_str().unwrap();
    let end = json!({ "refreshToken": pair["refreshToken"] });
    backend.post("/auth/logout").bearer_auth(token).json(&end).send().await.unwrap()
}

async fn me(backend: &Running, token: &Value) -> Response {
    backend.get("/auth/me").bearer_auth(token.as_str().unwrap()).send().await.unwrap()
}
