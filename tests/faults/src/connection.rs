//! One connection: requests are read, and what the script says is done to them.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;

use crate::cut::Pace;
use crate::fault::Fault;
use crate::head::Head;
use crate::plan::{Act, Asked, End, Plan};
use crate::stage::{Part, Stage};
use crate::upload::Upload;
use crate::upstream::{Relay, pass};
use crate::wire::Wire;

/// What a page may read beside the body.
const EXPOSED: &str = "accept-ranges, content-digest, content-disposition, content-encoding, content-length, content-range, etag, \
                       repr-digest, retry-after, x-request-id";

/// Serves a connection until one side ends it.
pub(crate) async fn serve(socket: TcpStream, stage: &Stage) {
    let connection = stage.connected();
    let mut client = Wire::new(socket);
    let mut end = End::KeepOpen;
    while matches!(end, End::KeepOpen | End::ResetOnReuse) {
        let Ok(Some(head)) = client.head(Head::request).await else { break };
        if let Some(origin) = stage.allow_origin().filter(|_| is_preflight(&head)) {
            let permitted = preflight(&head, &origin);
            end = if client.write(permitted.as_bytes()).await.is_ok() { End::KeepOpen } else { End::Close };
            continue;
        }
        let part = stage.asked(&connection, &head, end == End::ResetOnReuse);
        // A backend that cannot be reached, or ends, is to the client as if there were no proxy.
        end = answer(&mut client, &head, part, stage).await.unwrap_or(End::Reset);
        if matches!(end, End::KeepOpen | End::ResetOnReuse) {
            stage.played();
        }
    }
    match end {
        End::Reset => client.reset(),
        End::Close => client.close().await,
        End::KeepOpen | End::ResetOnReuse | End::Gone => return,
        End::Drain => {
            stage.played();
            return client.drain().await;
        }
    }
    stage.played();
}

async fn answer(client: &mut Wire, head: &Head, part: Part, stage: &Stage) -> io::Result<End> {
    let Part { number, fault, reaches_backend, backend, allow_origin } = part;
    let cors = allow_origin.map(|origin| shared_with(&origin)).unwrap_or_default();
    let asked = Asked::of(number, head, cors);
    let upload = Upload::of(head, number, stage);
    let pace = if let Some(Fault::SlowUpload(pace)) = fault { Some(pace) } else { None };
    let relay = match &fault {
        None | Some(Fault::SlowUpload(_)) => Some(Relay::All),
        Some(Fault::CutAnswer(cut)) => Some(Relay::Until(cut)),
        Some(_) => reaches_backend.then_some(Relay::Nothing),
    };
    let plan = fault.as_ref().map_or_else(|| Plan::good(&asked), |fault| Plan::of(fault, &asked));
    match (backend, relay, &fault) {
        (Some(backend), Some(relay), _) => {
            let end = pass(client, (head, upload.at(pace)), (&backend, relay), stage).await?;
            if relay != Relay::Nothing {
                return Ok(end);
            }
        }
        (_, _, Some(Fault::CutUpload(cut))) => {
            if let Some(end) = upload.cut(cut, client).await? {
                return Ok(end);
            }
        }
        _ if plan.early => {}
        _ => upload.at(pace).whole(client).await?,
    }
    play(client, plan, stage).await
}

async fn play(client: &mut Wire, plan: Plan, stage: &Stage) -> io::Result<End> {
    for act in plan.acts {
        match act {
            Act::Write(bytes) => client.write(&bytes).await?,
            Act::Repeat(bytes, times) => {
                for _ in 0..times {
                    client.write(&bytes).await?;
                }
            }
            Act::Send { pieces, is_chunked, pace } => {
                let mut room = pace.map_or(usize::MAX, Pace::at_once);
                for mut piece in pieces {
                    while !piece.is_empty() {
                        let slice = piece.split_to(piece.len().min(room));
                        client.write(&if is_chunked { chunk(&slice) } else { slice.clone() }).await?;
                        room -= slice.len();
                        let Some(pace) = pace.filter(|_| room == 0) else { continue };
                        room = pace.at_once();
                        if is_gone_after(pace.pause(), client).await {
                            return Ok(End::Gone);
                        }
                    }
                }
            }
            Act::Pause(pause) => {
                if is_gone_after(pause, client).await {
                    return Ok(End::Gone);
                }
            }
            Act::Stall => {
                stage.played();
                client.gone().await;
                return Ok(End::Gone);
            }
        }
    }
    Ok(plan.end)
}

/// Waits, and says whether the client has gone meanwhile.
async fn is_gone_after(pause: Duration, client: &mut Wire) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => false,
        () = client.gone() => true,
    }
}

fn chunk(piece: &Bytes) -> Bytes {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat().into()
}

fn is_preflight(head: &Head) -> bool {
    head.method == "OPTIONS" && head.header("access-control-request-method").is_some()
}

fn preflight(head: &Head, origin: &str) -> String {
    let headers = head.header("access-control-request-headers").unwrap_or("content-type");
    let methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    format!(
        "HTTP/1.1 204 Permitted\r\n{}access-control-allow-methods: {methods}\r\naccess-control-allow-headers: {headers}\r\n\r\n",
        shared_with(origin)
    )
}

fn shared_with(origin: &str) -> String {
    format!(
        "access-control-allow-origin: {origin}\r\naccess-control-allow-credentials: true\r\n\
         access-control-expose-headers: {EXPOSED}\r\nvary: origin\r\n"
    )
}
