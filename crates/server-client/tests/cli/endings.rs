//! Downloads that fail: the exit code, what is said, and what is not.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use twinfetch_canary::canary;
use twinfetch_faults::{Fault, FaultServer, Refusing, Script};

use crate::stage::{Scripted, Stage};

#[tokio::test]
async fn what_is_not_there_is_told_without_the_query() {
    let stage = Stage::new().await;
    let query = canary("query");
    let ended = stage.run([stage.url(&format!("/nowhere?key={query}"))]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), ""));
    assert!(ended.stderr.contains("/nowhere") && !ended.stderr.contains(query), "{}", ended.stderr);
    assert_eq!(stage.names(), [""; 0]);
}

/// How a download ends without a token, asked for once.
async fn ended(url: &str, more: &[&str]) -> (Option<i32>, String) {
    let stage = Stage::new().await;
    let ended = stage.run_bare(&[&[url, "--retry", "0"], more].concat()).await;
    assert_eq!(ended.stdout, "");
    assert_eq!(stage.names().iter().filter(|name| !name.contains(".part")).count(), 0);
    (ended.code, ended.stderr)
}

async fn after(fault: Fault) -> (Option<i32>, String) {
    let server = FaultServer::start(Script::always(fault)).await.unwrap();
    ended(&format!("{}/file", server.url()), &[]).await
}

#[tokio::test]
async fn what_a_server_does_has_a_code() {
    for (fault, code, word) in [
        (Fault::Status { status: 403, retry_after: None }, 3, "forbidden"),
        (Fault::Status { status: 410, retry_after: None }, 4, "not_found"),
        (Fault::Status { status: 503, retry_after: None }, 5, "server_failed"),
        (Fault::Status { status: 418, retry_after: None }, 1, "rejected"),
        (Fault::ResetBeforeHead, 5, "connection_lost"),
        (Fault::HtmlPage, 8, "unexpected_content_type"),
        (Fault::Redirect { status: 302, location: "http://127.0.0.1:1/".to_owned() }, 1, "redirect_refused"),
    ] {
        let (ended, stderr) = after(fault.clone()).await;
        assert_eq!(ended, Some(code), "{fault:?}: {stderr}");
        assert!(stderr.contains(word), "{stderr}");
    }
}

#[tokio::test]
async fn who_is_not_there_or_says_nothing_has_a_code() {
    let nobody = Refusing::new().unwrap();
    assert_eq!(ended(&nobody.url(), &[]).await.0, Some(5));
    let server = FaultServer::start(Script::always(Fault::Silence)).await.unwrap();
    let (code, stderr) = ended(&server.url(), &["--timeout", "0.2"]).await;
    assert_eq!((code, stderr.contains("timed_out")), (Some(6), true), "{stderr}");
}

#[tokio::test]
async fn d_06_what_is_packed_though_nobody_asked_is_no_file() {
    let (code, stderr) = after(Fault::GzipBomb { mebibytes: 1 }).await;
    assert_eq!(code, Some(8), "{stderr}");
}

#[tokio::test]
async fn a_folder_that_is_not_there_has_a_code() {
    let stage = Stage::new().await;
    let ended = stage.run([&stage.url("/api/export?bytes=10"), "-o", "none/file"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(7), ""));
    assert!(ended.stderr.contains("file_missing"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_servers_words_do_not_direct_the_terminal() {
    let server = Scripted::new(|_, _| {
        let message = r#"{"message":"No: \u202eexe.txt"}"#;
        let response = Response::builder().status(StatusCode::UNPROCESSABLE_ENTITY);
        response.header("content-type", "application/json").body(Body::from(message)).unwrap()
    })
    .await;
    let (code, stderr) = ended(&server.url, &[]).await;
    assert_eq!(code, Some(1));
    assert!(stderr.contains("No: ") && !stderr.contains('\u{202e}'), "{stderr:?}");
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_is_told() {
    let stage = Stage::new().await;
    for arguments in [
        &[][..],
        &["ftp://localhost/a"],
        &["localhost/a"],
        &["http://localhost:1/", "--sha256", "abc"],
        &["http://localhost:1/", "--timeout", "0"],
        &["http://localhost:1/", "--retry", "-1"],
        &["http://localhost:1/", "-o", "-", "--resume"],
        &["http://localhost:1/", "-o", "-", "--overwrite"],
        &["http://localhost:1/", "--token", "abc"],
    ] {
        let ended = stage.run_bare(arguments).await;
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.is_empty()), (Some(2), "", false), "{arguments:?}");
    }
}
