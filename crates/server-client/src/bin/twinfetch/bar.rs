//! Progress on a terminal, and nothing anywhere else.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use twinfetch_core::download::{Meter, Pace};

/// A line on stderr, where that is a terminal.
#[derive(Clone)]
pub(crate) struct Bar {
    line: ProgressBar,
    meter: Meter,
    begun: Instant,
}

impl Bar {
    pub(crate) fn new(is_quiet: bool) -> Self {
        let is_shown = !is_quiet && stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let line = ProgressBar::with_draw_target(None, target);
        line.set_style(style("{spinner} {msg}"));
        Self { line, meter: Meter::new(), begun: Instant::now() }
    }

    /// Shows how many bytes are here, and of how many, when it is time to.
    pub(crate) fn show(&mut self, received: u64, total: Option<u64>) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Some(pace) = self.meter.measure(now, received, total) else { return };
        // What is known only at the end is no measure of the way there.
        let total = total.filter(|total| received < *total || self.line.length().is_some());
        if let Some(total) = total.filter(|_| self.line.length().is_none()) {
            self.line.set_length(total);
            self.line.set_style(style("{bar:30} {percent:>3}% {msg}"));
        }
        self.line.set_message(words(received, total, pace));
        self.line.set_position(received);
        self.line.tick();
    }

    /// Leaves the terminal as it was.
    pub(crate) fn clear(&self) {
        self.line.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// Bytes, rate and what remains, as far as they are known.
fn words(received: u64, total: Option<u64>, pace: Pace) -> String {
    let total = total.map(|total| format!(" of {}", HumanBytes(total))).unwrap_or_default();
    let rate = pace.rate.map(|rate| format!(", {}/s", HumanBytes(whole(rate)))).unwrap_or_default();
    // A second is as exact as it can be known.
    let left = pace.remaining.map(|left| Duration::from_secs(whole(left / 1_000.0).saturating_add(1)));
    let left = left.map(|left| format!(", {} left", HumanDuration(left))).unwrap_or_default();
    format!("{}{total}{rate}{left}", HumanBytes(received))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is not negative, and saturates")]
const fn whole(rate: f64) -> u64 {
    rate as u64
}

#[cfg(test)]
mod tests {
    use super::{Pace, words};

    #[test]
    fn what_is_unknown_is_not_shown() {
        assert_eq!(words(2048, None, Pace { rate: None, remaining: None }), "2.00 KiB");
        let pace = Pace { rate: Some(1024.0 * 1024.0), remaining: Some(1.0) };
        assert_eq!(words(2048, Some(4096), pace), "2.00 KiB of 4.00 KiB, 1.00 MiB/s, 1 second left");
    }
}
