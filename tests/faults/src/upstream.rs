//! Passing a request on to the backend.

use std::io::{self, ErrorKind};
use std::ops::Range;

use tokio::net::TcpStream;

use crate::cut::Cut;
use crate::head::{Framing, Head};
use crate::plan::End;
use crate::stage::Stage;
use crate::upload::Upload;
use crate::wire::Wire;

/// What the client is told of the backend's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relay<'c> {
    All,
    Nothing,
    /// The head, and the body until it is cut.
    Until(&'c Cut),
}

/// Passes a request on, and its answer back. Returns what becomes of the client's connection.
///
/// Each request has a connection of its own, so that no fault of a reused one is the proxy's; it ends with a reset, which
/// leaves no port waiting.
pub(crate) async fn pass(
    client: &mut Wire,
    (head, upload): (&Head, Upload<'_>),
    (backend, relay): (&str, Relay<'_>),
    stage: &Stage,
) -> io::Result<End> {
    let address = backend.trim_start_matches("http://").trim_end_matches('/');
    let mut upstream = Wire::new(TcpStream::connect(address).await?);
    let outcome = exchange(client, &mut upstream, (head, upload), relay).await;
    upstream.reset();
    if outcome.as_ref().is_ok_and(|end| *end == End::Gone) {
        stage.played();
        client.gone().await;
    }
    outcome
}

async fn exchange(
    client: &mut Wire,
    upstream: &mut Wire,
    (head, mut upload): (&Head, Upload<'_>),
    relay: Relay<'_>,
) -> io::Result<End> {
    upstream.write(&head.raw).await?;
    while let Some(piece) = upload.piece(client).await? {
        upstream.write(&piece.raw).await?;
    }
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
    if relay != Relay::Nothing {
        client.write(&answer.raw).await?;
    }
    let mut framing = answer.response_framing(head.method == "HEAD");
    let until_close = framing == Framing::UntilClose;
    let mut cut = match relay {
        Relay::Until(cut) => cut.of(&part(&answer)).map(|rest| (rest, cut.by)),
        Relay::All | Relay::Nothing => None,
    };
    loop {
        let piece = tokio::select! {
            piece = upstream.piece(&mut framing) => piece?,
            () = client.gone() => return Err(ErrorKind::ConnectionAborted.into()),
        };
        let Some(piece) = piece else { break };
        let content = piece.content();
        if let Some((rest, by)) = &mut cut {
            if content.len() as u64 > *rest {
                client.write(content.get(..usize::try_from(*rest).unwrap_or_default()).unwrap_or_default()).await?;
                return Ok(by.end());
            }
            *rest -= content.len() as u64;
        }
        if relay != Relay::Nothing {
            client.write(&piece.raw).await?;
        }
    }
    let says_close = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(if until_close || says_close { End::Close } else { End::KeepOpen })
}

/// Which part of a file an answer is.
fn part(answer: &Head) -> Range<u64> {
    let range =
        answer.header("content-range").and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
    let start: u64 = range.unwrap_or_default();
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    start..length.map_or(u64::MAX, |length| start.saturating_add(length))
}
