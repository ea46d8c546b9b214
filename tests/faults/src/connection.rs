//! One connection: requests are read, and what the script says is done to them.

use std::io;

use tokio::net::TcpStream;

use crate::head::Head;
use crate::plan::{Act, Asked, End, Plan};
use crate::stage::{Part, Stage};
use crate::upstream::{Relay, pass};
use crate::wire::Wire;

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
    let asked = Asked { number, path: head.path.clone(), is_head: head.method == "HEAD", cors };
    let plan = match (&fault, &backend) {
        (None, Some(backend)) => {
            let reusable = pass(client, (head, number), (backend, Relay::All), stage).await?;
            return Ok(if reusable { End::KeepOpen } else { End::Close });
        }
        (None, None) => Plan::good(&asked),
        (Some(fault), _) => Plan::of(fault, &asked),
    };
    match backend {
        Some(backend) if reaches_backend => {
            pass(client, (head, number), (&backend, Relay::Nothing), stage).await?;
        }
        _ if plan.early => {}
        _ => {
            let mut framing = head.request_framing();
            while let Some(piece) = client.piece(&mut framing).await? {
                stage.received(number, Some(piece.raw.get(..piece.content).unwrap_or_default()));
            }
            stage.received(number, None);
        }
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
            Act::Pause(pause) => tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = client.gone() => return Ok(End::Gone),
            },
            Act::Stall => {
                stage.played();
                client.gone().await;
                return Ok(End::Gone);
            }
        }
    }
    Ok(plan.end)
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
         access-control-expose-headers: retry-after, x-request-id\r\nvary: origin\r\n"
    )
}
