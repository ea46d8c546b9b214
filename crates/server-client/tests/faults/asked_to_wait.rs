//! Servers that ask to come back later.

use std::time::Duration;

use twinfetch_faults::{DateForm, Fault, RetryAfter, Script};
use twinfetch_server_client::{Code, Retry, Sent};

use crate::stage::{Stage, travelled};

/// A wait is told in seconds; a date has lost the part of a second until it was read.
#[tokio::test]
async fn f_15_when_to_come_back_is_told_in_every_form() {
    let date = |form, seconds| RetryAfter::Date { form, seconds };
    let text = |text: &str| RetryAfter::Text(text.to_owned());
    let mut cases = vec![
        (RetryAfter::Seconds(0), Some(0..=0)),
        (RetryAfter::Seconds(7200), Some(3600..=3600)),
        (text("1000000000"), Some(3600..=3600)),
        (text("99999999999999999999"), Some(3600..=3600)),
        (text("soon"), None),
        (text("-1"), None),
        (text("1.5"), None),
        (text(""), None),
    ];
    for form in DateForm::ALL {
        cases.push((date(form, 90), Some(88..=91)));
        cases.push((date(form, -90), Some(0..=0)));
    }
    for (retry_after, expected) in cases {
        for (status, code) in [(429, Code::RateLimited), (503, Code::ServerFailed)] {
            let mut stage =
                Stage::new(Script::always(Fault::Status { status, retry_after: Some(retry_after.clone()) })).await;
            let error = stage.post().await.failed(code);
            assert!(error.retryable());
            let told = error.retry_after().map(|wait| wait.as_secs());
            match (&expected, told) {
                (None, None) => {}
                (Some(range), Some(told)) => assert!(range.contains(&told), "{retry_after:?}: {told}"),
                _ => panic!("{retry_after:?}: {told:?}"),
            }
            assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1));
        }
    }
}

#[tokio::test]
async fn f_15_a_post_waits_for_nobody() {
    let retry_after = Some(RetryAfter::Seconds(20));
    let mut stage = Stage::new(Script::always(Fault::Status { status: 429, retry_after })).await;
    let ended = stage.post().await;
    assert!(ended.elapsed < Duration::from_secs(10), "{:?}", ended.elapsed);
    assert_eq!(ended.failed(Code::RateLimited).retry_after(), Some(Duration::from_secs(20)));
    stage.goes_on().await;
}

#[tokio::test]
async fn f_15_a_read_waits_as_long_as_it_is_asked_to() {
    let seconds = |seconds| Fault::Status { status: 503, retry_after: Some(RetryAfter::Seconds(seconds)) };
    let mut stage = Stage::new(Script::first([seconds(20), seconds(10)])).await;
    let ended = stage.get().await;
    assert!(ended.elapsed >= Duration::from_secs(30), "{:?}", ended.elapsed);
    assert!(ended.elapsed < Duration::from_secs(34), "{:?}", ended.elapsed);
    assert_eq!(ended.outcome.unwrap()["request"], 3);

    let date = RetryAfter::Date { form: DateForm::Imf, seconds: 15 };
    stage.server.play(Script::first([Fault::Status { status: 429, retry_after: Some(date) }]));
    let ended = stage.get().await;
    assert!(ended.elapsed >= Duration::from_secs(13), "{:?}", ended.elapsed);
    assert_eq!(ended.outcome.unwrap()["request"], 2);
}

#[tokio::test]
async fn f_15_a_wait_beyond_the_cap_or_the_time_that_is_left_is_its_callers_business() {
    let busy = |seconds| Script::always(Fault::Status { status: 429, retry_after: Some(RetryAfter::Seconds(seconds)) });
    let mut stage = Stage::new(busy(31)).await;
    let ended = stage.get().await;
    assert!(ended.elapsed < Duration::from_secs(5), "{:?}", ended.elapsed);
    let error = ended.failed(Code::RateLimited);
    assert_eq!((error.retry_after(), travelled(&error)), (Some(Duration::from_secs(31)), (Sent::Acknowledged, 1)));

    stage.goes_on().await;

    drop(stage);
    let mut stage = Stage::with(busy(20), |builder| builder.timeout(Duration::from_secs(15))).await;
    let ended = stage.get().await;
    assert!(ended.elapsed < Duration::from_secs(5), "{:?}", ended.elapsed);
    assert_eq!(travelled(&ended.failed(Code::RateLimited)), (Sent::Acknowledged, 1));
    stage.goes_on().await;
}

#[tokio::test]
async fn f_16_a_burst_passes_and_what_the_server_has_failed_at_is_not_repeated() {
    let status = |status| Fault::Status { status, retry_after: None };
    let mut stage = Stage::new(Script::first([status(502), status(504)])).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 3);
    for (code, status) in [(500, status(500)), (501, status(501))] {
        stage.server.play(Script::always(status));
        let error = stage.get().await.failed(Code::ServerFailed);
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1), "{code}");
    }
    stage.goes_on().await;
}

#[tokio::test]
async fn f_16_an_outage_is_not_multiplied() {
    let down = Fault::Status { status: 503, retry_after: None };
    let mut stage = Stage::new(Script::always(down.clone())).await;
    for _ in 0..100 {
        stage.get().await.failed(Code::ServerFailed);
    }
    // Ten repetitions, and one for ten calls: not three for each.
    let total = stage.server.record().total;
    assert!((115..=120).contains(&total), "{total} requests of 100 calls");

    drop(stage);
    let mut without = Stage::with(Script::always(down), |builder| builder.retry(Retry::NONE)).await;
    without.get().await.failed(Code::ServerFailed);
    assert_eq!(without.server.record().total, 1);
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figures are wanted")]
async fn f_16_a_backend_that_fails_half_of_the_time_gets_no_storm() {
    let flapping = Script::mix(7, 0.5, [Fault::Status { status: 503, retry_after: None }]);
    let mut stage = Stage::new(flapping).await;
    let mut good = 0;
    for _ in 0..200 {
        match stage.get().await.outcome {
            Ok(_) => good += 1,
            Err(error) => assert_eq!(error.code(), Code::ServerFailed),
        }
    }
    let total = stage.server.record().total;
    println!("200 calls of a backend that fails half of them: {total} requests, {good} answers");
    assert!(total <= 230, "{total} requests");
    assert!(good >= 100, "{good} answers");
}
