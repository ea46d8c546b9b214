//! Where a file goes, and under which name.

use std::fs;
use std::os::unix::fs::symlink;

use twinfetch_faults::{Fault, File, Script};
use twinfetch_server_client::Code;

use crate::stage::{Stage, failed, file, has, serves};

fn named(disposition: &str) -> File {
    File { headers: vec![("content-disposition".to_owned(), disposition.to_owned())], ..file(1_000) }
}

#[tokio::test]
async fn d_01_in_a_folder_the_backends_name_counts_once_it_is_safe() {
    for (disposition, name) in [
        ("attachment; filename=\"report.csv\"", "report.csv"),
        ("attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.csv", "报告.csv"),
        ("attachment; filename=\"../../escaped.csv\"", "escaped.csv"),
        ("attachment; filename=\"/etc/passwd\"", "passwd"),
        ("attachment; filename=\"..\"", "export"),
        ("attachment", "export"),
    ] {
        let stage = Stage::new(&named(disposition)).await;
        let inner = stage.path("inner/folder");
        fs::create_dir_all(&inner).unwrap();
        let saved = stage.get().download_to(&inner).await.unwrap();
        assert_eq!(saved.path, inner.join(name), "{disposition}");
        has(&saved.path, &file(1_000));
        assert_eq!((stage.names(), crate::stage::names(&inner)), (vec!["inner".to_owned()], vec![name.to_owned()]));
    }
}

#[tokio::test]
async fn in_a_folder_nothing_is_replaced_even_when_told() {
    let stage = Stage::new(&named("attachment; filename=f")).await;
    fs::write(stage.path("f"), "precious").unwrap();
    let error = stage.get().download_to(stage.folder.path()).overwrite().await.unwrap_err();
    failed(&error, Code::FileExists);
    assert_eq!((stage.names(), fs::read(stage.path("f")).unwrap()), (vec!["f".to_owned()], b"precious".to_vec()));
}

#[tokio::test]
async fn in_a_folder_a_kept_part_is_gone_on_with() {
    let file = named("attachment; filename=f");
    let stage = Stage::new(&file).await;
    stage.leaves("f", &file, 400).await;
    let saved = stage.get_once().download_to(stage.folder.path()).await.unwrap();
    assert_eq!((saved.kept, saved.path), (400, stage.path("f")));
    assert_eq!(stage.ranges(), [None, Some("bytes=400-".to_owned())]);
    stage.has("f", &file);
    // Of another file by now, it is begun anew by the answer that is there.
    fs::remove_file(stage.path("f")).unwrap();
    stage.leaves("f", &file, 400).await;
    let other = File { edition: 1, ..file };
    stage.server.play(serves(&other));
    assert_eq!(stage.get_once().download_to(stage.folder.path()).await.unwrap().kept, 0);
    assert_eq!(stage.ranges(), [None]);
    stage.has("f", &other);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_missing_and_nothing_is_asked_for() {
    let stage = Stage::new(&file(10)).await;
    fs::write(stage.path("plain"), "").unwrap();
    for path in ["none/f", "none/", "plain/f", ""] {
        let path = if path.is_empty() { path.into() } else { stage.path(path) };
        let error = stage.get().download_to(&path).await.unwrap_err();
        assert!(matches!(error.code(), Code::FileMissing | Code::StorageDenied), "{error:?}");
    }
    assert_eq!((stage.server.record().total, stage.names()), (0, vec!["plain".to_owned()]));
}

#[tokio::test]
async fn a_name_that_leaves_no_room_for_an_ending_is_saved_all_the_same() {
    let file = file(1_000);
    let stage = Stage::new(&file).await;
    let longest = "报".repeat(85);
    assert_eq!(longest.len(), 255);
    let error = stage.get().download_to(stage.path(&format!("{longest}x"))).await.unwrap_err();
    failed(&error, Code::StorageDenied);
    stage.get().download_to(stage.path(&longest)).await.unwrap();
    stage.has(&longest, &file);
}

#[tokio::test]
async fn a_page_or_a_message_is_no_file() {
    for fault in [Fault::HtmlPage, Fault::MalformedJson] {
        let stage = Stage::with(Script::always(fault)).await;
        let error = stage.get().download_to(stage.path("report.csv")).await.unwrap_err();
        failed(&error, Code::UnexpectedContentType);
        assert!(stage.names().is_empty());
    }
}

#[tokio::test]
async fn a_link_to_a_folder_is_followed_as_the_caller_wrote_it() {
    let stage = Stage::new(&file(10)).await;
    fs::create_dir(stage.path("folder")).unwrap();
    symlink(stage.path("folder"), stage.path("link")).unwrap();
    stage.get().download_to(stage.path("link")).await.unwrap();
    has(&stage.path("folder/export"), &file(10));
}
