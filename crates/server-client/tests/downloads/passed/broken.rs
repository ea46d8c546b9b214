//! A backend that breaks off on the way: the file goes on by itself, or breaks off, too.

use twinfetch_faults::{Break, Cut, Fault, File, Length, Rule, Script, Tag};
use twinfetch_sample::Sample;

use super::{Stage, bytes};
use crate::stage::SIZE;

fn cut(by: Break) -> File {
    File { size: SIZE, cut: Some(Cut::offsets([SIZE / 3, SIZE / 2]).by(by)), ..File::default() }
}

#[tokio::test]
async fn a_file_goes_on_by_itself_behind_the_browsers_back() {
    for by in [Break::Close, Break::Reset] {
        let stage = Stage::of(&cut(by)).await;
        // Not a matter of those that go on with it.
        let response = stage.get(&[("if-none-match", "\"another\"")]).await;
        assert!(Sample::new(SIZE).part(0..SIZE).flatten().eq(bytes(response).await.unwrap()));
        assert!(stage.backend.record().total >= 3);
        assert_eq!(stage.last("if-none-match"), None);
        assert_eq!(stage.last("if-range").as_deref(), Some("\"file-0-3000000\""));
    }
}

#[tokio::test]
async fn a_part_goes_on_up_to_its_own_end() {
    for (asked, part) in [("bytes=0-2000000", 0..2_000_001), ("bytes=900000-1600000", 900_000..1_600_001)] {
        let stage = Stage::of(&cut(Break::Close)).await;
        let response = stage.get(&[("range", asked)]).await;
        assert_eq!(response.status(), 206);
        assert!(Sample::new(SIZE).part(part.clone()).flatten().eq(bytes(response).await.unwrap()), "{asked}");
        let record = stage.backend.record();
        let ranges: Vec<_> = record.requests.iter().map(|seen| seen.header("range").unwrap()).collect();
        let last = part.end - 1;
        assert_eq!(ranges, [asked, &format!("bytes=1000000-{last}"), &format!("bytes=1500000-{last}")]);
    }
}

#[tokio::test]
async fn what_cannot_be_gone_on_with_never_looks_complete() {
    for length in [Length::Announced, Length::Chunked] {
        for by in [Break::Close, Break::Reset] {
            let file = File { tag: Tag::Weak, length, ..cut(by) };
            let stage = Stage::of(&file).await;
            assert!(bytes(stage.get(&[]).await).await.is_err());
            assert!(bytes(stage.get(&[("range", "bytes=0-2000000")]).await).await.is_err());
            assert_eq!(stage.backend.record().total, 2);
        }
    }
    let script = Script::default().rule(Rule::new(Fault::File(cut(Break::Close))).nth(1));
    let other = File { edition: 1, cut: None, ..cut(Break::Close) };
    let stage = Stage::new(script.rule(Rule::new(Fault::File(other)))).await;
    assert!(bytes(stage.get(&[]).await).await.is_err());
}
