//! What a process of its own does, so that its memory is its own.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, copy_bidirectional_with_sizes};
use tokio::net::{TcpListener, TcpStream};
use twinfetch_faults::{Fault, FaultServer, File, Pace, Script};
use twinfetch_server_client::ServerClient;

use crate::memory::Memory;

/// Where the file is, at every origin.
pub(crate) const PATH: &str = "/file";

const BUFFER: usize = 256 << 10;

/// Serves a file of so many bytes, at so many of them every ten milliseconds.
pub(crate) async fn serve(bytes: u64, link: Option<u64>) -> Result<()> {
    let pace = link.map(|bytes| Pace { bytes, milliseconds: 10 });
    let file = File { size: bytes, pace, ..File::default() };
    let server = FaultServer::start(Script::always(Fault::File(file))).await?;
    println!("{}", server.url());
    stdin_ends().await
}

/// Passes bytes between sockets and knows no HTTP.
pub(crate) async fn relay(origin: &str) -> Result<()> {
    let address = origin.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    let accepting = async {
        loop {
            let (mut client, _) = listener.accept().await?;
            let address = address.clone();
            tokio::spawn(async move {
                let mut backend = TcpStream::connect(address).await?;
                copy_bidirectional_with_sizes(&mut client, &mut backend, BUFFER, BUFFER).await
            });
        }
    };
    tokio::select! {
        ended = accepting => ended,
        ended = stdin_ends() => ended,
    }
}

/// Saves the file, and prints the memory that it took.
pub(crate) async fn save(origin: &str, file: &Path) -> Result<()> {
    let client = client(origin)?;
    let memory = Memory::now()?;
    let saved = client.background().get(PATH).download_to(file).overwrite().fresh().await?;
    ensure!(saved.path == file, "it was saved elsewhere");
    println!("{}", serde_json::to_string(&memory.until_now()?)?);
    Ok(())
}

/// Hands the file on, and prints in the end the memory that it took.
pub(crate) async fn proxy(origin: &str) -> Result<()> {
    let routes = Router::new().route(PATH, get(hand_on)).with_state(client(origin)?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    let memory = Memory::now()?;
    tokio::select! {
        ended = async { axum::serve(listener, routes).await } => ended?,
        ended = stdin_ends() => ended?,
    }
    println!("{}", serde_json::to_string(&memory.until_now()?)?);
    Ok(())
}

async fn hand_on(State(client): State<ServerClient>, headers: HeaderMap) -> Response {
    let file = client.incoming(&headers).get(PATH).proxy_download(&headers).await;
    match file {
        Ok(file) => file.map(Body::new),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

fn client(origin: &str) -> Result<ServerClient> {
    ServerClient::builder().base_url(origin).secrets(["nobody signs in"]).build().context("the client")
}

/// Whoever started this process is gone when its stdin ends.
async fn stdin_ends() -> Result<()> {
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}
