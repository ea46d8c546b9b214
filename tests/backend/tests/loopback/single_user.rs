//! System S3.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use twinfetch_backend::{Options, PASSWORD, Stage, System};

use crate::running::{Running, body, claims, header, lifetime, members};

async fn start() -> Running {
    Running::of(System::SingleUser).await
}

async fn log_in(backend: &Running, credentials: Value) -> Response {
    backend.post("/auth/login").json(&credentials).send().await.unwrap()
}

/// The token that the password gives.
async fn token(backend: &Running) -> Value {
    body(log_in(backend, json!({ "password": PASSWORD })).await, 200).await["data"]["token"].take()
}

async fn me(backend: &Running, token: &Value) -> Response {
    backend.get("/auth/me").bearer_auth(token.as_str().unwrap()).send().await.unwrap()
}

async fn change(backend: &Running, change: Value) {
    let answer = backend.request(Method::PUT, "/test/password").json(&change).send().await.unwrap();
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn the_password_gives_a_token_for_half_a_day() {
    let backend = start().await;
    let answer = log_in(&backend, json!({ "password": PASSWORD })).await;
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let answer = body(answer, 200).await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!(0), &json!("OK")));
    assert_eq!(members(&answer["data"]), ["expiresAt", "token"]);
    let token = &answer["data"]["token"];
    assert_eq!(members(&claims(token)), ["exp", "iat", "sub"]);
    assert_eq!((claims(token)["sub"].as_str(), lifetime(token)), (Some("admin"), 12 * 3600));
    assert_eq!(claims(token)["exp"], answer["data"]["expiresAt"]);
}

#[tokio::test]
async fn a_wrong_password_gives_nothing() {
    let backend = start().await;
    let refused = body(log_in(&backend, json!({ "password": "wrong" })).await, 401).await;
    assert_eq!(refused, json!({ "code": 401, "message": "密码错误", "data": null }));
    assert_eq!(log_in(&backend, json!({})).await.status(), 400);
}

#[tokio::test]
async fn a_life_of_up_to_two_hours_can_be_asked_for() {
    let backend = start().await;
    for ttl in [1, 7200] {
        let answer = body(log_in(&backend, json!({ "password": PASSWORD, "ttl": ttl })).await, 200).await;
        assert_eq!(lifetime(&answer["data"]["token"]), ttl);
    }
    for ttl in [json!(0), json!(7201), json!(-1), json!("3")] {
        assert_eq!(log_in(&backend, json!({ "password": PASSWORD, "ttl": ttl })).await.status(), 400, "{ttl}");
    }
}

#[tokio::test]
async fn in_production_nobody_chooses_the_life_of_a_token() {
    let options = Options { stage: Stage::Production, ..Running::options(System::SingleUser) };
    let backend = Running::with(options).await;
    let answer = body(log_in(&backend, json!({ "password": PASSWORD, "ttl": 3 })).await, 200).await;
    assert_eq!(lifetime(&answer["data"]["token"]), 12 * 3600);
}

#[tokio::test]
async fn the_user_is_told_for_a_token_only() {
    let backend = start().await;
    let token = token(&backend).await;
    let answer = body(me(&backend, &token).await, 200).await;
    assert_eq!(answer["data"], json!({ "user": { "username": "admin", "roles": ["admin"] } }));
    let refused = body(me(&backend, &json!("garbage")).await, 401).await;
    assert_eq!(refused, json!({ "code": 401, "message": "令牌无效或已过期", "data": null }));
    assert_eq!(body(backend.get("/auth/me").send().await.unwrap(), 401).await["code"], 401);
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let backend = Running::with(Options {
        token_lifetime: Some(std::time::Duration::ZERO),
        ..Running::options(System::SingleUser)
    });
    let backend = backend.await;
    assert_eq!(me(&backend, &token(&backend).await).await.status(), 401);
}

#[tokio::test]
async fn sign_out_needs_a_token_and_leaves_it_good() {
    let backend = start().await;
    let token = token(&backend).await;
    let log_out = backend.post("/auth/logout").bearer_auth(token.as_str().unwrap()).send().await.unwrap();
    assert_eq!(body(log_out, 200).await["data"], json!({ "loggedOut": true }));
    assert_eq!(me(&backend, &token).await.status(), 200, "the client forgets it, the server does not");
    assert_eq!(backend.post("/auth/logout").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_link_token_signs_in_for_an_hour() {
    let backend = start().await;
    let own = token(&backend).await;
    let generate = backend.post("/auth/generate-url-token").bearer_auth(own.as_str().unwrap());
    let asked = json!({ "description": "用途描述", "ttl": 9, "token_via": "url" });
    let answer = body(generate.json(&asked).send().await.unwrap(), 200).await;
    let link = &answer["data"]["token"];
    assert_eq!((lifetime(link), &answer["data"]["expiresAt"]), (3600, &claims(link)["exp"]));
    assert_eq!(me(&backend, link).await.status(), 200);
    assert_eq!(backend.post("/auth/generate-url-token").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn tokens_from_before_the_password_was_changed_are_dead() {
    let backend = start().await;
    let token = token(&backend).await;
    let iat = claims(&token)["iat"].as_u64().unwrap();
    change(&backend, json!({ "updatedAt": iat })).await;
    assert_eq!(me(&backend, &token).await.status(), 200);
    change(&backend, json!({ "updatedAt": iat + 1 })).await;
    assert_eq!(body(me(&backend, &token).await, 401).await["message"], "令牌无效或已过期");

    change(&backend, json!({ "password": "another", "updatedAt": iat })).await;
    assert_eq!(log_in(&backend, json!({ "password": PASSWORD })).await.status(), 401);
    assert_eq!(log_in(&backend, json!({ "password": "another" })).await.status(), 200);
}
