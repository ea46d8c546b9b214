//! Builds, tests and shows twinfetch: one module per command.
#![expect(clippy::print_stdout, reason = "a command line speaks on its standard output")]

mod build;
mod npm;
mod process;
mod size;
mod tidy;
mod workspace;

use anyhow::Result;
use clap::Parser;

/// Everything a developer of twinfetch does, one command each.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Builds the wasm and the npm package, up to the tarball that a user would install.
    Build,
    /// Measures what a user downloads, against the budget in npm/size-budget.json.
    Size,
    /// Checks the invariants of ARCHITECTURE.md.
    Tidy,
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Build => build::run(),
        Command::Size => size::run(),
        Command::Tidy => tidy::run(),
    }
}
