//! Passing a request on to the backend.

use std::io::{self, ErrorKind};

use tokio::net::TcpStream;

use crate::head::{Framing, Head};
use crate::stage::Stage;
use crate::wire::Wire;

/// What the client is told of the backend's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relay {
    All,
    Nothing,
}

/// Passes a request on, and its answer back. Returns whether the client's connection can be used again.
///
/// Each request has a connection of its own, so that no fault of a reused one is the proxy's; it ends with a reset, which
/// leaves no port waiting.
pub(crate) async fn pass(
    client: &mut Wire,
    (head, number): (&Head, u64),
    (backend, relay): (&str, Relay),
    stage: &Stage,
) -> io::Result<bool> {
    let address = backend.trim_start_matches("http://").trim_end_matches('/');
    let mut upstream = Wire::new(TcpStream::connect(address).await?);
    let outcome = exchange(client, &mut upstream, (head, number), relay, stage).await;
    upstream.reset();
    outcome
}

async fn exchange(
    client: &mut Wire,
    upstream: &mut Wire,
    (head, number): (&Head, u64),
    relay: Relay,
    stage: &Stage,
) -> io::Result<bool> {
    upstream.write(&head.raw).await?;
    let mut framing = head.request_framing();
    while let Some(piece) = client.piece(&mut framing).await? {
        stage.received(number, Some(piece.raw.get(..piece.content).unwrap_or_default()));
        upstream.write(&piece.raw).await?;
    }
    stage.received(number, None);
    let answer = loop {
        // A client that goes takes its request to the backend along.
        let answer = tokio::select! {
            answer = upstream.head(Head::response) => answer?.ok_or(ErrorKind::UnexpectedEof)?,
            () = client.gone() => return Err(ErrorKind::ConnectionAborted.into()),
        };
        if answer.status >= 200 {
            break answer;
        }
    };
    if relay == Relay::All {
        client.write(&answer.raw).await?;
    }
    let mut framing = answer.response_framing(head.method == "HEAD");
    let until_close = framing == Framing::UntilClose;
    loop {
        let piece = tokio::select! {
            piece = upstream.piece(&mut framing) => piece?,
            () = client.gone() => return Err(ErrorKind::ConnectionAborted.into()),
        };
        let Some(piece) = piece else { break };
        if relay == Relay::All {
            client.write(&piece.raw).await?;
        }
    }
    let says_close = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(!until_close && !says_close)
}
