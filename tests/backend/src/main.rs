//! `twinfetch-backend`: the reference backend as a program.

mod arguments;

use std::io::{self, IsTerminal as _, Write as _};

use clap::Parser as _;
use tracing_subscriber::EnvFilter;
use twinfetch_backend::{System, serve};

use arguments::Arguments;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours).init();

    // Listened to before the lines below, which invite signals.
    let stop = stop_signal()?;
    let mut servers = Vec::new();
    for options in arguments.options() {
        let system = options.system;
        servers.push((system, serve(options).await?));
    }
    let mut output = io::stdout();
    for (system, server) in &servers {
        match system {
            System::Authjs => writeln!(output, "twinfetch-backend ready at {}", server.url())?,
            other => writeln!(output, "twinfetch-backend {} ready at {}", other.name(), server.url())?,
        }
    }
    output.flush()?;
    stop.await?;
    for (_, server) in servers {
        server.shutdown().await;
    }
    Ok(())
}

/// Ends with the first SIGINT or SIGTERM from now on.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        Ok(())
    })
}

/// Ends with the first Ctrl-C.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the other one can fail")]
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
