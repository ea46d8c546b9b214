//! Connections that break off.

use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::Code;

use crate::stage::Stage;

#[tokio::test]
async fn f_06_a_connection_that_breaks_before_the_head_may_have_sent_and_a_post_is_not_repeated() {
    for fault in [Fault::ResetBeforeHead, Fault::CloseBeforeHead] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.post().await.failed(Code::ConnectionLost);
        assert!(error.retryable());
        assert_eq!(stage.server.record().total, 1);
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_07_half_a_head_is_no_answer() {
    for fault in [Fault::ResetInHead, Fault::CloseInHead] {
        let mut stage = Stage::new(Script::always(fault)).await;
        stage.post().await.failed(Code::ConnectionLost);
        assert_eq!(stage.server.record().total, 1);
        stage.goes_on().await;
    }
}

#[tokio::test]
async fn f_08_a_body_shorter_than_announced_is_truncated() {
    let mut stage = Stage::new(Script::always(Fault::CloseInBody)).await;
    let error = stage.get().await.failed(Code::BodyTruncated);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    stage.goes_on().await;
}

#[tokio::test]
async fn f_09_a_body_that_breaks_off_or_lacks_its_last_chunk_is_truncated() {
    for fault in [Fault::ResetInBody, Fault::ResetInChunk, Fault::CloseInChunk, Fault::NoFinalChunk] {
        let mut stage = Stage::new(Script::always(fault)).await;
        let error = stage.get().await.failed(Code::BodyTruncated);
        assert!(error.retryable());
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
