//! Downloads that were broken off by whoever runs them, and gone on with.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::StatusCode;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;
use twinfetch_sample::Sample;

use crate::stage::{Ended, Scripted, Stage, bytes_of, program};

const LENGTH: u64 = 400_000;

/// Serves a file of which the first request gets half, and then nothing more.
async fn stalling() -> Scripted {
    Scripted::new(|number, range| {
        let sample = Sample::new(LENGTH);
        let response = Response::builder().header("etag", "\"a\"").header("content-type", "application/zip");
        if number == 0 {
            let half = stream::iter(sample.part(0..LENGTH / 2).map(Ok::<Bytes, std::convert::Infallible>));
            let response = response.header("content-length", LENGTH);
            return response.body(Body::from_stream(half.chain(stream::pending()))).unwrap();
        }
        let Some(from) = range.map(|range| range["bytes=".len()..range.len() - 1].parse::<u64>().unwrap()) else {
            return response.body(Body::from(bytes_of(&sample))).unwrap();
        };
        let rest: Vec<u8> = sample.part(from..LENGTH).flatten().collect();
        let part = format!("bytes {from}-{}/{LENGTH}", LENGTH - 1);
        response.status(StatusCode::PARTIAL_CONTENT).header("content-range", part).body(Body::from(rest)).unwrap()
    })
    .await
}

/// Begins a download, and comes back when the half that there is of it is kept.
async fn begun(server: &Scripted, stage: &Stage) -> Child {
    let mut program = program(stage.folder());
    program.args([&format!("{}/file", server.url), "-o", "file.zip"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = program.spawn().unwrap();
    let part = stage.path("file.zip.part");
    while length(&part) < LENGTH / 2 || length(&stage.path("file.zip.part.json")) == 0 {
        tokio::task::yield_now().await;
    }
    running
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

async fn end(running: Child, signal: Signal) -> Ended {
    let process = i32::try_from(running.id().unwrap()).unwrap();
    kill(Pid::from_raw(process), signal).unwrap();
    Ended::of(&running.wait_with_output().await.unwrap())
}

async fn again(server: &Scripted, stage: &Stage, more: &[&str]) -> Ended {
    let url = format!("{}/file", server.url);
    stage.run_bare(&[&[url.as_str(), "-o", "file.zip"], more].concat()).await
}

#[tokio::test]
async fn f_70_who_interrupts_it_is_told_how_to_go_on_and_does() {
    let (server, stage) = (stalling().await, Stage::new().await);
    let ended = end(begun(&server, &stage).await, Signal::SIGINT).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(130), ""));
    assert!(ended.stderr.contains("--resume"), "{}", ended.stderr);
    assert_eq!(stage.names(), ["file.zip.part", "file.zip.part.json"]);
    let path = stage.path("file.zip");
    assert_eq!(again(&server, &stage, &["--resume"]).await, Ended::done(format!("{}\n", path.display())));
    assert_eq!(server.ranges(), [None, Some(format!("bytes={}-", LENGTH / 2))]);
    assert_eq!(fs::read(path).unwrap(), bytes_of(&Sample::new(LENGTH)));
    assert_eq!(stage.names(), ["file.zip"]);
}

#[tokio::test]
async fn f_70_without_resume_a_file_is_begun_anew() {
    let (server, stage) = (stalling().await, Stage::new().await);
    end(begun(&server, &stage).await, Signal::SIGINT).await;
    assert_eq!(again(&server, &stage, &[]).await.code, Some(0));
    assert_eq!(server.ranges(), [None, None]);
    assert_eq!(fs::read(stage.path("file.zip")).unwrap(), bytes_of(&Sample::new(LENGTH)));
}

#[tokio::test]
async fn f_70_a_program_that_is_killed_leaves_no_half_file_under_its_name() {
    let (server, stage) = (stalling().await, Stage::new().await);
    let ended = end(begun(&server, &stage).await, Signal::SIGKILL).await;
    assert_eq!(ended.code, None);
    assert!(!stage.path("file.zip").exists());
    assert_eq!(again(&server, &stage, &["--resume"]).await.code, Some(0));
    assert_eq!(fs::read(stage.path("file.zip")).unwrap(), bytes_of(&Sample::new(LENGTH)));
    assert_eq!(stage.names(), ["file.zip"]);
}
