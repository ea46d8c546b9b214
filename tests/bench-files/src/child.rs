//! The other processes of a measurement.

use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::memory::Memory;

/// This program in another role, until it is ended.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Where it answers.
    pub(crate) origin: String,
}

impl Running {
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self> {
        let mut child =
            myself()?.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let origin = lines.next_line().await?.with_context(|| format!("{arguments:?} did not start"))?;
        Ok(Self { child, lines, origin })
    }

    /// Ends it. What it says in the end is the memory that it took.
    pub(crate) async fn end(mut self) -> Result<Memory> {
        drop(self.child.stdin.take());
        let said = self.lines.next_line().await?.context("it did not say what it took")?;
        self.child.wait().await?;
        Ok(serde_json::from_str(&said)?)
    }
}

/// This program in another role, to its end: how long the process took, and its memory.
pub(crate) async fn timed_self(arguments: [&OsStr; 3]) -> Result<(Duration, Memory)> {
    let start = Instant::now();
    let output = myself()?.args(arguments).stderr(Stdio::inherit()).output().await?;
    let took = start.elapsed();
    ensure!(output.status.success(), "{} ended with {}", arguments[0].display(), output.status);
    Ok((took, serde_json::from_slice(&output.stdout)?))
}

/// Another program, to its end: how long the process took.
pub(crate) async fn timed(program: &str, arguments: &[&OsStr]) -> Result<Duration> {
    let start = Instant::now();
    let status: ExitStatus = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .status()
        .await
        .with_context(|| format!("cannot start {program}"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(start.elapsed())
}

fn myself() -> Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}
