use std::time::Duration;

use serde_json::{Value, json};
use twinfetch_backend::{Options, System};

use super::{ADA, log_in, me, pair, start};
use crate::running::{Running, body, claims, header, lifetime, members, refusal};

/// The refusal's message, if the envelope is whole.
async fn refused(answer: reqwest::Response, status: u16) -> String {
    let envelope = body(answer, status).await;
    assert_eq!(members(&envelope), ["data", "message", "statusCode", "success", "timestamp"]);
    assert_eq!((&envelope["success"], &envelope["data"]), (&json!(false), &Value::Null));
    assert_eq!(envelope["statusCode"], status);
    envelope["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_right_password_gives_a_pair_of_tokens_in_the_envelope() {
    let backend = start().await;
    let answer = log_in(&backend, ADA).await;
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let envelope = body(answer, 200).await;
    assert_eq!(members(&envelope), ["data", "message", "statusCode", "success", "timestamp"]);
    assert_eq!((&envelope["success"], &envelope["statusCode"]), (&json!(true), &json!(200)));
    let timestamp = envelope["timestamp"].as_str().unwrap();
    assert!(timestamp.len() == 24 && timestamp.ends_with('Z'), "{timestamp}");

    let pair = &envelope["data"];
    assert_eq!(members(pair), ["accessToken", "refreshToken", "user"]);
    assert_eq!(pair["user"]["email"], "ada@example.com");
    assert_eq!((lifetime(&pair["accessToken"]), lifetime(&pair["refreshToken"])), (900, 7 * 24 * 3600));
    assert_eq!(claims(&pair["accessToken"])["type"], "access");
    assert_eq!(claims(&pair["refreshToken"])["type"], "refresh");
    assert_eq!(body(me(&backend, &pair["accessToken"]).await, 200).await["data"], pair["user"]);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_refused_alike() {
    let backend = start().await;
    assert_eq!(refused(log_in(&backend, (ADA.0, "wrong")).await, 401).await, "邮箱或密码错误");
    assert_eq!(refused(log_in(&backend, ("nobody@example.com", ADA.1)).await, 401).await, "邮箱或密码错误");
}

#[tokio::test]
async fn a_bad_request_carries_the_message_of_the_validation() {
    let backend = start().await;
    let register = async |body: Value| backend.post("/auth/register").json(&body).send().await.unwrap();
    assert_eq!(refused(log_in(&backend, ("ada", ADA.1)).await, 400).await, "邮箱格式不正确");
    let short = register(json!({ "email": "new@example.com", "password": "12345" })).await;
    assert_eq!(refused(short, 400).await, "密码至少需要 6 个字符");
    let answer = backend.post("/auth/login").json(&json!({ "email": ADA.0 })).send().await.unwrap();
    assert!(refused(answer, 400).await.contains("password"));
}

#[tokio::test]
async fn who_registers_is_signed_in_and_can_sign_in_again() {
    let backend = start().await;
    let new = json!({ "email": "mary@example.com", "password": "somerville-1780" });
    let register = || backend.post("/auth/register").json(&new).send();
    let envelope = body(register().await.unwrap(), 201).await;
    assert_eq!(envelope["statusCode"], 201);
    let known = body(me(&backend, &envelope["data"]["accessToken"]).await, 200).await;
    assert_eq!(known["data"]["email"], "mary@example.com");
    pair(&backend, ("mary@example.com", "somerville-1780")).await;
    refused(register().await.unwrap(), 409).await;
}

#[tokio::test]
async fn only_an_access_token_is_a_bearer_token() {
    let backend = start().await;
    let pair = pair(&backend, ADA).await;
    assert_eq!(refused(me(&backend, &pair["refreshToken"]).await, 401).await, "无效的令牌类型");
    assert_eq!(refused(me(&backend, &json!("garbage")).await, 401).await, "无效的令牌");
    refused(backend.get("/auth/me").send().await.unwrap(), 401).await;
}

#[tokio::test]
async fn an_expired_token_is_refused_and_lifetimes_are_configuration() {
    let system = System::DualToken;
    let refresh_lifetime = Duration::from_mins(1);
    let options = Options { system, token_lifetime: Some(Duration::ZERO), refresh_lifetime, ..Options::default() };
    let backend = Running::with(options).await;
    let pair = pair(&backend, ADA).await;
    assert_eq!(lifetime(&pair["refreshToken"]), 60);
    assert_eq!(refused(me(&backend, &pair["accessToken"]).await, 401).await, "令牌已过期");
}

#[tokio::test]
async fn an_unknown_path_and_method_are_refused_in_the_envelope() {
    let backend = start().await;
    refused(backend.get("/auth/nothing").send().await.unwrap(), 404).await;
    refusal(backend.get("/auth/login").send().await.unwrap(), 405).await;
}
