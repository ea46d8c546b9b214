//! How fast a transfer is, and how long it will take.

/// How fast a transfer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Bytes a second, of late; unknown during the first half second.
    pub rate: Option<f64>,
    /// How long it will take from now on, in milliseconds; unknown without a total and a rate.
    pub remaining: Option<f64>,
}

/// Measures a transfer, and says when it is time to tell of it: at once, at its end, and ten times a second between.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    told: Option<u64>,
    /// When the rate was taken last, and how many bytes there were.
    mark: (u64, u64),
    rate: Option<f64>,
}

/// How often to tell, in milliseconds.
const OFTEN: u64 = 100;
/// How long to count before there is a rate, in milliseconds.
const COUNTED: u64 = 500;
/// How far back the rate remembers, in milliseconds.
const MEMORY: f64 = 3_000.0;

impl Meter {
    /// A meter at the beginning of a transfer.
    pub const fn new() -> Self {
        Self { told: None, mark: (0, 0), rate: None }
    }

    /// Takes note of how many bytes there are by `now`, in milliseconds of any clock; the pace when it is time to tell.
    pub fn measure(&mut self, now: u64, done: u64, total: Option<u64>) -> Option<Pace> {
        let ended = total == Some(done);
        match self.told {
            // What was there before, or is there anew, has not come at any rate.
            None => self.mark = (now, done),
            Some(told) if now.saturating_sub(told) < OFTEN && !ended => return None,
            Some(_) if done < self.mark.1 => self.mark = (now, done),
            Some(_) => self.count(now, done),
        }
        self.told = Some(now);
        let left = total.and_then(|total| total.checked_sub(done));
        let remaining = left.zip(self.rate).filter(|(_, rate)| *rate > 0.0);
        Some(Pace { rate: self.rate, remaining: remaining.map(|(left, rate)| exact(left) * 1_000.0 / rate) })
    }

    fn count(&mut self, now: u64, done: u64) {
        let (time, bytes) = self.mark;
        let passed = now.saturating_sub(time);
        if passed >= COUNTED {
            let (passed, came) = (exact(passed), exact(done - bytes));
            let rate = came * 1_000.0 / passed;
            let weight = passed / (passed + MEMORY);
            self.rate = Some(self.rate.map_or(rate, |before| before + (rate - before) * weight));
            self.mark = (now, done);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes and milliseconds below 2^53")]
const fn exact(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::Meter;

    #[test]
    fn it_tells_at_once_ten_times_a_second_and_at_the_end() {
        let mut meter = Meter::new();
        let told = (0..=1_000).filter(|now| meter.measure(*now, *now, Some(1_000)).is_some());
        assert_eq!(told.collect::<Vec<_>>(), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
        let mut meter = Meter::new();
        assert!(meter.measure(5, 0, Some(9)).is_some() && meter.measure(6, 9, Some(9)).is_some());
    }

    #[test]
    fn the_rate_is_of_late_and_tells_what_remains() {
        let mut meter = Meter::new();
        meter.measure(0, 1_000_000, Some(4_000_000));
        let at = |meter: &mut Meter, now, done| meter.measure(now, done, Some(4_000_000)).unwrap();
        assert_eq!(at(&mut meter, 100, 1_200_000).rate, None);
        let pace = at(&mut meter, 1_000, 2_000_000);
        assert_eq!((pace.rate, pace.remaining), (Some(1e6), Some(2_000.0)));
        let slower = at(&mut meter, 2_000, 2_100_000).rate.unwrap();
        assert!(slower < 1e6 && slower > 1e5);
        for second in 3..60 {
            meter.measure(second * 1_000, 2_100_000 + second * 10, None);
        }
        assert!(meter.measure(60_000, 2_101_000, None).unwrap().rate.unwrap() < 1e3);
    }

    #[test]
    fn a_transfer_that_begins_anew_has_no_negative_rate() {
        let mut meter = Meter::new();
        meter.measure(0, 0, None);
        meter.measure(1_000, 1_000, None);
        assert_eq!(meter.measure(2_000, 0, None).unwrap().rate, Some(1_000.0));
        assert!(meter.measure(3_000, 1_000, None).unwrap().rate.unwrap() > 0.0);
    }
}
