//! Documents that are generated, so that they cannot go stale: what works, and the fields of a dialect.

mod dialects;
mod errors;
mod faults;
mod matrix;
mod named;
mod proofs;
mod rows;

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::workspace::path;

pub(crate) use proofs::{forget, record};

/// Generates the documents from what the steps before have proven, and fails when one was not up to date.
pub(crate) fn run() -> Result<()> {
    settle("docs/dialects.md", &dialects::generate()?)?;
    settle("docs/errors.md", &errors::generate()?)?;
    let (page, faults, missing) = faults::generate()?;
    settle("docs/faults.md", &page)?;
    if !missing.is_empty() {
        bail!("faults without a proof:\n  {}", missing.join("\n  "));
    }
    let rows = rows::read()?;
    let proofs = proofs::read(&rows)?;
    settle("docs/systems.md", &matrix::generate(&rows, &proofs))?;
    let gaps = matrix::gaps(&rows, &proofs);
    if !gaps.is_empty() {
        bail!("rows without a proof:\n  {}", gaps.join("\n  "));
    }
    println!("documents: {} rows, {} proofs, {faults} faults", rows.len(), proofs.len());
    Ok(())
}

/// Writes a document; one that was not so before is news for whoever commits.
fn settle(document: &str, text: &str) -> Result<()> {
    let file = path(document);
    if fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(&file, text).with_context(|| document.to_owned())?;
    bail!("{document} was not up to date; it is now: commit it");
}
