//! `twinfetch download URL`: a file of a web app, for scripts and people.

mod address;
mod arguments;
mod bar;
mod download;
mod exit;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::{sleep, timeout};

use arguments::{Arguments, Command};
use exit::Ending;

/// How long what came may take to be kept.
const LONGEST_GOODBYE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let Arguments { command: Command::Download(wanted) } = Arguments::parse();
    let runtime = Builder::new_current_thread().enable_all().build();
    let ended = match &runtime {
        Ok(runtime) => runtime.block_on(async {
            let ended = tokio::select! {
                biased;
                ended = download::download(&wanted) => ended,
                _ = tokio::signal::ctrl_c() => Err(Ending::interrupted(&wanted)),
            };
            if !wanted.is_to_stdout() {
                drop(timeout(LONGEST_GOODBYE, all_done()).await);
            }
            ended
        }),
        Err(error) => Err(Ending::local(format!("The program could not start: {error}."))),
    };
    // A write to a pipe that nobody reads would keep it alive.
    runtime.into_iter().for_each(Runtime::shutdown_background);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(ending) => {
            for line in &ending.lines {
                // Who has closed stderr wants to hear nothing.
                drop(writeln!(io::stderr(), "twinfetch: {}", exit::printable(line)));
            }
            ExitCode::from(ending.exit.code())
        }
    }
}

/// Waits for what is still at work in the background: an interrupted download keeps what it has.
async fn all_done() {
    while Handle::current().metrics().num_alive_tasks() > 0 {
        sleep(Duration::from_millis(5)).await;
    }
}
