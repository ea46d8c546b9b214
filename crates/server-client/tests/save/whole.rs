//! A file that comes in one piece.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex};

use twinfetch_faults::{File, Length, Pace};
use twinfetch_server_client::{Code, Progress};

use crate::stage::{Stage, failed, file, has};

/// A listener, and what it was told.
fn listener() -> (impl FnMut(Progress) + Send + 'static, Arc<Mutex<Vec<Progress>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    (move |progress| list.lock().unwrap().push(progress), told)
}

#[tokio::test]
async fn a_file_is_saved_and_nothing_is_left_beside_it() {
    for size in [0, 1, 600_000, 3_000_000] {
        let file = File { headers: vec![("content-type".to_owned(), "text/csv".to_owned())], ..file(size) };
        let stage = Stage::new(&file).await;
        let saved = stage.get().download_to(stage.path("report.csv")).await.unwrap();
        stage.has("report.csv", &file);
        assert_eq!((saved.path, saved.bytes, saved.kept), (stage.path("report.csv"), size, 0));
        assert_eq!(saved.sha256, None, "nobody asked what it comes to");
        assert_eq!(saved.media_type.as_deref(), Some("text/csv"));
    }
}

#[tokio::test]
async fn a_caller_is_told_from_the_first_byte_to_the_last() {
    let pace = Some(Pace { bytes: 30_000, milliseconds: 1 });
    for length in [Length::Announced, Length::Chunked] {
        let file = File { length, pace, ..file(900_000) };
        let stage = Stage::new(&file).await;
        let (listener, told) = listener();
        stage.get().download_to(stage.path("f")).progress(listener).await.unwrap();
        let told = told.lock().unwrap();
        let total = (length == Length::Announced).then_some(900_000);
        assert_eq!((told[0].received, told[0].total), (0, total));
        assert!(told.windows(2).all(|pair| pair[0].received <= pair[1].received));
        assert!(told[..told.len() - 1].iter().all(|progress| progress.total == total || progress.received == 900_000));
        let last = told.last().unwrap();
        assert_eq!((last.received, last.total), (900_000, Some(900_000)));
    }
}

#[tokio::test]
async fn what_was_kept_is_told_of_at_once() {
    let file = file(900_000);
    let stage = Stage::new(&file).await;
    stage.leaves("f", &file, 500_000).await;
    let (listener, told) = listener();
    stage.get_once().download_to(stage.path("f")).progress(listener).await.unwrap();
    let first = told.lock().unwrap()[0];
    assert_eq!((first.received, first.total, first.rate), (500_000, Some(900_000), None));
}

/// A file of the process' own making has the permissions that are asked for.
#[tokio::test]
async fn who_may_read_the_file_is_the_umasks_to_say() {
    let stage = Stage::new(&file(10)).await;
    stage.get().download_to(stage.path("f")).await.unwrap();
    fs::write(stage.path("other"), "").unwrap();
    let mode = |name| fs::metadata(stage.path(name)).unwrap().mode();
    assert_eq!(mode("f"), mode("other"));
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_when_told() {
    let file = file(1_000);
    let stage = Stage::new(&file).await;
    fs::write(stage.path("f"), "precious").unwrap();
    failed(&stage.get().download_to(stage.path("f")).await.unwrap_err(), Code::FileExists);
    assert_eq!((stage.server.record().total, stage.names()), (0, vec!["f".to_owned()]));
    assert_eq!(fs::read(stage.path("f")).unwrap(), b"precious");
    stage.get().download_to(stage.path("f")).overwrite().await.unwrap();
    stage.has("f", &file);
}

#[tokio::test]
async fn a_file_that_appears_meanwhile_is_not_replaced() {
    let stage = Stage::new(&file(1_000)).await;
    let path = stage.path("f");
    let appears = move |_| fs::write(&path, "precious").unwrap();
    let saving = stage.get_once().download_to(stage.path("f")).progress(appears);
    failed(&saving.await.unwrap_err(), Code::FileExists);
    assert_eq!(fs::read(stage.path("f")).unwrap(), b"precious");
    // What was fetched is still of use.
    fs::remove_file(stage.path("f")).unwrap();
    let saved = stage.get_once().download_to(stage.path("f")).await.unwrap();
    assert_eq!(saved.kept, 999);
    has(&stage.path("f"), &file(1_000));
}

#[tokio::test]
async fn a_replaced_file_stays_until_the_new_one_is_complete() {
    let before = File { edition: 1, ..file(700_000) };
    let stage = Stage::new(&before).await;
    stage.get_once().download_to(stage.path("f")).await.unwrap();
    let path = stage.path("f");
    let stays = move |_| has(&path, &File { edition: 1, ..file(700_000) });
    stage.server.play(crate::stage::serves(&file(800_000)));
    stage.get_once().download_to(stage.path("f")).overwrite().progress(stays).await.unwrap();
    stage.has("f", &file(800_000));
}
