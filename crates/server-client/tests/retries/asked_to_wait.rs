//! Servers that ask to come back later, and calls that do.

use std::time::Duration;

use twinfetch_faults::{Clock, DateForm, Fault, RetryAfter, Script};
use twinfetch_server_client::{Code, Retry, Sent};

use crate::stage::{STEP, read, started, told};

fn busy(status: u16, retry_after: RetryAfter) -> Fault {
    Fault::Status { status, retry_after: Some(retry_after) }
}

#[tokio::test]
async fn s_75_a_wait_that_is_asked_for_is_waited_and_then_the_call_goes_well() {
    let mut clock = Clock::paused(STEP);
    let date = |form, seconds| RetryAfter::Date { form, seconds };
    let text = |text: &str| RetryAfter::Text(text.to_owned());
    let mut cases = vec![
        (RetryAfter::Seconds(0), 0),
        (RetryAfter::Seconds(3), 3),
        (RetryAfter::Seconds(30), 30),
        // No wait that anybody can read is none that was asked for.
        (text("soon"), 0),
        (text("-1"), 0),
        (text("1.5"), 0),
    ];
    for form in DateForm::ALL {
        cases.push((date(form, 20), 20));
        cases.push((date(form, -20), 0));
    }
    for (retry_after, seconds) in cases {
        for status in [429, 503] {
            let (server, api) = started(Script::first([busy(status, retry_after.clone())]), Retry::DEFAULT).await;
            let (ended, elapsed) = read(&api, &mut clock).await;
            assert_eq!(ended.unwrap()["request"], 2, "{retry_after:?}");
            // A date has lost the part of a second, and the real clock goes on while this one is moved.
            let least = Duration::from_secs(seconds).saturating_sub(Duration::from_secs(3));
            let most = Duration::from_secs(seconds + 3);
            assert!((least..most).contains(&elapsed), "{retry_after:?}: {elapsed:?}");
            assert_eq!(server.record().total, 2);
        }
    }
}

#[tokio::test]
async fn s_75_a_wait_that_is_too_long_is_its_callers_business() {
    let mut clock = Clock::paused(STEP);
    for (seconds, told_seconds) in [("31", 31), ("3600", 3_600), ("7200", 3_600), ("99999999999999999999", 3_600)] {
        let fault = busy(503, RetryAfter::Text(seconds.to_owned()));
        let (server, api) = started(Script::always(fault), Retry::DEFAULT).await;
        let (ended, elapsed) = read(&api, &mut clock).await;
        let error = ended.unwrap_err();
        assert_eq!(told(&error), (Code::ServerFailed, 1, Sent::Acknowledged));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(told_seconds)));
        assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
        assert_eq!(server.record().total, 1);
    }
}

#[tokio::test]
async fn f_15_a_server_that_stays_busy_is_told_with_its_last_wait() {
    let mut clock = Clock::paused(STEP);
    let script = Script::first([1, 2, 9].map(|seconds| busy(429, RetryAfter::Seconds(seconds))));
    let (_server, api) = started(script, Retry::DEFAULT).await;
    let (ended, elapsed) = read(&api, &mut clock).await;
    let error = ended.unwrap_err();
    assert_eq!(told(&error), (Code::RateLimited, 3, Sent::Acknowledged));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
    assert!((Duration::from_secs(3)..Duration::from_secs(6)).contains(&elapsed), "{elapsed:?}");
}

#[tokio::test]
async fn waits_are_never_longer_than_their_ceilings() {
    let mut clock = Clock::paused(Duration::from_millis(10));
    let retry = Retry { attempts: 6, base: 1_000, cap: 3_000, ..Retry::DEFAULT };
    let (server, api) = started(Script::always(busy(503, RetryAfter::Text(String::new()))), retry).await;
    let (ended, elapsed) = read(&api, &mut clock).await;
    assert_eq!(ended.unwrap_err().attempts(), 6);
    // 1, 2, 3, 3 and 3 s at most, of which chance takes a part.
    assert!(elapsed < Duration::from_secs(14), "{elapsed:?}");
    assert_eq!(server.record().total, 6);
}
