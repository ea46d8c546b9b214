//! The limit of a whole call: with all of its attempts, and with what its error says of them.

use std::time::Duration;

use serde_json::Value;
use twinfetch_faults::{Blackhole, Clock, Fault, RetryAfter, Script};
use twinfetch_server_client::{Code, Retry, Sent};

use crate::stage::{PATH, STEP, client, read, started, told};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn f_11_the_limit_of_the_whole_call_counts_over_all_attempts() {
    let mut clock = Clock::paused(STEP);
    let (server, _) = started(Script::always(Fault::Silence), Retry::DEFAULT).await;
    let api = client(&server.url(), |builder| builder.head_timeout(seconds(20)).timeout(seconds(50))).background();
    let (ended, elapsed) = read(&api, &mut clock).await;
    // 20 s, a pause, 20 s, a pause, and the rest.
    assert_eq!(told(&ended.unwrap_err()), (Code::TimedOut, 3, Sent::Maybe));
    assert!((seconds(50)..seconds(60)).contains(&elapsed), "{elapsed:?}");
    assert_eq!(server.record().total, 3);
    server.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn f_11_each_limit_has_an_error_of_its_own_that_says_what_was_sent() {
    let mut clock = Clock::paused(STEP);
    for (fault, expected) in [
        (Fault::Silence, (Code::ResponseTimedOut, 3, Sent::Maybe)),
        (Fault::DripHead { milliseconds: 1_000 }, (Code::ResponseTimedOut, 3, Sent::Maybe)),
        (Fault::StallInBody, (Code::BodyStalled, 1, Sent::Acknowledged)),
        (Fault::DripBody { milliseconds: 6_000 }, (Code::TimedOut, 1, Sent::Acknowledged)),
    ] {
        let (server, api) = started(Script::always(fault.clone()), Retry::DEFAULT).await;
        let (ended, _) = read(&api, &mut clock).await;
        assert_eq!(told(&ended.unwrap_err()), expected, "{fault:?}");
        server.until(|counts| counts.open == 0).await;
    }
    let hole = Blackhole::new().await.unwrap();
    let (ended, elapsed) = read(&client(&hole.url(), |builder| builder).background(), &mut clock).await;
    assert_eq!(told(&ended.unwrap_err()), (Code::ConnectTimedOut, 3, Sent::Unsent));
    // 5 s each.
    assert!((seconds(15)..seconds(25)).contains(&elapsed), "{elapsed:?}");
}

#[tokio::test]
async fn a_pause_that_is_longer_than_the_time_left_ends_the_call_with_the_failure_itself() {
    let mut clock = Clock::paused(STEP);
    let busy = Fault::Status { status: 503, retry_after: Some(RetryAfter::Seconds(25)) };
    let (server, api) = started(Script::always(busy), Retry::DEFAULT).await;
    let call = api.get::<Value>(PATH).timeout(seconds(20));
    let (ended, elapsed) = clock.run(call.into_future()).await.unwrap();
    let error = ended.unwrap_err();
    assert_eq!(told(&error), (Code::ServerFailed, 1, Sent::Acknowledged));
    assert_eq!(error.retry_after(), Some(seconds(25)));
    assert!(elapsed < seconds(5), "{elapsed:?}");
    assert_eq!(server.record().total, 1);
}

#[tokio::test]
async fn no_time_at_all_is_no_limit_that_anybody_means() {
    let (server, api) = started(Script::default(), Retry::DEFAULT).await;
    let error = api.get::<Value>(PATH).timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!(told(&error), (Code::CallInvalid, 0, Sent::Unsent));
    assert_eq!(server.record().total, 0);
    // A limit without an end is one that never comes.
    assert!(api.get::<Value>(PATH).timeout(Duration::MAX).await.is_ok());
}
