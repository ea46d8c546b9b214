//! A browser for tests: the one that is there, or Debian's.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{debian, tools};

/// Names under which systems know Chromium.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const INSTALL: &str = "Chromium and its driver are needed: install them (Debian: apt-get install chromium chromium-driver), \
                       or name them in CHROMIUM and CHROMEDRIVER";

/// The path of Chromium; where it or its driver is missing, both are installed if that is possible.
pub(crate) fn chromium() -> Result<PathBuf> {
    if driver().is_none() || browser().is_none() {
        debian::install(&["chromium", "chromium-driver"]).context(INSTALL)?;
    }
    driver().context(INSTALL)?;
    browser().context(INSTALL)
}

fn browser() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| NAMES.iter().find_map(|name| tools::found(name)))
}

fn driver() -> Option<PathBuf> {
    std::env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| tools::found("chromedriver"))
}
