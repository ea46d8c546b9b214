//! No test prints a secret: what nextest has heard of all of them is searched.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::workspace::target;

/// How the secrets of tests begin; in other forms they are found by the guard of `tests/canary`, which reads the log.
const MARK: &str = "CANARY-";

/// Searches the report of the last run.
pub(super) fn search() -> Result<()> {
    let report = target().join("nextest/default/junit.xml");
    let report = fs::read_to_string(&report).with_context(|| format!("{} is not there", report.display()))?;
    match printed(&report) {
        Some(line) => bail!("a test has printed a secret: {line}"),
        None => Ok(()),
    }
}

fn printed(report: &str) -> Option<&str> {
    report.lines().find(|line| line.contains(MARK))
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn a_secret_among_the_output_is_found() {
        assert_eq!(printed("<system-out>ok\nBearer CANARY-access-1\n"), Some("Bearer CANARY-access-1"));
        assert_eq!(printed("<testcase name=\"canary\"/>"), None);
    }
}
