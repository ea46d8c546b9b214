//! D-05, F-72: a file is never made of parts of two.

use twinfetch_faults::{Cut, Fault, File, Ranges, Rule, Script, Tag};
use twinfetch_server_client::Code;

use crate::stage::{SIZE, Stage};

/// A file that breaks off in the middle of the first answer.
fn cut() -> File {
    File { size: SIZE, cut: Some(Cut::offsets([SIZE / 2])), ..File::default() }
}

async fn second(file: &File, then: File) -> Stage {
    let script = Script::default().rule(Rule::new(Fault::File(file.clone())).nth(1));
    Stage::new(script.rule(Rule::new(Fault::File(then)))).await
}

#[tokio::test]
async fn d_05_another_file_by_then_ends_the_stream() {
    for (ranges, code) in [(Ranges::Honest, Code::FileChanged), (Ranges::Ignored, Code::FileChanged)] {
        for other in [File { edition: 1, ..cut() }, File { edition: 1, size: SIZE / 3, ..cut() }] {
            let stage = second(&cut(), File { ranges, cut: None, ..other }).await;
            let (came, _) = stage.take().await.broke_off(code, &cut());
            assert_eq!(came as u64, SIZE / 2);
            assert_eq!(stage.server.record().total, 2);
        }
    }
}

#[tokio::test]
async fn d_05_a_part_of_another_file_is_never_added() {
    let other = |size| File { edition: 1, size, ranges: Ranges::Careless, cut: None, ..File::default() };
    // The same tag, although the file has another length.
    let liar = File { tag: Tag::Text("\"file-0-3000000\"".to_owned()), ..other(SIZE + 1) };
    for then in [other(SIZE), other(SIZE + 1), liar] {
        let stage = second(&cut(), then).await;
        let (came, error) = stage.take().await.broke_off(Code::RangeMismatched, &cut());
        assert_eq!((came as u64, error.attempts()), (SIZE / 2, 2));
    }
}

#[tokio::test]
async fn f_72_a_tag_that_does_not_stand_for_the_bytes_is_not_gone_on_with() {
    for tag in [Tag::Weak, Tag::None, Tag::Text("file".to_owned())] {
        let file = File { tag, ..cut() };
        let stage = Stage::new(Script::always(Fault::File(file.clone()))).await;
        stage.take().await.broke_off(Code::BodyTruncated, &file);
        assert_eq!(stage.ranges(), [None]);
    }
}

#[tokio::test]
async fn f_72_what_a_server_makes_of_a_range_is_the_missing_part_or_the_end() {
    for (ranges, expected) in [
        (Ranges::Honest, None),
        (Ranges::Careless, None),
        (Ranges::Less(20), None),
        (Ranges::Ignored, Some(Code::BodyTruncated)),
        (Ranges::Refused, Some(Code::Rejected)),
        (Ranges::Shifted(1), Some(Code::RangeMismatched)),
        (Ranges::Shifted(-1), Some(Code::RangeMismatched)),
        (Ranges::Shifted(-64_256), Some(Code::RangeMismatched)),
        (Ranges::Unnamed, Some(Code::RangeMismatched)),
        (Ranges::Total(Some(SIZE + 1)), Some(Code::RangeMismatched)),
        (Ranges::Total(Some(SIZE - 1)), Some(Code::RangeMismatched)),
        (Ranges::Total(None), Some(Code::RangeMismatched)),
        (Ranges::Multipart, Some(Code::RangeMismatched)),
        (Ranges::Packed, Some(Code::RangeMismatched)),
    ] {
        let file = cut();
        let stage = second(&file, File { ranges, cut: None, ..file.clone() }).await;
        let taken = stage.take().await;
        match expected {
            None => taken.is_whole(&file),
            Some(code) => assert_eq!(taken.broke_off(code, &file).0 as u64, SIZE / 2, "{ranges:?}"),
        }
    }
}

#[tokio::test]
async fn f_72_parts_that_are_shorter_than_they_say_are_asked_for_again() {
    let file = cut();
    // Each answer lacks its last byte, so that the file's own last byte never comes.
    let stage = second(&file, File { ranges: Ranges::Short(1), cut: None, ..file.clone() }).await;
    let (came, error) = stage.take().await.broke_off(Code::BodyTruncated, &file);
    assert_eq!(came as u64, SIZE - 1);
    assert!(error.attempts() < 10, "{error:?}");
}

#[tokio::test]
async fn f_72_a_part_with_more_bytes_than_it_says_is_not_taken() {
    let half = SIZE / 2;
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\netag: \"file-0-{SIZE}\"\r\ncontent-range: bytes {half}-{}/{SIZE}\r\ncontent-length: 20\r\n\r\n",
        half + 9
    );
    let more = Fault::Bytes { text: head + &"x".repeat(20) };
    let script = Script::default().rule(Rule::new(Fault::File(cut())).nth(1)).rule(Rule::new(more));
    let (came, _) = Stage::new(script).await.take().await.broke_off(Code::RangeMismatched, &cut());
    assert_eq!(came as u64, half);
}
