//! `cargo xtask vectors`: plays a file of vectors against the core, natively or compiled to wasm.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, program, run};
use crate::workspace::{path, shown, target};

/// What to play, and on what.
#[derive(Args)]
pub(crate) struct Vectors {
    /// A file in the format of tests/vectors/authjs.json
    file: PathBuf,
    /// Plays against the core compiled to wasm, in Node
    #[arg(long)]
    wasm: bool,
}

/// Plays the file and fails if the core disagrees with a vector.
pub(crate) fn run_on(vectors: &Vectors) -> Result<()> {
    let file = vectors.file.canonicalize().with_context(|| vectors.file.display().to_string())?;
    if vectors.wasm { in_wasm(&file) } else { natively(&file) }
}

/// Plays every vector file of the repository, natively and in wasm. The transcripts below it have players of their own.
pub(crate) fn run_on_all() -> Result<()> {
    for entry in std::fs::read_dir(path("tests/vectors"))? {
        let file = entry?.path();
        if file.is_file() && file.file_name().is_some_and(|name| name != "deviations.json") {
            println!("vectors: {}, natively", shown(&file));
            natively(&file)?;
            println!("vectors: {}, in wasm", shown(&file));
            in_wasm(&file)?;
        }
    }
    Ok(())
}

// A program of its own: the player's cryptography would make every other command wait for its compilation.
fn natively(file: &Path) -> Result<()> {
    run(cargo().args(["run", "--quiet", "--package", "twinfetch-player", "--"]).arg(file))
}

fn in_wasm(file: &Path) -> Result<()> {
    run(cargo().args([
        "build",
        "--quiet",
        "--package",
        "twinfetch-player",
        "--lib",
        "--target",
        "wasm32-unknown-unknown",
    ]))?;
    let folder = target().join("xtask/player");
    Bindgen::new()
        .nodejs(true)?
        .typescript(false)
        .input_path(target().join("wasm32-unknown-unknown/debug/twinfetch_player.wasm"))
        .out_name("player")
        .generate(&folder)?;
    run(program("node", &folder).arg(path("tests/player/node.mjs")).arg(folder.join("player.js")).arg(file))
}
