//! Whole answers that are not what was asked for.

use serde::de::IgnoredAny;
use serde_json::Value;
use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

#[tokio::test]
async fn f_17_json_that_is_none_is_told_without_its_words_and_not_asked_for_again() {
    let canary = twinfetch_canary::canary("body");
    let quoting = |body: String| Fault::Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body,
    };
    for fault in [
        Fault::MalformedJson,
        Fault::TruncatedJson,
        Fault::DeepJson { depth: 100_000 },
        quoting(format!("{{\"{canary}\":}}")),
        quoting(format!("\u{feff}\"{canary}\"")),
        quoting(format!("\"{canary}\" trailing")),
    ] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.get().await.failed(Code::MalformedBody);
        assert!(!error.retryable() && error.log_detail().contains("line 1 column"), "{error:?}");
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1));
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_18_a_page_or_another_type_is_refused_and_signs_nobody_out() {
    for fault in [Fault::HtmlPage, Fault::WrongType] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.get().await.failed(Code::UnexpectedContentType);
        assert!(!error.retryable());
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1));
        stage.goes_on().await;
    }
    // Without a type it is JSON if it is JSON.
    let mut stage = Stage::new(Script::always(Fault::NoType)).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 1);
}

#[tokio::test]
async fn f_19_no_content_is_none_and_not_an_error() {
    let empty = |status| Fault::Answer { status, headers: Vec::new(), body: String::new() };
    for fault in [empty(200), empty(204), empty(205), Fault::EmptyOk, Fault::NoContentWithBody] {
        let mut stage = Stage::new(Script::always(fault.clone())).await;
        for _ in 0..2 {
            let call = stage.api.get::<Option<String>>("/private-route");
            assert_eq!(stage.clock.run(call.into_future()).await.unwrap().0.unwrap(), None, "{fault:?}");
        }
        let call = stage.api.get::<IgnoredAny>("/private-route");
        stage.clock.run(call.into_future()).await.unwrap().0.unwrap();
        stage.goes_on().await;
    }
    // What must be there and is not is an error.
    let mut stage = Stage::new(Script::always(Fault::EmptyOk)).await;
    let call = stage.api.get::<Vec<Value>>("/private-route");
    assert_eq!(stage.clock.run(call.into_future()).await.unwrap().0.unwrap_err().code(), Code::MalformedBody);
}
