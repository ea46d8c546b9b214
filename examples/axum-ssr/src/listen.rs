//! Listening on both address families of `localhost` until the process is asked to end.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::{Context as _, bail};
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often a free port is drawn again because the other family has it taken.
const DRAWS: usize = 16;

/// A port of `localhost` that is taken and not served yet.
pub(crate) struct Listening {
    /// The port.
    pub(crate) port: u16,
    listeners: Vec<TcpListener>,
}

impl Listening {
    /// Takes a port, a free one if it is 0.
    pub(crate) async fn on(port: u16) -> anyhow::Result<Self> {
        let (port, listeners) = bind(port).await?;
        Ok(Self { port, listeners })
    }

    /// Serves until the process is asked to end.
    pub(crate) async fn serve(self, app: Router) -> anyhow::Result<()> {
        let (end, ended) = watch::channel(());
        let mut serving = JoinSet::new();
        for listener in self.listeners {
            let mut ended = ended.clone();
            let until = async move {
                // An error means that the sender is gone, which is the end as well.
                let _ = ended.changed().await;
            };
            let app = app.clone();
            serving.spawn(async move { axum::serve(listener, app).with_graceful_shutdown(until).await });
        }
        announce(self.port);
        asked_to_end().await?;
        drop(end);
        while let Some(served) = serving.join_next().await {
            served??;
        }
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "the line tells whoever started the process that it is ready, and where")]
fn announce(port: u16) {
    println!("axum-ssr ready at http://localhost:{port}");
}

async fn bind(port: u16) -> anyhow::Result<(u16, Vec<TcpListener>)> {
    for _ in 0..DRAWS {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let v4 = v4.with_context(|| format!("cannot listen on port {port}: choose another with PORT"))?;
        let bound = v4.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, bound)).await {
            Ok(v6) => return Ok((bound, vec![v4, v6])),
            Err(error) if error.kind() == ErrorKind::AddrInUse && port == 0 => {}
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                bail!("port {port} is taken: choose another with PORT")
            }
            Err(_) => return Ok((bound, vec![v4])),
        }
    }
    bail!("no free port was found")
}

#[cfg(unix)]
async fn asked_to_end() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn asked_to_end() -> anyhow::Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
