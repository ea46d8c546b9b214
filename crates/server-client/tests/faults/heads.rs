//! Heads that are no HTTP, too much of it, or two answers in one.

use twinfetch_faults::{Fault, Script};
use twinfetch_server_client::{Code, Sent};

use crate::stage::{Stage, travelled};

async fn is_refused(fault: Fault) {
    let mut stage = Stage::new(Script::always(fault.clone())).await;
    let error = stage.get().await.failed(Code::ProtocolFailed);
    assert!(!error.retryable(), "{fault:?}");
    assert_eq!((travelled(&error), stage.server.record().total), ((Sent::Maybe, 1), 1), "{fault:?}");
    stage.server.until(|counts| counts.open == 0).await;
    stage.goes_on().await;
}

#[tokio::test]
async fn f_12_a_head_that_is_none_or_too_large_is_refused() {
    for fault in [
        Fault::Garbage,
        Fault::HugeHeader { bytes: 600 << 10 },
        Fault::ManyHeaders { count: 10_000 },
        Fault::FoldedHeader,
        Fault::NulInHeader,
    ] {
        is_refused(fault).await;
    }
}

#[tokio::test]
async fn f_12_lines_that_end_with_a_line_feed_alone_are_lines() {
    // RFC 9112 section 2.2 lets a recipient take them; what the head says is the same to every reader of it.
    let mut stage = Stage::new(Script::always(Fault::BareLineFeeds)).await;
    assert_eq!(stage.get().await.outcome.unwrap()["request"], 1);
}

#[tokio::test]
async fn f_13_a_body_whose_end_is_not_clear_is_refused() {
    for fault in [Fault::LengthAndChunked, Fault::TwoLengths, Fault::NegativeLength, Fault::UnknownCoding] {
        is_refused(fault).await;
    }
}

#[tokio::test]
async fn f_13_what_follows_an_unclear_body_is_nobodys_answer() {
    let smuggled = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n\"of other\"";
    let first = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\
                 transfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    let mut stage = Stage::new(Script::first([Fault::Bytes { text: format!("{first}{smuggled}") }])).await;
    stage.get().await.failed(Code::ProtocolFailed);
    for number in 2..5 {
        assert_eq!(stage.get().await.outcome.unwrap()["request"], number);
    }
}
