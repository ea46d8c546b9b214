//! What a large upload costs in memory, measured in a process of its own.

use std::process::Command;
use std::{env, fs};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::stage::{Folder, accept, client, listen};

/// Tells the process of this test that it was started by itself, and where to send the file.
const MEASURED: &str = "TWINFETCH_TEST_UPLOADS_TO";

const MYSELF: &str = "memory::a_gibibyte_goes_out_in_little_memory";

const LENGTH: u64 = 1 << 30;

/// The most memory that this process has ever had, in KiB (Linux).
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figures are wanted")]
async fn a_gibibyte_goes_out_in_little_memory() {
    if let Ok(url) = env::var(MEASURED) {
        let folder = Folder::new();
        let path = folder.path("file");
        fs::File::create(&path).unwrap().set_len(LENGTH).unwrap();
        let api = client(&url);
        let _: Value = api.post("/files").upload("small", "bytes").await.unwrap();
        let before = peak();
        let got: u64 = api.post("/files").upload_from(&path).progress(drop).await.unwrap();
        let after = peak();
        println!("peak: {before} KiB before, {after} KiB after {got} bytes");
        assert!(got > LENGTH && after - before < 32 << 10, "{before} KiB, then {after} KiB");
        return;
    }
    let (listener, url) = listen().await;
    let mut myself = Command::new(env::current_exe().unwrap());
    myself.args([MYSELF, "--exact", "--nocapture"]).env(MEASURED, url);
    let ended = tokio::task::spawn_blocking(move || myself.output());
    let serve = async {
        let (mut connection, mut head) = accept(&listener).await;
        loop {
            let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let length: u64 = length.parse().unwrap();
            let mut body = (&mut connection).take(length);
            assert_eq!(tokio::io::copy(&mut body, &mut tokio::io::sink()).await.unwrap(), length);
            let text = length.to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}",
                text.len()
            );
            connection.write_all(answer.as_bytes()).await.unwrap();
            if length > LENGTH {
                return;
            }
            (connection, head) = accept(&listener).await;
        }
    };
    let (ended, ()) = tokio::join!(ended, serve);
    let ended = ended.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    println!("{}", said.lines().find(|line| line.contains("peak: ")).unwrap_or(&said));
    assert!(ended.status.success(), "{said}");
}
