//! Files that go to stdout.

use std::fs::OpenOptions;
use std::process::Stdio;

use tokio::io::AsyncReadExt as _;
use twinfetch_sample::Sample;

use crate::stage::{Ended, Stage, TOKEN, bytes_of, hexadecimal, program};

#[tokio::test]
async fn the_bytes_go_to_stdout_and_nothing_else() {
    let stage = Stage::new().await;
    let sample = Sample::new(700_000);
    let mut program = program(stage.folder());
    let digest = hexadecimal(sample.sha256());
    program.args([&stage.url("/api/export?bytes=700000"), "-o", "-", "--sha256", &digest]);
    let output = program.args(["--token-env", TOKEN]).env(TOKEN, &stage.token).output().await.unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &[][..]));
    assert!(output.stdout == bytes_of(&sample), "{} bytes came", output.stdout.len());
    assert_eq!(stage.names(), [""; 0]);
}

#[tokio::test]
async fn a_wrong_digest_is_told_after_the_bytes() {
    let stage = Stage::new().await;
    let url = stage.url("/api/export?bytes=1000");
    let ended = stage.run([&url, "-o", "-", "--sha256", &hexadecimal([0; 32])]).await;
    assert_eq!((ended.code, ended.stdout.is_empty()), (Some(8), false));
    assert!(ended.stderr.contains("SHA-256"), "{}", ended.stderr);
}

#[tokio::test]
async fn who_reads_no_more_hears_no_more() {
    let stage = Stage::new().await;
    let mut program = program(stage.folder());
    program.args([&stage.url("/api/export?bytes=100000000"), "-o", "-", "--token-env", TOKEN]);
    let mut running = program.env(TOKEN, &stage.token).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = running.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 100]).await.unwrap();
    drop(stdout);
    let ended = Ended::of(&running.wait_with_output().await.unwrap());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(141), ""));
}

#[tokio::test]
async fn f_71_a_full_device_behind_stdout_is_told() {
    let stage = Stage::new().await;
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut program = program(stage.folder());
    program.args([&stage.url("/api/export?bytes=1000"), "-o", "-", "--token-env", TOKEN]).env(TOKEN, &stage.token);
    let running = program.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let ended = Ended::of(&running.wait_with_output().await.unwrap());
    assert_eq!(ended.code, Some(7));
    assert!(ended.stderr.contains("No space left"), "{}", ended.stderr);
}
