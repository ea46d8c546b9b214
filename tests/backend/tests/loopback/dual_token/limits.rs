use reqwest::Method;
use serde_json::json;

use super::{ADA, log_in, refresh, start};
use crate::running::{header, refusal};

#[tokio::test]
async fn the_sixth_sign_in_of_a_minute_is_told_to_wait() {
    let backend = start().await;
    for _ in 0..5 {
        assert_eq!(log_in(&backend, (ADA.0, "wrong")).await.status(), 401);
    }
    let answer = log_in(&backend, ADA).await;
    assert!((1..=60).contains(&header(&answer, "retry-after").parse::<u64>().unwrap()));
    assert_eq!(refusal(answer, 429).await, "请求过多");
}

#[tokio::test]
async fn the_eleventh_refresh_of_a_minute_is_told_to_wait() {
    let backend = start().await;
    for _ in 0..10 {
        assert_eq!(refresh(&backend, &json!("garbage")).await.status(), 401);
    }
    assert_eq!(refresh(&backend, &json!("garbage")).await.status(), 429);
    assert_eq!(log_in(&backend, ADA).await.status(), 200, "a sign-in is another route");
}

#[tokio::test]
async fn a_test_can_let_the_limits_begin_anew() {
    let backend = start().await;
    for _ in 0..6 {
        log_in(&backend, ADA).await;
    }
    assert_eq!(backend.request(Method::DELETE, "/test/limits").send().await.unwrap().status(), 204);
    assert_eq!(log_in(&backend, ADA).await.status(), 200);
}
