//! Connections that break off.

use std::time::Duration;

use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

#[tokio::test]
async fn f_06_a_connection_that_breaks_before_the_head_may_have_sent_and_a_post_is_not_repeated() {
    for fault in [Fault::ResetBeforeHead, Fault::CloseBeforeHead] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.post().await.failed(Code::ConnectionLost);
        assert!(error.retryable());
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Maybe, 1), 1));
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_06_a_reset_before_the_head_is_repeated_once_when_that_is_safe() {
    let mut stage = Stage::new(Script::first([Fault::ResetBeforeHead])).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 2);
    stage.server.play(Script::first([Fault::CloseBeforeHead]));
    assert_eq!(stage.keyed_post().await.outcome.unwrap()["request"], 2);
    stage.server.play(Script::first([Fault::ResetBeforeHead]));
    stage.post().await.failed(Code::ConnectionLost);
    assert_eq!(stage.server.record().total, 1);
}

#[tokio::test]
async fn f_06_a_reset_of_a_connection_that_was_reused_is_repeated_on_another() {
    let mut stage = Stage::new(Script::first([Fault::ResetOnReuse])).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 1);
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 3);
    let record = stage.server.record();
    let connections: Vec<_> = record.requests.iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
    stage.goes_on().await;
}

#[tokio::test]
async fn f_06_a_server_that_always_resets_is_asked_three_times() {
    let mut stage = Stage::new(Script::always(Fault::ResetBeforeHead)).await;
    let ended = stage.get().await;
    assert!(ended.elapsed < Duration::from_secs(5), "{:?}", ended.elapsed);
    assert_eq!(travelled(&ended.failed(Code::ConnectionLost)), (Sent::Maybe, 3));
    assert_eq!(stage.server.record().total, 3);
    stage.goes_on().await;
}

#[tokio::test]
async fn f_07_half_a_head_is_no_answer() {
    for fault in [Fault::ResetInHead, Fault::CloseInHead] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.post().await.failed(Code::ConnectionLost);
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Maybe, 1), 1));
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_08_a_body_shorter_than_announced_is_truncated() {
    let mut stage = Stage::new(Script::always(Fault::CloseInBody)).await;
    let error = stage.get().await.failed(Code::BodyTruncated);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1));
    stage.goes_on().await;
}

#[tokio::test]
async fn f_09_a_body_that_breaks_off_or_lacks_its_last_chunk_is_truncated() {
    for fault in [Fault::ResetInBody, Fault::ResetInChunk, Fault::CloseInChunk, Fault::NoFinalChunk] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.get().await.failed(Code::BodyTruncated);
        assert!(error.retryable());
        assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Acknowledged, 1), 1), "{error:?}");
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_10_a_body_that_ends_with_the_connection_is_taken_when_it_is_json() {
    let mut stage = Stage::new(Script::always(Fault::UntilClose)).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 1);
    // The same, cut: nothing but the JSON itself can tell.
    let text = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"request\":";
    stage.server.play(Script::always(Fault::Bytes { text: text.to_owned() }));
    stage.get().await.failed(Code::MalformedBody);
    stage.goes_on().await;
}
