//! Progress on a terminal.

use std::fs::File;
use std::io::Read as _;
use std::process::Stdio;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use nix::pty::{Winsize, openpty};

use crate::stage::{Scripted, Stage, TOKEN, program};

/// Runs the program with a terminal for stderr: its exit code, its stdout, and what the terminal was told.
async fn on_a_terminal(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String, String) {
    let size = Winsize { ws_row: 24, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = openpty(&size, None).unwrap();
    let mut program = program(stage.folder());
    program.args(arguments).env(TOKEN, &stage.token).env("TERM", "xterm").stdout(Stdio::piped()).stderr(terminal.slave);
    let running = program.spawn().unwrap();
    // Its copy of the terminal's other end.
    drop(program);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut told, mut master) = (Vec::new(), File::from(terminal.master));
        // Linux ends a terminal that nobody has open any more with an error.
        drop(master.read_to_end(&mut told));
        String::from_utf8_lossy(&told).into_owned()
    });
    let output = running.wait_with_output().await.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), reading.await.unwrap())
}

#[tokio::test]
async fn a_terminal_shows_how_much_there_is_of_how_much() {
    let stage = Stage::new().await;
    let url = stage.url("/api/export?bytes=3145728&name=a");
    let (code, stdout, told) = on_a_terminal(&stage, &[&url, "--token-env", TOKEN]).await;
    assert_eq!((code, stdout), (Some(0), format!("{}\n", stage.path("a").display())));
    assert!(told.contains(" of 3.00 MiB") && told.contains('%') && !told.contains(&stage.token), "{told:?}");
    let told = on_a_terminal(&stage, &[&url, "-o", "b", "--quiet", "--token-env", TOKEN]).await;
    assert_eq!((told.0, told.2.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn what_is_unknown_is_not_shown() {
    let stage = Stage::new().await;
    let server = Scripted::new(|_, _| {
        let pieces = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![0; 2048]))]);
        Response::builder().header("content-type", "application/zip").body(Body::from_stream(pieces)).unwrap()
    })
    .await;
    let (code, _, told) = on_a_terminal(&stage, &[&format!("{}/file", server.url)]).await;
    assert_eq!(code, Some(0));
    assert!(told.contains("2.00 KiB") && !told.contains('%') && !told.contains(" of "), "{told:?}");
}
