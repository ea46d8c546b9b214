//! `twinfetch-faults`: fault servers for tests that are not written in Rust. The README has the control endpoint.

mod control;

use std::io::{Read as _, Write as _};
use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let control = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    let mut output = std::io::stdout();
    writeln!(output, "{}", serde_json::json!({ "control": control }))?;
    output.flush()?;
    tokio::select! {
        ended = async { axum::serve(listener, control::routes()).await } => ended?,
        () = stdin_ends() => {}
    }
    // What reads stdin is a thread of its own, which ends with the process.
    Ok(())
}

/// Whoever started this program is gone when its stdin ends.
async fn stdin_ends() {
    let (ended, is_ended) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let _ = is_ended.await;
}
