//! Equal reads of one incoming request, each with a limit of its own.

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;
use twinfetch_faults::{Clock, Fault, FaultServer, Script};
use twinfetch_server_client::{Api, Code, Retry, Sent};

use crate::stage::{PATH, STEP, client, told};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Reads with both limits at once, the first of which asks.
async fn both(api: &Api, limits: [u64; 2]) -> [(Result<Value, twinfetch_server_client::Error>, u64); 2] {
    let begun = tokio::time::Instant::now();
    let [first, second] = limits.map(|limit| async move {
        let ended = api.get::<Value>(PATH).retry(Retry::NONE).timeout(seconds(limit)).await;
        (ended, begun.elapsed().as_secs())
    });
    let (first, second) = tokio::join!(first, second);
    [first, second]
}

#[tokio::test]
async fn who_has_less_time_leaves_and_who_has_more_asks_again() {
    let mut clock = Clock::paused(STEP);
    let server = FaultServer::start(Script::first([Fault::Silence])).await.unwrap();
    let api = client(&server.url(), |builder| builder.head_timeout(seconds(40))).incoming(&HeaderMap::new());
    let ([first, second], _) = clock.run(both(&api, [5, 50])).await.unwrap();
    assert_eq!(told(&first.0.unwrap_err()), (Code::TimedOut, 1, Sent::Maybe));
    assert_eq!(second.0.unwrap()["request"], 2);
    assert!(second.1 < 20, "{}", second.1);
    assert_eq!(server.record().total, 2);
}

#[tokio::test]
async fn who_joined_and_has_less_time_leaves_the_call_to_the_other() {
    let mut clock = Clock::paused(STEP);
    let server = FaultServer::start(Script::first([Fault::DripBody { milliseconds: 1_000 }])).await.unwrap();
    let api = client(&server.url(), |builder| builder).incoming(&HeaderMap::new());
    let ([first, second], _) = clock.run(both(&api, [50, 5])).await.unwrap();
    assert_eq!(first.0.unwrap()["request"], 1);
    // It has sent nothing by itself.
    assert_eq!(told(&second.0.unwrap_err()), (Code::TimedOut, 0, Sent::Maybe));
    assert!((5..10).contains(&second.1), "{}", second.1);
    assert_eq!(server.record().total, 1);
}
