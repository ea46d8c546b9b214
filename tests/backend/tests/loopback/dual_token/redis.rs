//! The deny list in a real Redis.

use std::net::TcpListener;

use twinfetch_backend::{Options, System};
use twinfetch_redis::Redis;

use super::{ADA, log_out, pair, refresh};
use crate::running::{Running, refusal};

fn options(redis: &Redis) -> Options {
    Options { redis_url: Some(redis.url()), ..Running::options(System::DualToken) }
}

#[tokio::test]
async fn a_refresh_and_a_sign_out_end_tokens_in_redis_for_the_rest_of_their_lives() {
    let Some(redis) = Redis::start() else { return };
    let backend = Running::with(options(&redis)).await;
    let (refreshed, signed_out) = (pair(&backend, ADA).await, pair(&backend, ADA).await);
    assert_eq!(refresh(&backend, &refreshed["refreshToken"]).await.status(), 200);
    assert_eq!(log_out(&backend, &signed_out).await.status(), 200);
    for dead in [&refreshed, &signed_out] {
        assert_eq!(refusal(refresh(&backend, &dead["refreshToken"]).await, 401).await, "刷新令牌已失效");
    }

    let keys = redis.keys();
    assert_eq!(keys.len(), 2);
    for key in keys {
        let seconds = redis.command::<i64>(&["TTL", &key]);
        assert!((604_700..=604_800).contains(&seconds), "{key} lives for {seconds} s");
        assert!(!key.contains(signed_out["refreshToken"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn two_backends_with_one_redis_let_a_token_refresh_once() {
    let Some(redis) = Redis::start() else { return };
    let secrets = vec!["of both of the backends, at least".to_owned()];
    let options = Options { secrets, ..options(&redis) };
    let (one, other) = (Running::with(options.clone()).await, Running::with(options).await);
    let pair = pair(&one, ADA).await;
    assert_eq!(refresh(&one, &pair["refreshToken"]).await.status(), 200);
    assert_eq!(refresh(&other, &pair["refreshToken"]).await.status(), 401);
}

#[tokio::test]
async fn without_an_answer_of_redis_nothing_is_refreshed_and_nobody_is_called_signed_out() {
    let Some(redis) = Redis::start() else { return };
    let backend = Running::with(options(&redis)).await;
    let pair = pair(&backend, ADA).await;
    drop(redis);
    assert_eq!(refusal(refresh(&backend, &pair["refreshToken"]).await, 500).await, "服务器内部错误");
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_said_at_the_start() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let redis_url = Some(format!("redis://:secret@127.0.0.1:{port}"));
    let options = Options { redis_url, ..Running::options(System::DualToken) };
    let error = twinfetch_backend::serve(options).await.unwrap_err();
    assert!(error.to_string().contains("cannot reach Redis"));
    assert!(!format!("{error:?}").contains("secret"));
}
