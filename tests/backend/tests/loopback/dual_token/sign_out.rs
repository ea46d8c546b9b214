use serde_json::json;

use super::{ADA, GRACE, log_out, pair, refresh, start};
use crate::running::{body, refusal};

#[tokio::test]
async fn after_sign_out_the_refresh_token_is_dead() {
    let backend = start().await;
    let pair = pair(&backend, ADA).await;
    let envelope = body(log_out(&backend, &pair).await, 200).await;
    assert_eq!((&envelope["success"], &envelope["data"]), (&json!(true), &json!(null)));
    assert_eq!(refusal(refresh(&backend, &pair["refreshToken"]).await, 401).await, "刷新令牌已失效");
    assert_eq!(log_out(&backend, &pair).await.status(), 200, "a second time does no harm");
}

#[tokio::test]
async fn sign_out_needs_an_access_token() {
    let backend = start().await;
    let pair = pair(&backend, ADA).await;
    let end = json!({ "refreshToken": pair["refreshToken"] });
    let answer = backend.post("/auth/logout").json(&end).send().await.unwrap();
    assert_eq!(refusal(answer, 401).await, "未授权");
    let refresh_token = pair["refreshToken"].as_str().unwrap();
    let answer = backend.post("/auth/logout").bearer_auth(refresh_token).json(&end).send().await.unwrap();
    assert_eq!(refusal(answer, 401).await, "无效的令牌类型");
    assert_eq!(refresh(&backend, &pair["refreshToken"]).await.status(), 200);
}

#[tokio::test]
async fn nobody_ends_the_refresh_token_of_another() {
    let backend = start().await;
    let (ada, grace) = (pair(&backend, ADA).await, pair(&backend, GRACE).await);
    let crossed = json!({ "accessToken": grace["accessToken"], "refreshToken": ada["refreshToken"] });
    refusal(log_out(&backend, &crossed).await, 401).await;
    assert_eq!(refresh(&backend, &ada["refreshToken"]).await.status(), 200);
}
