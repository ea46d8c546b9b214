//! When a whole call is over.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use twinfetch_core::error::Code;

use crate::transport::Failure;

/// What a wait without an end comes to.
const FOREVER: Duration = Duration::from_hours(24 * 365);

/// When a whole call is over: with all of its attempts, renewals, waits, and its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Self::since(Instant::now(), limit)
    }

    /// A moment and a limit from then on.
    pub(crate) fn since(moment: Instant, limit: Duration) -> Self {
        Self(moment.checked_add(limit).unwrap_or_else(|| moment + FOREVER))
    }

    /// The same so much later.
    pub(crate) fn put_off(self, by: Duration) -> Self {
        Self::since(self.0, by)
    }

    pub(crate) const fn at(self) -> Instant {
        self.0
    }

    /// How long it is until then, in milliseconds.
    pub(crate) fn left(self) -> u64 {
        let left = self.0.saturating_duration_since(Instant::now());
        u64::try_from(left.as_millis()).unwrap_or(u64::MAX)
    }

    /// Works until then at the longest. What is ready at that moment counts.
    pub(crate) async fn limit<F: Future>(self, work: F) -> Result<F::Output, Failure> {
        let ended = timeout_at(self.0, work).await;
        ended.map_err(|_| Failure::new(Code::TimedOut, "the whole call took too long"))
    }
}
