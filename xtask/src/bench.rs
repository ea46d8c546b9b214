//! `cargo xtask bench`: measurements for a person to read. None is a test: machines differ, and so do their hours.

use anyhow::Result;
use clap::ValueEnum;

use crate::process::{cargo, run};

/// What is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Subject {
    /// Large files through the server client, beside curl
    Files,
}

/// Measures it, with these arguments to the program that does.
pub(crate) fn measure(subject: Subject, arguments: &[String]) -> Result<()> {
    let package = match subject {
        Subject::Files => "twinfetch-bench-files",
    };
    run(cargo().args(["run", "--quiet", "--release", "--package", package, "--", "run"]).args(arguments))
}
