//! Two ways to the same file, measured in turn.

use std::time::Duration;

/// Times of one way beside those of the other, in the same rounds.
pub(crate) struct Pairs {
    name: String,
    times: Vec<(Duration, Duration)>,
}

impl Pairs {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), times: Vec::new() }
    }

    pub(crate) fn add(&mut self, one: Duration, other: Duration) {
        self.times.push((one, other));
    }

    /// The rates in MiB/s, and how fast the one is beside the other: the median of the rounds, the slowest and the fastest.
    pub(crate) fn line(&self, mebibytes: u64) -> String {
        let size = Duration::from_secs(mebibytes);
        let rate = |of: fn(&(Duration, Duration)) -> Duration| {
            let [_, median, _] = spread(self.times.iter().map(|times| size.div_duration_f64(of(times))));
            median
        };
        let [slowest, median, fastest] = spread(self.times.iter().map(|(one, other)| other.div_duration_f64(*one)));
        format!(
            "{:<34} {:>6.0} / {:>6.0} MiB/s   ratio {median:.2} ({slowest:.2} to {fastest:.2})",
            self.name,
            rate(|times| times.0),
            rate(|times| times.1),
        )
    }
}

/// The least, the median and the most.
fn spread(figures: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
    [at(0), at(figures.len() / 2), at(figures.len().saturating_sub(1))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_rounds_counts() {
        let mut pairs = Pairs::new("a / b");
        for (one, other) in [(2, 1), (1, 1), (1, 4)] {
            pairs.add(Duration::from_secs(one), Duration::from_secs(other));
        }
        let line = pairs.line(100);
        assert!(line.ends_with("100 /    100 MiB/s   ratio 1.00 (0.50 to 4.00)"), "{line}");
    }
}
