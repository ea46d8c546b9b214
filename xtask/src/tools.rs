//! What has to be on the machine before anything can be built, and what to do where it is not.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::npm;
use crate::process::{output, program, run};
use crate::workspace::path;

/// The oldest Node that the example applications run on.
const NODE: u32 = 20;

const WASM: &str = "wasm32-unknown-unknown";

/// Checks Node and npm, and brings Rust's wasm target where it is missing.
pub(crate) fn check() -> Result<()> {
    let node = output(program("node", path("")).arg("--version"))
        .with_context(|| format!("Node.js is missing: install Node.js {NODE} or newer, which brings npm"))?;
    if major(&node).is_none_or(|major| major < NODE) {
        bail!("Node.js {} is too old: install Node.js {NODE} or newer", node.trim());
    }
    let npm =
        output(npm::npm("").arg("--version")).context("npm is missing: install the npm that belongs to Node.js")?;
    println!("tools: Node.js {}, npm {}", node.trim(), npm.trim());
    wasm_target()
}

/// Where a program is, if it is on the path.
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

fn wasm_target() -> Result<()> {
    let folder = output(program("rustc", path("")).args(["--print", "target-libdir", "--target", WASM]))
        .context("rustc is missing: install Rust with rustup")?;
    if std::path::Path::new(folder.trim()).exists() {
        return Ok(());
    }
    println!("tools: rustup target add {WASM}");
    run(program("rustup", path("")).args(["target", "add", WASM])).with_context(|| {
        format!("Rust's target {WASM} is missing: install Rust with rustup, or add the target yourself")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_node_begins_with_its_major_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
