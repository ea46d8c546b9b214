//! Files that become others on their way.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use twinfetch_sample::Sample;
use twinfetch_server_client::{Code, Error, Sent};

use crate::stage::{Folder, accept, client, listen};

const LENGTH: u64 = 64 << 20;

/// Sends a file raw, and changes it when the first bytes are out; how the call ends, and how many bytes the server got.
async fn changed(path: PathBuf, change: impl FnOnce(&Path)) -> (Error, u64) {
    let (listener, url) = listen().await;
    let upload = client(&url).post::<Value>("/files").upload_from(&path).raw("a/b");
    let serve = async {
        let (mut connection, head) = accept(&listener).await;
        assert!(head.contains(&format!("content-length: {LENGTH}")), "{head:?}");
        connection.read_u8().await.unwrap();
        change(&path);
        let (mut got, mut buffer) = (1, vec![0; 1 << 16]);
        while let Ok(read @ 1..) = connection.read(&mut buffer).await {
            got += read as u64;
        }
        got
    };
    let (ended, got) = tokio::join!(upload, serve);
    (ended.unwrap_err(), got)
}

#[tokio::test]
async fn a_file_that_shrinks_grows_or_is_written_anew_is_broken_off_before_its_end() {
    let folder = Folder::new();
    let shrink = |path: &Path| OpenOptions::new().write(true).open(path).unwrap().set_len(LENGTH - 1).unwrap();
    let grow = |path: &Path| OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
    let rewrite = |path: &Path| {
        let mut file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all(b"other").unwrap();
        // Also where a file's time is coarse.
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    };
    for (name, change) in [("shrinks", &shrink as &dyn Fn(&Path)), ("grows", &grow), ("is written", &rewrite)] {
        let path = folder.path("file");
        File::create(&path).unwrap().set_len(LENGTH).unwrap();
        let (error, got) = changed(path, change).await;
        assert_eq!((error.code(), error.sent(), error.attempts()), (Code::FileChanged, Sent::Maybe, 1), "{name}");
        assert!(got < LENGTH, "{name}: the server took {got} bytes for the file");
    }
}

#[tokio::test]
async fn a_file_in_the_place_of_another_does_not_mix_with_it() {
    let folder = Folder::new();
    let path = folder.path("file");
    File::create(&path).unwrap().set_len(LENGTH).unwrap();
    let other = folder.file("other", &Sample::new(3));
    let (listener, url) = listen().await;
    let upload = client(&url).post::<Value>("/files").upload_from(&path).raw("a/b");
    let serve = async {
        let (mut connection, _) = accept(&listener).await;
        connection.read_u8().await.unwrap();
        fs::rename(&other, &path).unwrap();
        let (mut left, mut buffer) = (LENGTH - 1, vec![0; 1 << 16]);
        while left > 0 {
            let read = connection.read(&mut buffer).await.unwrap();
            assert!(read > 0 && buffer[..read].iter().all(|byte| *byte == 0));
            left -= read as u64;
        }
        tokio::io::AsyncWriteExt::write_all(
            &mut connection,
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-type: application/json\r\n\r\n1",
        )
        .await
        .unwrap();
        connection
    };
    let (ended, _connection) = tokio::join!(upload, serve);
    assert_eq!(ended.unwrap(), 1, "the open file is the one that is sent");
}
