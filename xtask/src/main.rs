//! Builds, tests and shows twinfetch: one module per command.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its standard streams")]

mod bench;
mod browser;
mod build;
mod debian;
mod demo;
mod documents;
mod npm;
mod process;
mod size;
mod stack;
mod test;
mod tidy;
mod tools;
mod vectors;
mod workspace;

use std::process::ExitCode;

use clap::Parser;
use test::Step;
use vectors::Vectors;

/// Everything a developer of twinfetch does, one command each.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Measures something beside what people know.
    Bench {
        /// What
        subject: bench::Subject,
        /// What its program is told; `-- --help` shows what there is
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Builds the wasm and the npm package, up to the tarball that a user would install.
    Build,
    /// Builds and starts the example apps with their backends, until Ctrl-C.
    Demo,
    /// Measures what a user downloads, against the budget in npm/size-budget.json.
    Size,
    /// Tests everything, or the steps named, in this order.
    Test {
        /// What to test; everything if nothing is named
        steps: Vec<Step>,
    },
    /// Checks the invariants of ARCHITECTURE.md.
    Tidy,
    /// Plays a file of vectors against the core.
    Vectors(Vectors),
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Bench { subject, arguments } => bench::measure(subject, &arguments),
        Command::Build => build::run(),
        Command::Demo => demo::run(),
        Command::Size => size::run(),
        Command::Test { steps } => test::run_steps(&steps),
        Command::Tidy => tidy::run(),
        Command::Vectors(vectors) => vectors::run_on(&vectors),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
