//! Files that cannot be read: nothing is sent of them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use futures_util::stream::{self, StreamExt as _};
use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};
use serde_json::Value;
use twinfetch_faults::{FaultServer, Script};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Code, Content, Kind, Sent};

use crate::stage::{Folder, client};

#[tokio::test]
async fn what_is_no_readable_file_is_named_and_nothing_is_sent() {
    let (server, folder) = (FaultServer::start(Script::default()).await.unwrap(), Folder::new());
    let file = folder.file("file", &Sample::new(1));
    let closed = folder.file("closed", &Sample::new(1));
    fs::set_permissions(&closed, Permissions::from_mode(0o0)).unwrap();
    mkfifo(&folder.path("pipe"), Mode::S_IRWXU).unwrap();
    for (path, code) in [
        (folder.path("none"), Code::FileMissing),
        (folder.path("none/none"), Code::FileMissing),
        (file.join("below"), Code::FileMissing),
        (folder.path(""), Code::StorageDenied),
        (folder.path("pipe"), Code::StorageDenied),
        ("/dev/zero".into(), Code::StorageDenied),
        (closed, Code::StorageDenied),
    ] {
        if path.ends_with("closed") && geteuid().is_root() {
            // Root may read what nobody may.
            continue;
        }
        let error = client(&server.url()).post::<Value>("/files").upload_from(&path).await.unwrap_err();
        assert_eq!((error.code(), error.kind()), (code, Kind::Storage), "{}", path.display());
        assert_eq!((error.sent(), error.attempts()), (Sent::Unsent, 0));
        assert!(error.log_detail().contains("POST /files"), "{error:?}");
    }
    assert_eq!(server.counts().requests, 0);
}

#[tokio::test]
async fn a_stream_that_fails_breaks_the_request_off() {
    let server = FaultServer::start(Script::default()).await.unwrap();
    let pieces = stream::iter([Ok("half".into()), Err(std::io::Error::other("gone"))]).then(async |piece| {
        // So that the first half goes out before.
        tokio::task::yield_now().await;
        piece
    });
    let upload = client(&server.url()).post::<Value>("/files").upload("a", Content::stream(pieces)).raw("a/b");
    let error = upload.await.unwrap_err();
    assert_eq!((error.code(), error.sent(), error.attempts()), (Code::Aborted, Sent::Maybe, 1));
    server.until(|counts| counts.requests == 1 && counts.open == 0).await;
    assert!(!server.record().requests[0].complete);
}
