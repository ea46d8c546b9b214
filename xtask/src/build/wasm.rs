//! The browser artefact: compiled, bound to JavaScript, and made small.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::panics;
use crate::npm;
use crate::process::{cargo, output, program, run};
use crate::workspace::{path, target};

/// What rustc emits for wasm by default, and what wasm-bindgen adds to it.
const FEATURES: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-extended-const",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Writes `core.wasm` and its glue `core_bg.js`, which belong together: their names come from one run.
pub(super) fn build(generated: &Path) -> Result<()> {
    let bound = target().join("xtask/bound");
    bind(&compile()?, &bound)?;
    fs::create_dir_all(generated)?;
    fs::copy(bound.join("core_bg.js"), generated.join("core_bg.js"))?;
    optimise(&bound.join("core_bg.wasm"), &generated.join("core.wasm"))
}

fn compile() -> Result<PathBuf> {
    let flags = serde_json::to_string(&remapped()?)?;
    run(cargo()
        .args(["build", "--package", "twinfetch-wasm-client", "--features", "npm", "--lib"])
        .args(["--target", "wasm32-unknown-unknown", "--profile", "browser", "--config"])
        .arg(format!("target.wasm32-unknown-unknown.rustflags={flags}"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS"))?;
    Ok(target().join("wasm32-unknown-unknown/browser/twinfetch_wasm_client.wasm"))
}

/// Flags that keep this machine's folders out of panic messages. Cargo adds them to those of `.cargo/config.toml`.
/// Where two apply rustc takes the last, so the general come before the special.
fn remapped() -> Result<Vec<String>> {
    let sysroot = output(program("rustc", path("")).args(["--print", "sysroot"]))?;
    let mut folders = vec![(PathBuf::from(sysroot.trim()), "rust"), (cargo_home()?, "cargo")];
    for registry in fs::read_dir(cargo_home()?.join("registry/src")).into_iter().flatten() {
        folders.push((registry?.path(), "crates"));
    }
    folders.push((path(""), "twinfetch"));
    Ok(folders.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect())
}

fn cargo_home() -> Result<PathBuf> {
    let home = || std::env::home_dir().map(|home| home.join(".cargo"));
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(home)
        .context("neither CARGO_HOME nor a home folder is set")
}

fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    let wasm_without_panics = panics::cut(wasm)?;
    Bindgen::new()
        .bundler(true)?
        .input_bytes("core", wasm_without_panics)
        .out_name("core")
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen refuses {}", wasm.display()))
}

fn optimise(wasm: &Path, smaller: &Path) -> Result<()> {
    run(npm::tool("wasm-opt")
        // Inlining single callers makes the wasm 2 % smaller, and 2 % larger when it is compressed.
        .args(["-Oz", "--one-caller-inline-max-function-size=20"])
        .args(["--strip-debug", "--strip-producers", "--strip-target-features"])
        .args(FEATURES)
        .arg(wasm)
        .arg("-o")
        .arg(smaller))
}
