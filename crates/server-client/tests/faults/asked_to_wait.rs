//! Servers that ask to come back later.

use std::time::Duration;

use twinfetch_faults::{DateForm, Fault, RetryAfter, Script};
use twinfetch_server_client::Code;

use crate::stage::Stage;

/// A wait is told in seconds; a date has lost the part of a second until it was read.
#[tokio::test]
async fn f_15_when_to_come_back_is_told_in_every_form() {
    let date = |form, seconds| RetryAfter::Date { form, seconds };
    let text = |text: &str| RetryAfter::Text(text.to_owned());
    let mut cases = vec![
        (RetryAfter::Seconds(0), Some(0..=0)),
        (RetryAfter::Seconds(7200), Some(3600..=3600)),
        (text("1000000000"), None),
        (text("99999999999999999999"), None),
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
            assert_eq!(stage.server.record().total, 1);
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
