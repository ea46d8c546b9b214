//! The npm package beside next-auth 4 and 5, each in a Next app of its own.

use anyhow::{Result, ensure};

use crate::process::{cargo, run};
use crate::workspace::{tarball, target};
use crate::{browser, npm};

/// Where the apps and their tests are; the tests start the programs they need.
const FOLDER: &str = "tests/next-auth";

/// Installs the packed package, builds each app once, and runs the tests.
pub(super) fn run_all() -> Result<()> {
    ensure!(tarball().exists(), "the package is not built: run cargo xtask build first");
    let chromium = browser::chromium()?;
    npm::install_with(FOLDER, &tarball())?;
    run(npm::npm(FOLDER).args(["run", "--silent", "check"]))?;
    run(cargo().args(["build", "--package", "twinfetch-backend"]))?;
    run(npm::npm(FOLDER).args(["run", "--silent", "build"]).env("NEXT_TELEMETRY_DISABLED", "1"))?;
    run(npm::npm(FOLDER)
        .args(["test", "--silent"])
        .env("CHROMIUM", chromium)
        .env("TWINFETCH_BACKEND", target().join("debug/twinfetch-backend")))
}
