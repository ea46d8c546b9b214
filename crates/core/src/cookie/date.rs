use std::fmt;

/// A moment as `Expires` writes it: `Tue, 15 Jul 2025 15:06:40 GMT` (RFC 9110, section 5.6.7).
pub(super) struct HttpDate(pub(super) u64);

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"];
const LAST: u64 = 253_402_300_799;

impl fmt::Display for HttpDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The format has four digits for a year, so the last second of 9999 stands for all that comes after.
        let seconds = self.0.min(LAST);
        let (days, time) = (seconds / 86_400, seconds % 86_400);
        // Years begin in March here, which puts the leap day last; 719_468 days lie between 0000-03-01 and 1970-01-01.
        let era_days = days + 719_468;
        let (era, day_of_era) = (era_days / 146_097, era_days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let year = era * 400 + year_of_era + u64::from(month >= 10);
        let (weekday, month) = (name(&DAYS, days % 7), name(&MONTHS, month));
        let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
        write!(formatter, "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

fn name(names: &[&'static str], index: u64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        for (seconds, date) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_752_592_000, "Tue, 15 Jul 2025 15:06:40 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(HttpDate(seconds).to_string(), date);
        }
    }
}
