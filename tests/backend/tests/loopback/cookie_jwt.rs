//! System S2.

mod failure;
#[cfg(unix)]
mod log;
mod permissions;
mod session;

use reqwest::Response;
use serde_json::json;
use twinfetch_backend::{ADMINISTRATOR, System};

use crate::running::{Running, header};

const ADMIN: (&str, &str) = (ADMINISTRATOR.email, ADMINISTRATOR.password);
const ADA: (&str, &str) = ("ada@example.com", "lovelace-1843");
const GRACE: (&str, &str) = ("grace@example.com", "hopper-1906");

async fn start() -> Running {
    Running::of(System::CookieJwt).await
}

async fn log_in(backend: &Running, (email, password): (&str, &str)) -> Response {
    let credentials = json!({ "email": email, "password": password });
    backend.post("/auth/login").json(&credentials).send().await.unwrap()
}

/// The name and value of the cookie that a sign-in sets.
async fn cookie(backend: &Running, credentials: (&str, &str)) -> String {
    let answer = log_in(backend, credentials).await;
    assert_eq!(answer.status(), 200);
    header(&answer, "set-cookie").split(';').next().unwrap().to_owned()
}

async fn read(backend: &Running, path: &str, cookie: &str) -> Response {
    backend.get(path).header("cookie", cookie).send().await.unwrap()
}
