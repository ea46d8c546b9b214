//! Files that break off, in one run and over several.

use twinfetch_faults::{Break, Cut, Fault, File, Ranges, Script, Tag};
use twinfetch_server_client::Code;

use crate::chance::Chance;
use crate::stage::{Stage, failed, file, serves};

const SIZE: u64 = 600_000;

#[tokio::test]
async fn f_72_a_file_cut_at_50_random_offsets_is_the_file() {
    let mut chance = Chance(72);
    for by in [Break::Close, Break::Reset] {
        let size = 10 * SIZE;
        let offsets: Vec<u64> = (0..50).map(|_| 1 + chance.below(size - 1)).collect();
        let file = File { cut: Some(Cut::offsets(offsets).by(by)), ..file(size) };
        let stage = Stage::new(&file).await;
        stage.get().download_to(stage.path("f")).await.unwrap();
        stage.has("f", &file);
        assert!(stage.ranges().len() > 40, "{by:?}");
    }
}

/// Each run ends at a break, and the next begins where it was.
#[tokio::test]
async fn f_70_runs_that_break_off_at_50_random_offsets_make_the_file_together() {
    let mut chance = Chance(70);
    let mut offsets: Vec<u64> = (0..50).map(|_| 1 + chance.below(SIZE - 1)).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let file = File { cut: Some(Cut::offsets(offsets.clone())), ..file(SIZE) };
    let stage = Stage::new(&file).await;
    for offset in &offsets {
        let error = stage.get_once().download_to(stage.path("f")).await.unwrap_err();
        failed(&error, Code::BodyTruncated);
        assert_eq!(stage.names(), ["f.part", "f.part.json"]);
        assert_eq!(stage.journal("f").unwrap()["kept"], *offset);
    }
    let saved = stage.get_once().download_to(stage.path("f")).await.unwrap();
    assert_eq!(saved.kept, *offsets.last().unwrap());
    let asked = offsets.iter().map(|offset| Some(format!("bytes={offset}-")));
    assert_eq!(stage.ranges(), [None].into_iter().chain(asked).collect::<Vec<_>>());
    let record = stage.server.record();
    let tags = record.requests.iter().skip(1).map(|seen| seen.header("if-range"));
    assert!(tags.into_iter().all(|tag| tag == Some("\"file-0-600000\"")));
    stage.has("f", &file);
}

#[tokio::test]
async fn d_05_a_part_of_another_file_is_given_up() {
    let (file, other) = (file(SIZE), File { edition: 1, ..file(SIZE - 1_000) });
    for next in [
        other.clone(),
        File { tag: Tag::Weak, ..other.clone() },
        File { tag: Tag::None, ..other.clone() },
        File { ranges: Ranges::Careless, ..other.clone() },
        File { ranges: Ranges::Ignored, ..other },
    ] {
        let stage = Stage::new(&file).await;
        stage.leaves("f", &file, SIZE - 10).await;
        stage.server.play(serves(&next));
        let saved = stage.get_once().download_to(stage.path("f")).await.unwrap();
        assert_eq!(saved.kept, 0);
        assert_eq!(stage.ranges()[0].as_deref(), Some("bytes=599990-"));
        stage.has("f", &next);
    }
}

/// Another part than the missing one is let go, and the file asked for anew.
#[tokio::test]
async fn f_72_a_part_that_does_not_fit_is_not_spliced() {
    for ranges in [
        Ranges::Ignored,
        Ranges::Refused,
        Ranges::Shifted(1),
        Ranges::Shifted(-1),
        Ranges::Unnamed,
        Ranges::Total(None),
        Ranges::Total(Some(SIZE + 1)),
        Ranges::Multipart,
        Ranges::Packed,
    ] {
        let file = file(SIZE);
        let stage = Stage::new(&file).await;
        stage.leaves("f", &file, 300_000).await;
        stage.server.play(serves(&File { ranges, ..file.clone() }));
        let saved = stage.get_once().download_to(stage.path("f")).await.unwrap();
        assert_eq!(saved.kept, 0, "{ranges:?}");
        stage.has("f", &file);
    }
    for ranges in [Ranges::Less(100), Ranges::Short(100)] {
        let file = file(SIZE);
        let stage = Stage::new(&file).await;
        stage.leaves("f", &file, 300_000).await;
        stage.server.play(serves(&File { ranges, ..file.clone() }));
        match stage.get_once().download_to(stage.path("f")).await {
            Ok(_) => stage.has("f", &file),
            Err(error) => {
                failed(&error, Code::BodyTruncated);
                assert_eq!(stage.names(), ["f.part", "f.part.json"]);
            }
        }
    }
}

