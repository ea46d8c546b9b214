//! Large files through the server client, measured beside curl: see the README.

#![allow(clippy::print_stdout, reason = "it is a report")]

mod child;
mod memory;
mod pairs;
mod roles;
mod run;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use crate::run::Plan;

/// Large files through the server client, measured beside curl.
#[derive(Parser)]
enum Command {
    /// Measures, and prints what came of it
    Run(Plan),
    /// Serves a file until stdin ends
    Serve {
        /// How large it is
        bytes: u64,
        /// How many bytes come every ten milliseconds; without it, as many as are taken
        link: Option<u64>,
    },
    /// Saves a file, and says what it took
    Save {
        /// The origin that has it
        origin: String,
        /// Where to
        file: PathBuf,
    },
    /// Passes bytes on until stdin ends
    Relay {
        /// The origin that has it
        origin: String,
    },
    /// Hands a file on until stdin ends, and says what it took
    Proxy {
        /// The origin that has it
        origin: String,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Command::parse() {
        Command::Run(plan) => run::run(plan).await,
        Command::Serve { bytes, link } => roles::serve(bytes, link).await,
        Command::Relay { origin } => roles::relay(&origin).await,
        Command::Save { origin, file } => roles::save(&origin, &file).await,
        Command::Proxy { origin } => roles::proxy(&origin).await,
    }
}
