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
    install_since(folder, &path(folder).join("package-lock.json"))
}

/// The same for a folder that also installs this tarball.
pub(crate) fn install_with(folder: &str, tarball: &Path) -> Result<()> {
    install(folder)?;
    install_since(folder, tarball)
}

fn install_since(folder: &str, source: &Path) -> Result<()> {
    let wanted = changed(source).with_context(|| format!("{} is missing", source.display()))?;
    if changed(&path(folder).join("node_modules/.package-lock.json")).is_some_and(|installed| installed >= wanted) {
        return Ok(());
    }
    println!("npm ci in {folder}");
    run(npm(folder).args(["ci", "--loglevel=error"]))
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
