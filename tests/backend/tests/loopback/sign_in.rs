use crate::running::{Running, claims, header, refusal};

#[tokio::test]
async fn the_right_password_gives_the_account_and_a_pair_of_tokens() {
    let backend = Running::start().await;
    let signed_in = backend.sign_in("ada").await;
    assert_eq!(signed_in["username"], "ada");
    assert_eq!(signed_in["email"], "ada@example.com");
    assert!(signed_in["id"].is_string());

    let (access, refresh) = (claims(&signed_in["accessToken"]), claims(&signed_in["refreshToken"]));
    assert_eq!(access["type"], "access");
    assert_eq!(access["sub"], signed_in["id"]);
    assert_eq!(access["username"], "ada");
    assert_eq!(access["exp"].as_u64().unwrap() - access["iat"].as_u64().unwrap(), 900);
    assert_eq!(refresh["type"], "refresh");
    assert_ne!(access["jti"], refresh["jti"]);
}

#[tokio::test]
async fn two_sign_ins_give_different_tokens() {
    let backend = Running::start().await;
    assert_ne!(backend.access_token("grace").await, backend.access_token("grace").await);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let backend = Running::start().await;
    let wrong = refusal(backend.log_in("ada", "hopper-1906").await, 401).await;
    let unknown = refusal(backend.log_in("nobody", "lovelace-1843").await, 401).await;
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn tokens_are_not_for_caches() {
    let backend = Running::start().await;
    let answer = backend.log_in("ada", "lovelace-1843").await;
    assert_eq!(header(&answer, "cache-control"), "no-store");
}

#[tokio::test]
async fn incomplete_credentials_are_a_bad_request() {
    let backend = Running::start().await;
    let answer = backend.post("/api/auth/login").json(&serde_json::json!({ "username": "ada" })).send().await.unwrap();
    assert!(refusal(answer, 400).await.contains("password"));
    let answer = backend.post("/api/auth/login").body("username=ada").send().await.unwrap();
    refusal(answer, 415).await;
}
