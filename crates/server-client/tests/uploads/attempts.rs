//! Uploads that are sent again, and those that are not.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use twinfetch_faults::{Fault, FaultServer, Rule, Script};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Code, Content, Retry, Sent, ServerClient};

use crate::stage::{FILES, Folder, Stage, Told, client, hexadecimal};

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_whole_file_sent_again() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    let sample = Sample::new(3_000_000);
    let path = folder.file("a.bin", &sample);
    stage.fault(json!({ "path": FILES, "status": 401 })).await;
    let told = Told::default();
    let reply = told.of(stage.api().post::<Value>(FILES).upload_from(&path)).await.unwrap();
    assert_eq!(reply["sha256"], hexadecimal(sample.sha256()));
    assert_eq!((stage.count(FILES).await, stage.count("/auth/refresh").await), (2, 1));
    let sent = told.sent();
    assert_eq!(sent.iter().filter(|sent| **sent == 0).count(), 2, "each attempt begins anew: {sent:?}");
    assert_eq!(sent.last(), Some(&3_000_000));
}

#[tokio::test]
async fn a_file_that_is_gone_by_the_renewal_is_missing() {
    let (stage, folder) = (Stage::new().await, Folder::new());
    let path = folder.file("a.bin", &Sample::new(10));
    stage.fault(json!({ "path": FILES, "status": 401 })).await;
    let gone = path.clone();
    let removed = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&removed);
    let upload = stage.api().post::<Value>(FILES).upload_from(&path).progress(move |progress| {
        // The file is open by the time that it is told of.
        if progress.sent == 0 && count.fetch_add(1, Ordering::SeqCst) == 0 {
            fs::remove_file(&gone).unwrap();
        }
    });
    let error = upload.await.unwrap_err();
    assert_eq!((error.code(), stage.count(FILES).await), (Code::FileMissing, 1));
    assert_eq!(removed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_file_that_is_another_by_the_next_attempt_is_not_sent() {
    let folder = Folder::new();
    let path = folder.file("a.bin", &Sample::new(10));
    let server = FaultServer::start(Script::first([Fault::ResetBeforeHead])).await.unwrap();
    let other = path.clone();
    let upload = client(&server.url()).put::<Value>("/files").upload_from(&path).raw("a/b");
    let upload = upload.progress(move |progress| {
        if progress.sent == 10 {
            fs::write(&other, [0; 11]).unwrap();
        }
    });
    assert_eq!(upload.await.unwrap_err().code(), Code::FileChanged);
    assert_eq!(server.counts().requests, 1);
}

/// How a call ends whose connection is reset when the server has the whole body: its status or code, and the bodies that came.
async fn after_a_reset(put: bool, key: bool, stream: bool) -> (Result<(), (Code, Sent)>, Vec<u64>) {
    let folder = Folder::new();
    let path = folder.file("a.bin", &Sample::new(200_000));
    let server = FaultServer::start(Script::first([Fault::ResetBeforeHead])).await.unwrap();
    let api = client(&server.url());
    let call = if put { api.put::<Value>("/files") } else { api.post("/files") };
    let call = call.retry(Retry { base: 0, ..Retry::DEFAULT });
    let call = if key { call.header("idempotency-key", "1") } else { call };
    let pieces = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![0; 200_000]))]);
    let upload = if stream { call.upload("a", Content::stream(pieces)) } else { call.upload_from(&path) };
    let ended = upload.raw("a/b").await.map(drop).map_err(|error| (error.code(), error.sent()));
    let bodies = server.record().requests.iter().map(|seen| seen.body_bytes).collect();
    (ended, bodies)
}

#[tokio::test]
async fn what_may_have_been_done_is_sent_again_only_where_that_does_no_harm() {
    let lost = Err((Code::ConnectionLost, Sent::Maybe));
    assert_eq!(after_a_reset(false, false, false).await, (lost, vec![200_000]), "POST");
    assert_eq!(after_a_reset(true, false, false).await, (Ok(()), vec![200_000, 200_000]), "PUT");
    assert_eq!(after_a_reset(false, true, false).await, (Ok(()), vec![200_000, 200_000]), "POST with a key");
    assert_eq!(after_a_reset(true, true, true).await, (lost, vec![200_000]), "a stream");
}

#[tokio::test]
async fn a_redirect_within_the_origin_gets_the_whole_file_and_a_stream_is_not_halved() {
    let redirect = || Fault::Redirect { status: 307, location: "/elsewhere".to_owned() };
    let script = Script::default().rule(Rule::new(redirect()).path("/files"));
    let server = FaultServer::start(script).await.unwrap();
    let (api, folder) = (client(&server.url()), Folder::new());
    let path = folder.file("a.bin", &Sample::new(5));
    let _: Value = api.post("/files").upload_from(&path).raw("a/b").await.unwrap();
    let seen = server.record().requests;
    assert_eq!(
        (seen[1].path.as_str(), seen[1].body_bytes, seen[1].header("content-type")),
        ("/elsewhere", 5, Some("a/b"))
    );
    let pieces = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"12345"))]);
    let error = api.post::<Value>("/files").upload("a", Content::stream(pieces)).await.unwrap_err();
    assert_eq!((error.code(), server.counts().requests), (Code::RedirectRefused, 3));
}

#[tokio::test]
async fn nothing_is_left_of_an_upload_to_nobody() {
    let folder = Folder::new();
    let path = folder.file("a.bin", &Sample::new(5));
    let nobody = twinfetch_faults::Refusing::new().unwrap();
    let builder = ServerClient::builder().base_url(nobody.url()).without_secrets();
    let api = builder.retry(Retry { base: 0, ..Retry::DEFAULT }).build().unwrap().background();
    let error = api.post::<Value>("/files").upload_from(&path).await.unwrap_err();
    assert_eq!((error.code(), error.sent(), error.attempts()), (Code::ConnectFailed, Sent::Unsent, 3));
}
