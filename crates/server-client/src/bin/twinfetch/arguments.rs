//! What the program is asked to do.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use twinfetch_server_client::Sha256;

use crate::exit;

/// Downloads files of web apps: under their names, with a bearer token, and never half of one.
#[derive(Debug, Parser)]
#[command(name = "twinfetch", version, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Saves a file, and prints where it is
    #[command(after_help = exit::list())]
    Download(Download),
}

/// A download.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Download {
    /// Address of the file, with http or https and without a user or password
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// File to save it as, or folder to save it in under the server's name for it; - for stdout
    #[arg(short, long, value_name = "FILE|FOLDER|-", default_value = ".")]
    pub(crate) output: PathBuf,

    /// Environment variable that holds the bearer token to send
    #[arg(long, value_name = "NAME")]
    pub(crate) token_env: Option<String>,

    /// Send the token over plain http to another machine, where others may read it
    #[arg(long)]
    pub(crate) allow_http: bool,

    /// Go on with what an earlier run has left beside the file; without this the file is begun anew
    #[arg(long)]
    pub(crate) resume: bool,

    /// SHA-256 that the file has to come to
    #[arg(long, value_name = "HEX", value_parser = sha256)]
    pub(crate) sha256: Option<Sha256>,

    /// Replace a file of this name, when the new one is complete
    #[arg(long)]
    pub(crate) overwrite: bool,

    /// How often to ask again after a failure that may pass
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) retry: u8,

    /// Seconds to wait for the server to answer, and then for each next piece
    #[arg(long, value_name = "S", default_value = "60", value_parser = seconds)]
    pub(crate) timeout: Duration,

    /// Show no progress, also on a terminal
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl Download {
    /// Whether the file goes to stdout.
    pub(crate) fn is_to_stdout(&self) -> bool {
        self.output.as_os_str() == "-"
    }
}

fn sha256(text: &str) -> Result<Sha256, &'static str> {
    text.parse().map_err(|_| "a SHA-256 has 64 hexadecimal digits")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|limit| !limit.is_zero()).ok_or("it is no number of seconds above 0")
}
