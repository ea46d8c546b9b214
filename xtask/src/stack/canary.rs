//! Proof that a build hands no private variable to the browser: it is given values that are then looked for.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::run;
use crate::workspace::{contains, files};

/// Variables that belong to the server, with values that appear nowhere else.
const PRIVATE: [(&str, &str); 2] = [
    ("AUTH_SECRET", "canary-in-the-secret-of-the-session"),
    ("BACKEND_URL", "http://canary-in-a-private-address.invalid"),
];

/// Runs a build with the values, and fails if one of them reaches what browsers load.
pub(super) fn watch(build: &mut Command, public: &Path) -> Result<()> {
    run(build.envs(PRIVATE))?;
    let mut searched = 0;
    for file in files(public)? {
        let bytes = std::fs::read(&file)?;
        searched += 1;
        if let Some((name, _)) = PRIVATE.iter().find(|(_, value)| contains(&bytes, value.as_bytes())) {
            bail!("{} contains the value of {name}, which is private", file.display());
        }
    }
    println!("stack: {searched} files for browsers contain no private variable");
    Ok(())
}
