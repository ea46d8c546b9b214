//! Servers that take their time: each wait has a limit and a code of its own.

use std::time::Duration;

use serde_json::Value;
use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

/// At the limit, or within a few steps of the clock after it.
fn is_about(elapsed: Duration, limit: Duration) {
    assert!(elapsed >= limit && elapsed < limit + limit / 2 + Duration::from_secs(2), "{elapsed:?}, not {limit:?}");
}

#[tokio::test]
async fn f_11_no_head_in_time_is_the_limit_of_one_attempt() {
    for fault in [Fault::Silence, Fault::StallInHead, Fault::DripHead { milliseconds: 1000 }] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let ended = stage.post().await;
        is_about(ended.elapsed, Duration::from_secs(10));
        assert_eq!(travelled(&ended.failed(Code::ResponseTimedOut)), (Sent::Maybe, 1));
        // Whoever waits no longer hangs up.
        stage.server.until(|counts| counts.open == 0).await;
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_11_each_attempt_of_a_read_has_the_limit_of_one() {
    let mut stage = Stage::new(Script::always(Fault::Silence)).await;
    let ended = stage.get().await;
    is_about(ended.elapsed, Duration::from_secs(30));
    assert_eq!(travelled(&ended.failed(Code::ResponseTimedOut)), (Sent::Maybe, 3));
    stage.goes_on().await;

    stage.server.play(Script::first([Fault::StallInHead]));
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 2);
}

#[tokio::test]
async fn f_11_a_body_that_stops_has_a_limit_and_a_slow_one_has_not() {
    let mut stage = Stage::new(Script::always(Fault::StallInBody)).await;
    let ended = stage.get().await;
    is_about(ended.elapsed, Duration::from_secs(30));
    assert_eq!(travelled(&ended.failed(Code::BodyStalled)), (Sent::Acknowledged, 1));
    stage.server.until(|counts| counts.open == 0).await;

    stage.goes_on().await;
}

#[tokio::test]
async fn f_11_a_slow_body_may_take_longer_than_one_that_stops() {
    let script = Script::always(Fault::DripBody { milliseconds: 1000 });
    let mut stage = Stage::with(script, |builder| builder.idle_timeout(Duration::from_secs(3))).await;
    let ended = stage.get().await;
    // 13 bytes.
    is_about(ended.elapsed, Duration::from_secs(13));
    assert_eq!(ended.outcome.unwrap()["request"], 1);
}

#[tokio::test]
async fn f_11_the_whole_call_has_a_limit_whatever_it_waits_for() {
    for fault in [Fault::Silence, Fault::StallInBody, Fault::DripBody { milliseconds: 5000 }] {
        let mut stage = Stage::with(Script::always(fault), |builder| {
            builder.head_timeout(Duration::from_mins(2)).idle_timeout(Duration::from_mins(2))
        })
        .await;
        let ended = stage.post().await;
        is_about(ended.elapsed, Duration::from_mins(1));
        ended.failed(Code::TimedOut);

        let call = stage.api.post::<Value>("/private-route").timeout(Duration::from_secs(5));
        let (outcome, elapsed) = stage.clock.run(call.into_future()).await.unwrap();
        is_about(elapsed, Duration::from_secs(5));
        assert_eq!(outcome.unwrap_err().code(), Code::TimedOut);
        stage.server.until(|counts| counts.open == 0).await;
        stage.goes_on().await;
    }
}
