//! How long a server asks to wait: `Retry-After` ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).

use crate::text;

/// The longest wait that is told, in seconds.
const LONGEST: u64 = 3_600;

/// A wait in milliseconds: of as many seconds, or until a moment. A moment is counted from the server's own `date` where it
/// says one, so that no clock has to agree with another, and else from `now`, in milliseconds since 1970.
pub(super) fn milliseconds(text: &str, date: Option<&str>, now: u64) -> Option<u64> {
    let text = text::trim(text, text::is_blank);
    let seconds = match number(text) {
        Some(seconds) => seconds,
        None => moment(text)?.saturating_sub(date.and_then(moment).unwrap_or(now / 1000)),
    };
    Some(seconds.min(LONGEST) * 1000)
}

/// More than any wait, year or time of a day: what is larger is taken for this.
const MOST: u64 = 99_999;

fn number(text: &str) -> Option<u64> {
    text::number(text).map(|number| MOST.min(number))
}

/// The seconds since 1970 of a moment in any of the three forms of RFC 9110 §5.6.7, which put the same words into
/// different orders.
fn moment(text: &str) -> Option<u64> {
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for word in text::parts(text, b' ').flat_map(|words| text::parts(words, b'-')) {
        if let Some(digits) = number(word) {
            *if day.is_none() { &mut day } else { &mut year } = Some(digits);
        } else if text::has(word, b':') {
            time = text::parts(word, b':').try_fold(0, |sum, part| Some(MOST.min(sum * 60 + number(part)?)));
        } else {
            let named = word.get(..3).unwrap_or_default();
            let found = MONTHS.as_bytes().chunks(3).position(|month| month.eq_ignore_ascii_case(named.as_bytes()));
            month = month.or(found);
        }
    }
    let (day, year) = (day.filter(|day| *day <= 31)?, year.filter(|year| *year < 10_000)?);
    // Two digits are of RFC 850; nobody asks to wait until a year before 1970.
    let year = if year < 70 {
        year + 2000
    } else if year < 100 {
        year + 1900
    } else {
        year
    };
    // Years begin in March here, which puts the leap day last; 719_468 days lie between 0000-03-01 and 1970-01-01.
    let month = u64::try_from(month?).ok()?;
    let (year, month) = if month < 2 { (year.checked_sub(1)?, month + 10) } else { (year, month - 2) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some(days.checked_sub(719_469)? * 86_400 + time.filter(|time| *time <= 86_400)?)
}

const MONTHS: &str = "janfebmaraprmayjunjulaugsepoctnovdec";

#[cfg(test)]
mod tests {
    use super::{milliseconds, moment};

    #[test]
    fn all_three_forms_name_the_same_moment() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(moment(text), Some(784_111_777), "{text}");
        }
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
            ("Sun, 28 Feb 2100 23:59:59 GMT", 4_107_542_399),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Wednesday, 31-Dec-25 23:59:59 GMT", 1_767_225_599),
        ] {
            assert_eq!(moment(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn seconds_are_capped_and_garbage_is_no_wait() {
        let wait = |text| milliseconds(text, None, 0);
        assert_eq!((wait(" 7 "), wait("0"), wait("007")), (Some(7_000), Some(0), Some(7_000)));
        for long in ["999999999", "1000000000", "99999999999999999999999999"] {
            assert_eq!(wait(long), Some(3_600_000), "{long}");
        }
        for garbage in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1",
            "06 08:49:37 GMT",
            "Nov 6 8:x:1 1994",
            "99 Nov 1994 08:00:00",
        ] {
            assert_eq!(wait(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn a_moment_is_counted_from_the_servers_own_clock_where_it_tells_it() {
        let (then, now) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT");
        assert_eq!(milliseconds(then, Some(now), 0), Some(7_000));
        assert_eq!(milliseconds(then, None, 784_111_775_900), Some(2_000));
        assert_eq!(milliseconds(now, Some(then), 0), Some(0));
    }
}
