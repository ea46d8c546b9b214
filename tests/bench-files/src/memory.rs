//! What this process holds.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// Resident memory in bytes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Memory {
    /// Before there was anything to do.
    pub(crate) before: u64,
    /// The most that there ever was.
    pub(crate) peak: u64,
}

impl Memory {
    /// What there is now, before anything is done.
    pub(crate) fn now() -> Result<Self> {
        let before = line("VmRSS:")?;
        Ok(Self { before, peak: before })
    }

    /// The same with the most that there was until now.
    pub(crate) fn until_now(self) -> Result<Self> {
        Ok(Self { peak: line("VmHWM:")?, ..self })
    }

    /// How much it grew.
    pub(crate) fn above(self) -> u64 {
        self.peak.saturating_sub(self.before)
    }
}

fn line(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("the benchmark reads /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes << 10)
}
