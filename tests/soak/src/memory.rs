//! What this process holds.

use anyhow::{Context as _, Result};

/// The resident memory in bytes.
///
/// # Errors
/// The system has no `/proc`.
pub(crate) fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("the soak reads /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes << 10)
}
