//! `twinfetch-backend`: the reference backend as a program.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use twinfetch_backend::{Options, serve};

/// The reference backend that the twinfetch clients are tested against; it answers on loopback only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Database file to keep the data in; without it they die with the process
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Origin whose pages may call, by scheme, host and port; may be given several times
    #[arg(long, value_name = "URL")]
    allow_origin: Vec<String>,
    /// How long an access token is good
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    token_seconds: u64,
    /// Adds /test/calls and /test/fault, by which a test counts calls and makes answers go wrong
    #[arg(long)]
    test_endpoints: bool,
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        Self {
            port: arguments.port,
            database: arguments.database,
            allow_origins: arguments.allow_origin,
            token_lifetime: Duration::from_secs(arguments.token_seconds),
            test_endpoints: arguments.test_endpoints,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours).init();

    // Listened to before the line below, which invites signals.
    let stop = stop_signal()?;
    let server = serve(arguments.into()).await?;
    let mut output = io::stdout();
    writeln!(output, "twinfetch-backend ready at {}", server.url())?;
    output.flush()?;
    stop.await?;
    server.shutdown().await;
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
