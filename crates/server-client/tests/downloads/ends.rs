//! D-04: what is incomplete never looks complete.

use std::time::Duration;

use twinfetch_faults::{Break, Clock, Cut, Fault, File, Length, Rule, Script, Tag};
use twinfetch_server_client::{Code, Retry, Sent};

use crate::stage::{SIZE, Stage, is_showable, take};

fn untagged(length: Length, by: Break) -> File {
    File { size: SIZE, tag: Tag::None, length, cut: Some(Cut::after(SIZE / 3).by(by)), ..File::default() }
}

#[tokio::test]
async fn d_04_a_file_that_breaks_off_and_cannot_be_gone_on_with_is_an_error() {
    for length in [Length::Announced, Length::Chunked] {
        for by in [Break::Close, Break::Reset] {
            let file = untagged(length, by);
            let stage = Stage::new(Script::always(Fault::File(file.clone()))).await;
            let (_, error) = stage.take().await.broke_off(Code::BodyTruncated, &file);
            assert_eq!((error.attempts(), error.sent()), (1, Sent::Acknowledged));
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
            assert_eq!(stage.ranges(), [None]);
        }
    }
}

#[tokio::test]
async fn d_04_a_file_that_stops_coming_has_a_limit() {
    let file = untagged(Length::Announced, Break::Stall);
    let stage = Stage::new(Script::always(Fault::File(file.clone()))).await;
    let (taken, elapsed) = Clock::paused(Duration::from_millis(500)).run(stage.take()).await.unwrap();
    taken.broke_off(Code::BodyStalled, &file);
    assert!(elapsed < Duration::from_mins(2), "{elapsed:?}");
    stage.server.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn d_04_a_file_that_ends_with_its_connection_is_refused_since_nobody_knows_its_end() {
    let whole = File { size: SIZE, length: Length::UntilClose, ..File::default() };
    let cut = File { cut: Some(Cut::after(1000)), ..whole.clone() };
    let old = "HTTP/1.0 200 OK\r\ncontent-type: text/csv\r\n\r\na,b\r\n".to_owned();
    for fault in [Fault::File(whole), Fault::File(cut), Fault::Bytes { text: old }] {
        let stage = Stage::new(Script::always(fault)).await;
        let error = stage.ask().await.unwrap_err();
        assert_eq!(error.code(), Code::ProtocolFailed);
        is_showable(&error);
        stage.server.until(|counts| counts.open == 0).await;
    }
}

#[tokio::test]
async fn d_04_however_a_tagged_file_breaks_off_it_is_gone_on_with() {
    for by in [Break::Close, Break::Reset] {
        for length in [Length::Announced, Length::Chunked] {
            let file = File { tag: Tag::Strong, ..untagged(length, by) };
            let stage = Stage::new(Script::always(Fault::File(file.clone()))).await;
            stage.take().await.is_whole(&file);
            let record = stage.server.record();
            assert!(record.total >= 3, "{} requests", record.total);
            for seen in record.requests.iter().skip(1) {
                assert!(seen.header("range").is_some_and(|range| range.starts_with("bytes=") && range.ends_with('-')));
                assert_eq!(seen.header("if-range"), Some("\"file-0-3000000\""));
            }
        }
    }
}

#[tokio::test]
async fn d_04_a_part_may_end_with_its_connection_since_its_range_says_where() {
    let cut = File { size: SIZE, cut: Some(Cut::after(SIZE / 2)), ..File::default() };
    let rest = File { length: Length::UntilClose, cut: None, ..cut.clone() };
    let script = Script::default().rule(Rule::new(Fault::File(cut.clone())).nth(1)).rule(Rule::new(Fault::File(rest)));
    let stage = Stage::new(script).await;
    stage.take().await.is_whole(&cut);
}

#[tokio::test]
async fn d_04_no_bytes_are_a_file_too() {
    let empty = |length| Fault::File(File { size: 0, length, ..File::default() });
    let nothing = Fault::Answer { status: 204, headers: Vec::new(), body: String::new() };
    for (fault, length) in [(empty(Length::Announced), Some(0)), (empty(Length::Chunked), None), (nothing, None)] {
        let stage = Stage::new(Script::always(fault)).await;
        let file = stage.ask().await.unwrap();
        assert_eq!((file.name(), file.length().filter(|_| length.is_some())), ("file.bin", length));
        take(file).await.is_whole(&File::default());
    }
}

#[tokio::test]
async fn d_04_what_is_not_to_be_repeated_is_not_gone_on_with() {
    let file = File { size: SIZE, cut: Some(Cut::after(SIZE / 3)), ..File::default() };
    let stage = Stage::with(Script::always(Fault::File(file.clone())), |builder| builder.retry(Retry::NONE)).await;
    stage.take().await.broke_off(Code::BodyTruncated, &file);
    assert_eq!(stage.server.record().total, 1);
}

#[tokio::test]
async fn d_04_a_server_that_is_gone_by_then_ends_the_file() {
    let file = File { size: SIZE, cut: Some(Cut::after(SIZE / 3)), ..File::default() };
    for (fault, code) in [
        (Fault::ResetBeforeHead, Code::ConnectionLost),
        (Fault::Silence, Code::ResponseTimedOut),
        (Fault::Status { status: 503, retry_after: None }, Code::ServerFailed),
        (Fault::Status { status: 401, retry_after: None }, Code::Unauthorized),
    ] {
        let script = Script::first([Fault::File(file.clone())]).rule(Rule::new(fault));
        let stage = Stage::new(script).await;
        let (taken, elapsed) = Clock::paused(Duration::from_millis(500)).run(stage.take()).await.unwrap();
        let (_, error) = taken.broke_off(code, &file);
        assert!(error.attempts() >= 2 && elapsed < Duration::from_mins(5), "{error:?} after {elapsed:?}");
    }
}