#[tokio::test]
async fn d_05_a_part_without_a_strong_tag_is_not_kept() {
    for tag in [Tag::Weak, Tag::None, Tag::Text("bare".to_owned())] {
        let file = File { tag, cut: Some(Cut::after(300_000)), ..file(SIZE) };
        let stage = Stage::new(&file).await;
        failed(&stage.get_once().download_to(stage.path("f")).await.unwrap_err(), Code::BodyTruncated);
        assert!(stage.names().is_empty());
    }
}

/// The last byte is asked for again: the backend says whether the file is still the same, and for whom.
#[tokio::test]
async fn a_part_that_is_complete_is_not_believed_blindly() {
    let file = file(SIZE);
    for is_changed in [false, true] {
        let stage = Stage::new(&file).await;
        let path = stage.path("f");
        let in_the_way = move |_| std::fs::write(&path, "in the way").unwrap();
        let saving = stage.get_once().download_to(stage.path("f")).progress(in_the_way);
        failed(&saving.await.unwrap_err(), Code::FileExists);
        std::fs::remove_file(stage.path("f")).unwrap();
        assert_eq!(stage.journal("f").unwrap()["kept"], SIZE);
        let now = File { edition: u8::from(is_changed), ..file.clone() };
        stage.server.play(serves(&now));
        let saved = stage.get_once().download_to(stage.path("f")).await.unwrap();
        assert_eq!(saved.kept, if is_changed { 0 } else { SIZE - 1 });
        assert_eq!(stage.ranges(), [Some("bytes=599999-".to_owned())]);
        stage.has("f", &now);
    }
}

#[tokio::test]
async fn a_part_is_gone_on_with_by_whom_and_for_what_it_was_begun() {
    let file = file(SIZE);
    let stage = Stage::new(&file).await;
    for is_same in [true, false] {
        stage.leaves("f", &file, 300_000).await;
        let call = stage.get_once();
        let call = if is_same { call } else { call.query("other", 1) };
        let saved = call.download_to(stage.path("f")).await.unwrap();
        assert_eq!(saved.kept, if is_same { 300_000 } else { 0 });
        stage.has("f", &file);
        std::fs::remove_file(stage.path("f")).unwrap();
    }
    stage.leaves("f", &file, 300_000).await;
    let saved = stage.get_once().download_to(stage.path("f")).fresh().await.unwrap();
    assert_eq!((saved.kept, stage.ranges()), (0, vec![None]));
}

#[tokio::test]
async fn a_kept_part_outlives_answers_that_bring_nothing() {
    let file = file(SIZE);
    let stage = Stage::new(&file).await;
    stage.leaves("f", &file, 300_000).await;
    for (fault, code) in [
        (Fault::Status { status: 404, retry_after: None }, Code::NotFound),
        (Fault::Status { status: 503, retry_after: None }, Code::ServerFailed),
        (Fault::ResetBeforeHead, Code::ConnectionLost),
        (Fault::HtmlPage, Code::UnexpectedContentType),
    ] {
        stage.server.play(Script::always(fault));
        failed(&stage.get_once().download_to(stage.path("f")).await.unwrap_err(), code);
        assert_eq!(stage.names(), ["f.part", "f.part.json"]);
    }
    stage.server.play(serves(&file));
    assert_eq!(stage.get_once().download_to(stage.path("f")).await.unwrap().kept, 300_000);
    stage.has("f", &file);
}

#[tokio::test]
async fn without_a_byte_nothing_is_left() {
    for fault in [Fault::Status { status: 404, retry_after: None }, Fault::ResetBeforeHead] {
        let stage = Stage::with(Script::always(fault)).await;
        stage.get_once().download_to(stage.path("f")).await.unwrap_err();
        assert!(stage.names().is_empty());
    }
}

#[tokio::test]
async fn a_hundred_parts_make_one_file() {
    let file = File { cut: Some(Cut::after(66_000)), ..file(6_600_000) };
    let stage = Stage::new(&file).await;
    stage.get().download_to(stage.path("f")).await.unwrap();
    stage.has("f", &file);
    assert_eq!(stage.ranges().len(), 100, "{:?}", stage.ranges());
}
