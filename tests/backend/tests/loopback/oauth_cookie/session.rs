use std::time::Duration;

use serde_json::json;
use twinfetch_backend::{Options, System};

use super::{attributes, read, session, sign_in, start};
use crate::running::{Running, body, claims, header, lifetime, members, refusal};

#[tokio::test]
async fn a_session_is_a_token_for_a_week_in_a_cookie() {
    let backend = start().await;
    let answer = sign_in(&backend, "ada").await;
    let expected = ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=Lax", "Secure"];
    assert_eq!(attributes(&answer, "app_session"), expected);
    let token = json!(session(&backend, "ada").await);
    assert_eq!(members(&claims(&token)), ["email", "exp", "iat", "sub"]);
    assert_eq!(lifetime(&token), 7 * 24 * 3600);
}

#[tokio::test]
async fn the_cookie_tells_who_it_is_without_an_envelope() {
    let backend = start().await;
    let session = session(&backend, "ada").await;
    let answer = read(&backend, "/api/auth/me", &session).await;
    assert_eq!(header(&answer, "cache-control"), "private, no-store");
    let user = body(answer, 200).await;
    let names = ["avatarUrl", "createdAt", "email", "id", "nickname", "phone", "preferredLanguage", "updatedAt"];
    assert_eq!(members(&user), names);
    assert_eq!((&user["email"], &user["phone"]), (&json!("ada@example.com"), &json!(null)));
    assert_eq!(user["id"], claims(&json!(session))["sub"]);
    assert!(user["createdAt"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn the_same_token_is_good_as_bearer() {
    let backend = start().await;
    let session = session(&backend, "ada").await;
    let profile = backend.get("/api/auth/profile").bearer_auth(&session).send().await.unwrap();
    let known = body(read(&backend, "/api/auth/me", &session).await, 200).await;
    assert_eq!(body(profile, 200).await, known);
    refusal(read(&backend, "/api/auth/profile", &session).await, 401).await;
}

#[tokio::test]
async fn without_a_valid_token_nobody_is_signed_in() {
    let backend = start().await;
    let refused = json!({ "statusCode": 401, "message": "未授权" });
    for path in ["/api/auth/me", "/api/auth/profile", "/api/v1/journeys"] {
        assert_eq!(body(backend.get(path).send().await.unwrap(), 401).await, refused);
        assert_eq!(body(read(&backend, path, "garbage").await, 401).await, refused);
        let bearer = backend.get(path).bearer_auth("garbage").send().await.unwrap();
        assert_eq!(body(bearer, 401).await, refused);
    }
}

#[tokio::test]
async fn an_expired_token_is_no_session() {
    let options = Options { token_lifetime: Some(Duration::ZERO), ..Running::options(System::OauthCookie) };
    let backend = Running::with(options).await;
    let session = session(&backend, "ada").await;
    assert_eq!(read(&backend, "/api/auth/me", &session).await.status(), 401);
}

#[tokio::test]
async fn sign_out_takes_the_cookie_away() {
    let backend = start().await;
    for cookie in [format!("app_session={}", session(&backend, "ada").await), "app_session=garbage".to_owned()] {
        let answer = backend.post("/api/auth/logout").header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(header(&answer, "set-cookie").starts_with("app_session=;"));
        let expected = ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax", "Secure"];
        assert_eq!(attributes(&answer, "app_session"), expected);
    }
}

#[tokio::test]
async fn a_user_is_known_by_issuer_and_subject_and_brought_up_to_date() {
    let backend = start().await;
    let first = body(sign_in(&backend, "ada").await, 200).await;
    let moved = json!({ "issuer": "https://issuer.example", "subject": "ada", "email": "new@example.com" });
    let moved = body(backend.post("/test/session").json(&moved).send().await.unwrap(), 200).await;
    assert_eq!((&moved["id"], &moved["email"]), (&first["id"], &json!("new@example.com")));

    let elsewhere = json!({ "issuer": "https://other.example", "subject": "ada", "email": "ada@example.com" });
    let elsewhere = body(backend.post("/test/session").json(&elsewhere).send().await.unwrap(), 200).await;
    assert_ne!(elsewhere["id"], first["id"]);
}

#[tokio::test]
async fn journeys_are_their_users_own_and_a_bad_request_says_why() {
    let backend = start().await;
    let (ada, grace) = (session(&backend, "ada").await, session(&backend, "grace").await);
    let create = async |title: &str| {
        let answer = backend.post("/api/v1/journeys").header("cookie", format!("app_session={ada}"));
        answer.json(&json!({ "title": title })).send().await.unwrap()
    };
    assert_eq!(body(create("南京").await, 201).await["title"], "南京");
    assert_eq!(refusal(create(" ").await, 400).await, "标题不能为空");
    assert_eq!(body(read(&backend, "/api/v1/journeys", &ada).await, 200).await[0]["title"], "南京");
    assert_eq!(body(read(&backend, "/api/v1/journeys", &grace).await, 200).await, json!([]));
}
