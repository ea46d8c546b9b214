//! What somebody else has laid where a file, its part or its journal is to be.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use twinfetch_server_client::Code;

use crate::stage::{Stage, failed, file};

const OURS: [&str; 3] = ["f.part", "f.part.json", "f.part.json.new"];

#[tokio::test]
async fn d_03_a_link_as_part_or_journal_is_not_followed() {
    for name in OURS {
        for leads in ["victim", "nowhere"] {
            let stage = Stage::new(&file(1_000)).await;
            fs::write(stage.path("victim"), "precious").unwrap();
            symlink(stage.path(leads), stage.path(name)).unwrap();
            let ended = stage.get().download_to(stage.path("f")).overwrite().await;
            if name == "f.part.json.new" {
                // A new journal takes the place of whatever is there.
                ended.unwrap();
                assert_eq!(stage.names(), ["f", "victim"]);
            } else {
                failed(&ended.unwrap_err(), Code::StorageDenied);
                assert_eq!((stage.server.record().total, stage.path("f").exists()), (0, false));
            }
            assert_eq!(fs::read(stage.path("victim")).unwrap(), b"precious");
            assert!(!stage.path("nowhere").exists());
        }
    }
}

#[tokio::test]
async fn d_03_a_link_as_the_final_name_is_not_followed_and_with_overwrite_replaced_itself() {
    for leads in ["victim", "nowhere"] {
        let file = file(1_000);
        let stage = Stage::new(&file).await;
        fs::write(stage.path("victim"), "precious").unwrap();
        symlink(stage.path(leads), stage.path("f")).unwrap();
        failed(&stage.get().download_to(stage.path("f")).await.unwrap_err(), Code::FileExists);
        assert_eq!((stage.server.record().total, stage.names()), (0, vec!["f".to_owned(), "victim".to_owned()]));
        stage.get().download_to(stage.path("f")).overwrite().await.unwrap();
        assert!(fs::symlink_metadata(stage.path("f")).unwrap().is_file());
        crate::stage::has(&stage.path("f"), &file);
        assert_eq!(fs::read(stage.path("victim")).unwrap(), b"precious");
        assert_eq!(stage.names(), ["f", "victim"]);
    }
}

#[tokio::test]
async fn d_03_a_second_name_of_another_file_as_part_is_not_written_to() {
    let stage = Stage::new(&file(1_000)).await;
    fs::write(stage.path("victim"), "precious").unwrap();
    fs::hard_link(stage.path("victim"), stage.path("f.part")).unwrap();
    let error = stage.get().download_to(stage.path("f")).overwrite().await.unwrap_err();
    failed(&error, Code::StorageDenied);
    assert_eq!(fs::read(stage.path("victim")).unwrap(), b"precious");
}

#[tokio::test]
async fn what_is_no_file_in_the_place_of_a_file_is_refused_and_holds_up_nobody() {
    for name in ["f", "f.part", "f.part.json"] {
        for is_pipe in [false, true] {
            if name == "f" && !is_pipe {
                // A folder under that name is where the file goes.
                continue;
            }
            let stage = Stage::new(&file(1_000)).await;
            let path = stage.path(name);
            if is_pipe {
                assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            } else {
                fs::create_dir(&path).unwrap();
            }
            let error = stage.get().download_to(stage.path("f")).overwrite().await.unwrap_err();
            failed(&error, Code::StorageDenied);
            assert_eq!((stage.server.record().total, stage.names()), (0, vec![name.to_owned()]), "{name}");
        }
    }
}

#[tokio::test]
async fn another_programs_part_is_left_alone_unless_it_may_be_replaced() {
    for (name, text) in
        [("f.part", "a browser's"), ("f.part.json", "{\"of\":\"another program\"}"), ("f.part.json", "")]
    {
        for is_fresh in [false, true] {
            let stage = Stage::new(&file(1_000)).await;
            fs::write(stage.path(name), text).unwrap();
            let saving = stage.get().download_to(stage.path("f"));
            let saving = if is_fresh { saving.fresh() } else { saving };
            failed(&saving.await.unwrap_err(), Code::FileExists);
            assert_eq!((stage.server.record().total, stage.names()), (0, vec![name.to_owned()]));
            assert_eq!(fs::read_to_string(stage.path(name)).unwrap(), text);
            stage.get().download_to(stage.path("f")).overwrite().await.unwrap();
            stage.has("f", &file(1_000));
        }
    }
}

#[tokio::test]
async fn d_03_a_part_that_was_exchanged_on_the_way_does_not_get_the_name() {
    let stage = Stage::new(&file(1_000)).await;
    let part = stage.path("f.part");
    let mut is_exchanged = false;
    let exchanges = move |progress: twinfetch_server_client::Progress| {
        if progress.received == 1_000 && !is_exchanged {
            is_exchanged = true;
            fs::remove_file(&part).unwrap();
            fs::write(&part, "another's").unwrap();
        }
    };
    let error = stage.get().download_to(stage.path("f")).progress(exchanges).await.unwrap_err();
    failed(&error, Code::StorageFailed);
    assert!(!stage.path("f").exists());
    assert_eq!(fs::read(stage.path("f.part")).unwrap(), b"another's");
}

/// As Linux refuses it, too, where `fs.protected_regular` is on.
#[tokio::test]
async fn d_03_a_part_that_somebody_else_laid_into_a_common_folder_is_not_used() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let stage = Stage::new(&file(1_000)).await;
    fs::set_permissions(stage.folder.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    fs::write(stage.path("f.part"), "").unwrap();
    if chown(stage.path("f.part"), Some(65_534), None).is_err() {
        println!("not run: only root may give a file to somebody else");
        return;
    }
    let error = stage.get().download_to(stage.path("f")).overwrite().await.unwrap_err();
    failed(&error, Code::StorageDenied);
    assert_eq!(stage.names(), ["f.part"]);
}
