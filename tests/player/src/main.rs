//! Plays the vector file that the command line names: `cargo xtask vectors FILE`.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match play() {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            drop(writeln!(std::io::stderr(), "{complaint}"));
            ExitCode::FAILURE
        }
    }
}

fn play() -> Result<(), String> {
    let file = std::env::args_os().nth(1).ok_or("Name a vector file.")?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let report = twinfetch_player::play(&text)?;
    writeln!(std::io::stdout(), "{report}").map_err(|error| error.to_string())?;
    if report.failed == 0 { Ok(()) } else { Err(format!("The core disagrees with {}.", file.display())) }
}
