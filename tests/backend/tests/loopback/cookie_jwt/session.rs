use std::time::Duration;

use serde_json::{Value, json};
use twinfetch_backend::{Options, Stage, System};

use super::{ADA, ADMIN, cookie, log_in, read, start};
use crate::running::{Running, body, claims, header, lifetime, members};

/// The attributes of the cookie that an answer sets.
fn attributes(answer: &reqwest::Response) -> Vec<&str> {
    let mut attributes = header(answer, "set-cookie").split("; ").skip(1).collect::<Vec<_>>();
    attributes.sort_unstable();
    attributes
}

#[tokio::test]
async fn the_right_password_gives_the_token_in_the_body_and_in_a_cookie() {
    let backend = start().await;
    let answer = log_in(&backend, ADMIN).await;
    assert_eq!(attributes(&answer), ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=Strict"]);
    let set = header(&answer, "set-cookie").to_owned();
    let signed_in = body(answer, 200).await;
    let token = &signed_in["data"]["token"];
    assert!(set.starts_with(&format!("token={};", token.as_str().unwrap())));
    assert_eq!((&signed_in["code"], &signed_in["message"]), (&json!(0), &json!("登录成功")));
    assert_eq!(signed_in["data"]["user"]["email"], "admin@example.com");

    let names = ["avatar", "email", "exp", "iat", "id", "isSurperAdmin", "roleId", "username"];
    assert_eq!(members(&claims(token)), names);
    assert_eq!(claims(token)["isSurperAdmin"], true);
    assert_eq!(lifetime(token), 24 * 3600);
}

#[tokio::test]
async fn in_production_the_cookie_is_secure() {
    let options = Options { stage: Stage::Production, ..Running::options(System::CookieJwt) };
    let backend = Running::with(options).await;
    let answer = log_in(&backend, ADA).await;
    assert!(attributes(&answer).contains(&"Secure"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_refused_alike() {
    let backend = start().await;
    for credentials in [(ADA.0, "wrong"), ("nobody@example.com", ADA.1)] {
        let answer = log_in(&backend, credentials).await;
        assert!(answer.headers().get("set-cookie").is_none());
        assert_eq!(body(answer, 401).await, json!({ "code": -1, "message": "邮箱或密码错误" }));
    }
}

#[tokio::test]
async fn the_session_is_told_for_the_cookie_and_for_the_bearer_token() {
    let backend = start().await;
    let cookie = cookie(&backend, ADA).await;
    let by_cookie = body(read(&backend, "/auth/session", &cookie).await, 200).await;
    let user = &by_cookie["data"]["user"];
    assert_eq!(by_cookie["code"], 0);
    assert_eq!(members(user), ["avatar", "email", "id", "roleId", "username"]);
    assert_eq!((&user["username"], &user["roleId"]), (&json!("ada"), &json!("2")));
    assert!(user["id"].is_number());

    let token = cookie.strip_prefix("token=").unwrap();
    let by_header = backend.get("/auth/session").bearer_auth(token).send().await.unwrap();
    assert_eq!(header(&by_header, "cache-control"), "private, no-store");
    assert_eq!(body(by_header, 200).await, by_cookie);
}

#[tokio::test]
async fn without_a_valid_token_nobody_is_signed_in() {
    let refused = json!({ "code": -1, "message": "未登录" });
    let backend = start().await;
    for path in ["/auth/session", "/auth/permissions"] {
        assert_eq!(body(backend.get(path).send().await.unwrap(), 401).await, refused);
        assert_eq!(body(read(&backend, path, "token=garbage").await, 401).await, refused);
    }
    let own = cookie(&backend, ADA).await;
    let bearer = backend.get("/auth/session").header("cookie", &own).bearer_auth("garbage").send().await.unwrap();
    assert_eq!(body(bearer, 401).await, refused, "a header is meant, so it counts");
    assert_eq!(body(read(&start().await, "/auth/session", &own).await, 401).await, refused, "another backend's");
}

#[tokio::test]
async fn an_expired_token_is_no_session() {
    let options = Options { token_lifetime: Some(Duration::ZERO), ..Running::options(System::CookieJwt) };
    let backend = Running::with(options).await;
    let token = body(log_in(&backend, ADA).await, 200).await["data"]["token"].take();
    let answer = backend.get("/auth/session").bearer_auth(token.as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn sign_out_takes_the_cookie_away_from_everybody() {
    let backend = start().await;
    let own = cookie(&backend, ADA).await;
    for cookie in [own.as_str(), "token=garbage", "other=1"] {
        let answer = backend.post("/auth/logout").header("cookie", cookie).send().await.unwrap();
        assert!(header(&answer, "set-cookie").starts_with("token=;"));
        assert_eq!(attributes(&answer), ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict"]);
        assert_eq!(body(answer, 200).await, json!({ "code": 0, "message": "退出成功" }));
    }
    let nothing = backend.post("/auth/logout").send().await.unwrap();
    assert_eq!(body(nothing, 200).await["code"], Value::from(0));
}
