//! What a large file costs in memory, measured in the process that saves it or hands it on.

#![cfg(target_os = "linux")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use twinfetch_faults::{Fault, FaultServer, File, Script};
use twinfetch_sample::Sample;

/// Many times what a process may need for it.
const SIZE: u64 = 128 << 20;
const MOST: u64 = 32 << 20;

async fn source() -> FaultServer {
    FaultServer::start(Script::always(Fault::File(File { size: SIZE, ..File::default() }))).await.unwrap()
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_twinfetch-bench-files"));
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    program
}

#[expect(clippy::print_stdout, reason = "the figures are wanted")]
fn check(said: &str) {
    let memory: Value = serde_json::from_str(said).unwrap();
    let [before, peak] = ["before", "peak"].map(|name| memory[name].as_u64().unwrap());
    println!("{} KiB before, {} KiB at most", before >> 10, peak >> 10);
    assert!(before > 0 && peak - before < MOST, "{said}");
}

#[tokio::test]
async fn f_75_a_large_file_is_saved_in_little_memory() {
    let source = source().await;
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("large-{}", std::process::id()));
    let output = program().args(["save", &source.url()]).arg(&file).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let saved = std::fs::metadata(&file).unwrap().len();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(saved, SIZE);
    check(str::from_utf8(&output.stdout).unwrap());
}

#[tokio::test]
async fn f_75_a_large_file_is_handed_on_in_little_memory() {
    let source = source().await;
    let mut proxy = program().args(["proxy", &source.url()]).spawn().unwrap();
    let mut lines = BufReader::new(proxy.stdout.take().unwrap()).lines();
    let origin = lines.next_line().await.unwrap().unwrap();

    let mut socket = TcpStream::connect(origin.strip_prefix("http://").unwrap()).await.unwrap();
    socket.write_all(b"GET /file HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = BufReader::new(socket);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        answer.read_line(&mut line).await.unwrap();
    }
    let mut piece = Vec::new();
    for expected in Sample::new(SIZE).pieces() {
        piece.resize(expected.len(), 0);
        answer.read_exact(&mut piece).await.unwrap();
        assert!(piece == expected, "a piece is not the file's");
    }
    drop(proxy.stdin.take());
    check(&lines.next_line().await.unwrap().unwrap());
}
