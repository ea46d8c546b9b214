//! A browser for tests: the one that is there, or Debian's.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process::{output, program, run};
use crate::workspace::path;

/// Names under which systems know Chromium.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const INSTALL: &str = "Chromium and its driver are needed: install them (Debian: apt-get install chromium chromium-driver), \
                       or name them in CHROMIUM and CHROMEDRIVER";

/// The path of Chromium; where it or its driver is missing, both are installed if that is possible.
pub(crate) fn chromium() -> Result<PathBuf> {
    if driver().is_none() || browser().is_none() {
        install()?;
    }
    driver().context(INSTALL)?;
    browser().context(INSTALL)
}

fn browser() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| NAMES.iter().find_map(|name| found(name)))
}

fn driver() -> Option<PathBuf> {
    std::env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| found("chromedriver"))
}

fn found(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn install() -> Result<()> {
    let is_root = || output(program("id", path("")).arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        bail!(INSTALL);
    }
    println!("browser: apt-get install chromium chromium-driver");
    let apt = |arguments: &[&str]| {
        run(program("apt-get", path("")).args(arguments).arg("-qq").env("DEBIAN_FRONTEND", "noninteractive"))
            .context(INSTALL)
    };
    apt(&["update"])?;
    apt(&["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])
}
