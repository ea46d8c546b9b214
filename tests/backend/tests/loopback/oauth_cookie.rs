//! System S4.

mod callback;
mod provider;
mod session;

use reqwest::Response;
use serde_json::json;
use twinfetch_backend::System;

use crate::running::{Running, header};

async fn start() -> Running {
    Running::of(System::OauthCookie).await
}

/// Signs in without a provider.
async fn sign_in(backend: &Running, subject: &str) -> Response {
    let identity = json!({
        "issuer": "https://issuer.example", "subject": subject, "email": format!("{subject}@example.com"),
        "nickname": "John Doe", "avatarUrl": "https://issuer.example/a.png", "preferredLanguage": "zh-CN",
    });
    backend.post("/test/session").json(&identity).send().await.unwrap()
}

/// The value of the session cookie that a sign-in sets.
async fn session(backend: &Running, subject: &str) -> String {
    let answer = sign_in(backend, subject).await;
    assert_eq!(answer.status(), 200);
    header(&answer, "set-cookie").split(';').next().unwrap().strip_prefix("app_session=").unwrap().to_owned()
}

async fn read(backend: &Running, path: &str, session: &str) -> Response {
    backend.get(path).header("cookie", format!("app_session={session}")).send().await.unwrap()
}

/// The attributes of a cookie that an answer sets.
fn attributes<'a>(answer: &'a Response, name: &str) -> Vec<&'a str> {
    let cookies = answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let found = cookies.filter(|cookie| cookie.starts_with(&format!("{name}="))).collect::<Vec<_>>();
    let [cookie] = found[..] else { panic!("{name}: {found:?}") };
    let mut attributes = cookie.split("; ").skip(1).collect::<Vec<_>>();
    attributes.sort_unstable();
    attributes
}
