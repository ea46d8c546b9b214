use std::ops::Range;

/// What a `Range` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The whole file: there is no `Range`, or one that nobody has to obey.
    Whole,
    /// These bytes of it, at least one.
    Part(Range<u64>),
    /// Bytes that the file does not have.
    Nothing,
}

/// Reads a `Range` for a file of this length ([RFC 9110 section 14.2](https://www.rfc-editor.org/rfc/rfc9110#section-14.2)).
///
/// A set of several ranges is answered with the whole file, as a server may.
///
/// ```
/// use twinfetch_sample::{Wanted, wanted};
///
/// assert_eq!(wanted(Some("bytes=2-"), 5), Wanted::Part(2..5));
/// assert_eq!(wanted(Some("bytes=5-"), 5), Wanted::Nothing);
/// ```
pub fn wanted(range: Option<&str>, length: u64) -> Wanted {
    range.and_then(|range| read(range, length)).unwrap_or(Wanted::Whole)
}

/// None where the header is not one that has to be obeyed.
fn read(range: &str, length: u64) -> Option<Wanted> {
    let (unit, range) = range.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return None,
    };
    Some(if part.is_empty() { Wanted::Nothing } else { Wanted::Part(part) })
}

/// A number of digits alone; one that is too large is as far as one can go.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_range_is_read() {
        let far = 5 << 30;
        for (range, length, expected) in [
            ("bytes=0-0", 10, Wanted::Part(0..1)),
            ("bytes=2-5", 10, Wanted::Part(2..6)),
            ("Bytes=2-500", 10, Wanted::Part(2..10)),
            ("bytes=9-", 10, Wanted::Part(9..10)),
            ("bytes=-3", 10, Wanted::Part(7..10)),
            ("bytes=-30", 10, Wanted::Part(0..10)),
            ("bytes=4294967296-", far, Wanted::Part(4_294_967_296..far)),
            ("bytes=0-99999999999999999999", 10, Wanted::Part(0..10)),
            ("bytes=10-", 10, Wanted::Nothing),
            ("bytes=99999999999999999999-", 10, Wanted::Nothing),
            ("bytes=-0", 10, Wanted::Nothing),
            ("bytes=0-", 0, Wanted::Nothing),
            ("bytes=-5", 0, Wanted::Nothing),
        ] {
            assert_eq!(wanted(Some(range), length), expected, "{range}");
        }
    }

    #[test]
    fn what_is_no_single_range_of_bytes_asks_for_the_whole() {
        assert_eq!(wanted(None, 10), Wanted::Whole);
        for range in
            ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "items=0-1", "bytes=0-1,3-4", "bytes=+1-2", "bytes=1-x"]
        {
            assert_eq!(wanted(Some(range), 10), Wanted::Whole, "{range}");
        }
    }
}
