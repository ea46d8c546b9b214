//! Ctrl-C, as something that can be waited for.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Reports Ctrl-C and a request to end; while it exists, neither ends this process by itself.
pub(crate) struct Interrupt(Receiver<()>);

impl Interrupt {
    /// Begins to listen; once per process.
    pub(crate) fn listen() -> Result<Self> {
        let (sender, receiver) = channel();
        let told = move || sender.send(()).unwrap_or_default();
        ctrlc::set_handler(told).context("Ctrl-C cannot be listened to")?;
        Ok(Self(receiver))
    }

    /// Waits for a moment, and fails if the user wants to stop.
    pub(crate) fn pause(&self, moment: Duration) -> Result<()> {
        if self.within(moment) {
            bail!("stopped before the end");
        }
        Ok(())
    }

    /// Whether the user wants to stop within a moment.
    pub(crate) fn within(&self, moment: Duration) -> bool {
        self.0.recv_timeout(moment) != Err(RecvTimeoutError::Timeout)
    }
}
