use futures_util::future::join_all;
use serde_json::json;

use super::{ADA, log_in, me, pair, refresh, start};
use crate::running::{body, refusal};

#[tokio::test]
async fn a_refresh_gives_a_new_pair_and_the_old_token_is_dead() {
    let backend = start().await;
    let old = pair(&backend, ADA).await;
    let new = body(refresh(&backend, &old["refreshToken"]).await, 200).await["data"].take();
    assert_eq!(new["user"], old["user"]);
    assert_ne!(new["accessToken"], old["accessToken"]);
    assert_eq!(me(&backend, &new["accessToken"]).await.status(), 200);

    assert_eq!(refusal(refresh(&backend, &old["refreshToken"]).await, 401).await, "刷新令牌已失效");
    assert_eq!(refresh(&backend, &new["refreshToken"]).await.status(), 200);
}

#[tokio::test]
async fn of_many_refreshes_with_one_token_one_succeeds() {
    let backend = start().await;
    let pair = pair(&backend, ADA).await;
    let answers = join_all((0..8).map(|_| refresh(&backend, &pair["refreshToken"]))).await;
    let mut statuses = answers.iter().map(|answer| answer.status().as_u16()).collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
}

#[tokio::test]
async fn an_access_token_and_garbage_refresh_nothing() {
    let backend = start().await;
    let pair = pair(&backend, ADA).await;
    assert_eq!(refusal(refresh(&backend, &pair["accessToken"]).await, 401).await, "无效的令牌类型");
    assert_eq!(refusal(refresh(&backend, &json!("garbage")).await, 401).await, "无效的令牌");
    refusal(refresh(&backend, &json!(null)).await, 400).await;
}

#[tokio::test]
async fn a_refresh_ends_no_other_session_of_the_same_user() {
    let backend = start().await;
    let (here, there) = (pair(&backend, ADA).await, pair(&backend, ADA).await);
    assert_eq!(refresh(&backend, &here["refreshToken"]).await.status(), 200);
    assert_eq!(refresh(&backend, &there["refreshToken"]).await.status(), 200);
    assert_eq!(log_in(&backend, ADA).await.status(), 200);
}
