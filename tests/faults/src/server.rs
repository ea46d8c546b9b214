//! A server that a test holds.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::connection::serve;
use crate::record::{Counts, Record};
use crate::script::Script;
use crate::stage::Stage;

/// A server on loopback that answers until it is dropped.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use twinfetch_faults::{Fault, FaultServer, Script};
///
/// let server = FaultServer::start(Script::first([Fault::ResetBeforeHead])).await?;
/// // … a client calls server.url() …
/// assert_eq!(server.record().total, 0);
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct FaultServer {
    port: u16,
    stage: Arc<Stage>,
    _serving: JoinSet<()>,
}

impl FaultServer {
    /// Starts a server on a port that the system chooses; it is ready when this returns.
    ///
    /// # Errors
    /// There is no loopback, or no free port.
    pub async fn start(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let stage = Arc::new(Stage::default());
        stage.play(script);
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&stage)));
        Ok(Self { port, stage, _serving: serving })
    }

    /// Where it answers: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port, for another spelling of its address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Sets another script, and begins a new record. Connections stay open.
    pub fn play(&self, script: Script) {
        self.stage.play(script);
    }

    /// What was seen since the script was set.
    pub fn record(&self) -> Record {
        self.stage.record()
    }

    /// What is counted now.
    pub fn counts(&self) -> Counts {
        *self.stage.counts().borrow()
    }

    /// Waits until the counts are so: `until(|counts| counts.requests == 2)`.
    pub async fn until(&self, so: impl FnMut(&Counts) -> bool) -> Counts {
        let mut counts = self.stage.counts();
        // The sender lives as long as this.
        counts.wait_for(so).await.map(|counts| *counts).unwrap_or_default()
    }
}

async fn accept(listener: TcpListener, stage: Arc<Stage>) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A client that is gone before it was accepted is no reason to end.
                let Ok((socket, _)) = accepted else { continue };
                let stage = Arc::clone(&stage);
                connections.spawn(async move { serve(socket, &stage).await });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
