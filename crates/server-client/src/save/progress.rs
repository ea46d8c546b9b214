//! How far a download is.

use std::time::Duration;

use tokio::time::Instant;
use twinfetch_core::download::Meter;

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes of the file that are here; those kept from an earlier run count.
    pub received: u64,
    /// The length of the file in bytes, where the backend says it.
    pub total: Option<u64>,
    /// Bytes a second, of late; unknown during the first half second.
    pub rate: Option<f64>,
    /// How long it will take from now on; unknown without a total and a rate.
    pub remaining: Option<Duration>,
}

/// Takes what is told of a download.
pub(super) type Listener = Box<dyn FnMut(Progress) + Send>;

/// Tells a caller how far a download is.
pub(super) struct Teller {
    listener: Option<Listener>,
    meter: Meter,
    begun: Instant,
}

impl Teller {
    pub(super) fn new(listener: Option<Listener>) -> Self {
        Self { listener, meter: Meter::new(), begun: Instant::now() }
    }

    /// Tells it when it is time to.
    pub(super) fn tell(&mut self, received: u64, total: Option<u64>) {
        let Some(listener) = &mut self.listener else { return };
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Some(pace) = self.meter.measure(now, received, total) else { return };
        let remaining = pace.remaining.and_then(|left| Duration::try_from_secs_f64(left / 1_000.0).ok());
        listener(Progress { received, total, rate: pace.rate, remaining });
    }
}
