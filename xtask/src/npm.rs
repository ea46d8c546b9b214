//! npm, its packages and the tools that they bring.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::process::{program, run};
use crate::workspace::path;

/// npm itself, in a folder of the checkout.
pub(crate) fn npm(folder: impl AsRef<Path>) -> Command {
    let mut command = program("npm", path(folder));
    command.env("npm_config_fund", "false").env("npm_config_audit", "false").env("npm_config_update_notifier", "false");
    command
}

/// A tool that the development dependencies of `npm/` bring.
pub(crate) fn tool(name: &str) -> Command {
    program(path("npm/node_modules/.bin").join(name), path("npm"))
}

/// Installs what the lock file of a folder names, unless that is what the folder has.
pub(crate) fn install(folder: &str) -> Result<()> {
    let lock = changed(&path(folder).join("package-lock.json"))
        .with_context(|| format!("{folder}/package-lock.json is missing"))?;
    if changed(&path(folder).join("node_modules/.package-lock.json")).is_some_and(|installed| installed >= lock) {
        return Ok(());
    }
    println!("npm ci in {folder}");
    run(npm(folder).args(["ci", "--silent"]))
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
