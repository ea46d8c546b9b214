//! `cargo xtask build`: from the Rust sources to the tarball of the npm package.
//!
//! ```text
//! crates/wasm-client ─cargo─▶ .wasm ─panics cut, wasm-bindgen─▶ core_bg.js, core_bg.wasm ─wasm-opt─▶ npm/generated
//! crates/core ───────────────generate──────────────────────────────────────────────────▶ npm/generated
//! npm/generated, npm/src ─npm run build─▶ npm/dist ─npm pack─▶ the tarball
//! ```

mod generate;
mod panics;
mod wasm;

use anyhow::Result;

use crate::npm;
use crate::process::{self, run_quietly};
use crate::tidy;
use crate::workspace::{path, shown, tarball};

/// Builds everything; what cargo and npm have already, they skip.
pub(crate) fn run() -> Result<()> {
    let generated = path("npm/generated");
    npm::install("npm")?;
    println!("build: compiling the wasm");
    wasm::build(&generated)?;
    println!("build: generating TypeScript from the core");
    generate::write(&generated)?;
    println!("build: bundling the npm package");
    process::run(npm::npm("npm").args(["run", "--silent", "build"]))?;
    tidy::run_on_artefact()?;
    run_quietly(npm::npm("npm").args(["pack", "--silent"]))?;
    println!("build: wrote {}", shown(&tarball()));
    Ok(())
}
