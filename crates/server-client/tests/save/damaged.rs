//! Parts and journals that are no longer what they were: after a power cut, or because of somebody else.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::stage::{Stage, file};

const SIZE: u64 = 600_000;
const KEPT: u64 = 300_000;

async fn goes_on_from(kept: u64, damage: impl Fn(&Stage)) {
    let file = file(SIZE);
    let stage = Stage::new(&file).await;
    stage.leaves("f", &file, KEPT).await;
    damage(&stage);
    let saved = stage.get_once().download_to(stage.path("f")).await.unwrap();
    assert_eq!(saved.kept, kept);
    let range = (kept > 0).then(|| format!("bytes={kept}-"));
    assert_eq!(stage.ranges(), [range]);
    stage.has("f", &file);
}

fn part(stage: &Stage) -> fs::File {
    OpenOptions::new().write(true).open(stage.path("f.part")).unwrap()
}

/// Blocks whose length reached the device and whose bytes did not, as some file systems leave them.
#[tokio::test]
async fn f_70_zeros_after_a_power_cut_are_not_taken_for_the_file() {
    goes_on_from(0, |stage| {
        let part = part(stage);
        part.set_len(100_000).unwrap();
        part.set_len(KEPT).unwrap();
    })
    .await;
}

#[tokio::test]
async fn f_70_a_part_shorter_than_its_journal_is_begun_anew() {
    for length in [0, 1, KEPT - 1] {
        goes_on_from(0, |stage| part(stage).set_len(length).unwrap()).await;
    }
}

#[tokio::test]
async fn f_70_a_journal_that_was_only_just_begun_is_cleared_away() {
    goes_on_from(KEPT, |stage| fs::write(stage.path("f.part.json.new"), "{\"twinf").unwrap()).await;
}

/// What was written and not noted may be anything.
#[tokio::test]
async fn f_70_what_is_behind_the_noted_bytes_is_not_trusted() {
    for length in [KEPT + 1, SIZE, SIZE + 100_000] {
        goes_on_from(KEPT, |stage| part(stage).set_len(length).unwrap()).await;
    }
}

#[tokio::test]
async fn one_changed_byte_anywhere_begins_the_file_anew() {
    let mut chance = Chance(5);
    for offset in (0..10).map(|_| chance.below(KEPT)).chain([0, KEPT - 1]).collect::<Vec<_>>() {
        goes_on_from(0, |stage| {
            let mut part = part(stage);
            let byte = fs::read(stage.path("f.part")).unwrap()[usize::try_from(offset).unwrap()];
            part.seek(SeekFrom::Start(offset)).unwrap();
            part.write_all(&[byte ^ 1]).unwrap();
        })
        .await;
    }
}

#[tokio::test]
async fn a_journal_that_does_not_fit_begins_the_file_anew() {
    for (member, value) in [
        ("twinfetch", json!(2)),
        ("source", json!("0")),
        ("etag", json!("W/\"weak\"")),
        ("etag", json!("\"a\r\nX-Injected: 1\"")),
        ("etag", json!(null)),
        ("etag", json!(7)),
        ("total", json!(1)),
        ("kept", json!(KEPT - 1)),
        ("kept", json!(KEPT + 1)),
        ("kept", json!(u64::MAX)),
        ("kept", json!(-1)),
        ("checksum", json!(0)),
        ("checksum", json!("é")),
    ] {
        goes_on_from(0, |stage| {
            let mut journal = stage.journal("f").unwrap();
            assert_ne!(journal[member], value);
            journal[member] = value.clone();
            fs::write(stage.path("f.part.json"), journal.to_string()).unwrap();
        })
        .await;
    }
}

#[tokio::test]
async fn a_journal_says_nothing_of_where_the_file_is_or_of_who_fetched_it() {
    let file = file(SIZE);
    let stage = Stage::new(&file).await;
    let cut = Some(twinfetch_faults::Cut::after(KEPT));
    stage.server.play(crate::stage::serves(&twinfetch_faults::File { cut, ..file }));
    let call = stage.get().retry(twinfetch_server_client::Retry::NONE);
    call.download_to(stage.path("f")).await.unwrap_err();
    let text = fs::read_to_string(stage.path("f.part.json")).unwrap();
    twinfetch_canary::shown(&text);
    for said in ["export", "127.0.0.1", "http"] {
        assert!(!text.contains(said), "{text}");
    }
    let journal: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&journal["twinfetch"], &journal["kept"], &journal["total"]), (&json!(1), &json!(KEPT), &json!(SIZE)));
}
