//! The one range that a response brings.

use crate::text;

/// The one range that a response brings: `Content-Range` ([RFC 9110 §14.4](https://www.rfc-editor.org/rfc/rfc9110#section-14.4)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) total: u64,
}

impl ContentRange {
    pub(super) const fn is_whole(self) -> bool {
        self.last - self.first + 1 == self.total
    }

    /// Reads a range of bytes whose whole is known; without that nothing can be told of the file's end.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (unit, range) = text::cut(text::trim(value, text::is_blank), b' ')?;
        let (range, total) = text::cut(range, b'/')?;
        let (first, last) = text::cut(range, b'-')?;
        let (first, last, total) = (text::number(first)?, text::number(last)?, text::number(total)?);
        (unit.eq_ignore_ascii_case("bytes") && first <= last && last < total).then_some(Self { first, last, total })
    }
}

#[cfg(test)]
mod tests {
    use super::ContentRange;

    #[test]
    fn a_range_is_read_only_where_it_is_one() {
        let range = ContentRange::parse("bytes 5-9/10").unwrap();
        assert_eq!((range.first, range.last, range.total), (5, 9, 10));
        for bad in [
            "bytes */10",
            "bytes 5-9/*",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes 5-9",
            "items 5-9/10",
            "bytes=5-9/10",
            "bytes -9/10",
            "bytes 5-/10",
            "bytes 5-9/+10",
            "",
        ] {
            assert_eq!(ContentRange::parse(bad), None, "{bad}");
        }
    }
}
