//! Installing what tests need, where the system lets us.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{output, program, run};
use crate::workspace::path;

/// Installs Debian packages; refuses on another system and for a user who may not.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let is_root = || output(program("id", path("")).arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        bail!("packages are installed by themselves on Debian only, and as root");
    }
    println!("debian: apt-get install {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        run(program("apt-get", path("")).args(arguments).arg("-qq").env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}
