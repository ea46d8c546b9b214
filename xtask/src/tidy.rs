//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md as checks, each breach with its reason.

mod artefact;
mod dependencies;
mod secrets;
mod sources;

use anyhow::{Result, bail};

/// Checks the sources, and what is built of the package.
pub(crate) fn run() -> Result<()> {
    let mut breaches = sources::breaches()?;
    breaches.extend(dependencies::breaches()?);
    if artefact::is_built() {
        breaches.extend(artefact::breaches()?);
    } else {
        println!("tidy: npm/dist is not built, so it is not searched; cargo xtask build does both");
    }
    judge("tidy", &breaches)
}

/// Checks only what is built.
pub(crate) fn run_on_artefact() -> Result<()> {
    judge("npm/dist", &artefact::breaches()?)
}

fn judge(subject: &str, breaches: &[String]) -> Result<()> {
    match breaches {
        [] => {
            println!("{subject}: keeps every invariant");
            Ok(())
        }
        _ => bail!("{subject}: {} breaches\n  {}", breaches.len(), breaches.join("\n  ")),
    }
}
