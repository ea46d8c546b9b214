//! One part of a file, for somebody who asked for no more.

use super::entity::Brings;
use super::range::ContentRange;
use super::{Download, Entity};
use crate::text;

impl Download {
    /// Takes the part of a file that a response begins to bring, where it says which part that is, and it is one that was
    /// [asked for](is_single_range). It is gone on with as a whole file is, up to its own end.
    #[must_use]
    pub fn part(self, asked: &str, entity: &Entity, attempts: u32) -> Option<Self> {
        let range = entity.range.filter(|range| entity.brings == Brings::Part && is_of(*range, asked))?;
        let end = Some(range.last + 1);
        Some(Self {
            received: range.first,
            total: Some(range.total),
            etag: entity.etag.clone().filter(|_| !entity.is_encoded),
            until: end,
            end,
            attempts: self.attempts + attempts,
            restarts: false,
            ..self
        })
    }

    /// Where the part ends that is wanted, where it is not all of the file.
    pub const fn end(&self) -> Option<u64> {
        self.end
    }
}

/// Whether a part begins where the asked one does, and is no longer.
fn is_of(range: ContentRange, asked: &str) -> bool {
    let Some((first, last)) = bounds(asked) else { return false };
    match (text::number(first), text::number(last)) {
        (Some(first), last) => range.first == first && last.is_none_or(|last| range.last <= last),
        (None, Some(count)) => range.last + 1 == range.total && range.total - range.first <= count,
        (None, None) => false,
    }
}

/// What stands before and behind the dash of a range of bytes.
fn bounds(range: &str) -> Option<(&str, &str)> {
    let (unit, range) = text::cut(range, b'=')?;
    text::cut(text::trim(range, text::is_blank), b'-').filter(|_| unit.eq_ignore_ascii_case("bytes"))
}

/// Whether a `Range` asks for one part of a file ([RFC 9110 §14.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-14.1.1)).
pub fn is_single_range(range: &str) -> bool {
    let Some((first, last)) = bounds(range) else { return false };
    let is_number = |number: &str| number.is_empty() || text::number(number).is_some();
    is_number(first) && is_number(last) && !(first.is_empty() && last.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Download, Entity, is_single_range};
    use crate::address::{BaseUrl, Path};
    use crate::call::{Call, Method};
    use crate::download::{Answer, Next};
    use crate::error::Code;
    use crate::exchange::{Budget, Retry};

    fn entity(status: u16, headers: &[(&str, &str)]) -> Entity {
        let found = |asked: &str| headers.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned());
        Entity::new(status, false, found)
    }

    fn part(range: &str) -> Entity {
        entity(206, &[("etag", "\"a\""), ("content-range", range)])
    }

    fn asked(download: &Download) -> String {
        let base = BaseUrl::parse("http://h", "baseUrl").unwrap();
        let call = Call::new(Method::Get, Path::parse("/", &base).unwrap());
        let call = download.ask(&call).unwrap();
        call.headers.iter().find(|(name, _)| name == "range").map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn broken(download: &mut Download) -> Next {
        download.ended(Err(Code::BodyTruncated), Retry::DEFAULT, &mut Budget::new(), 0)
    }

    #[test]
    fn a_part_is_gone_on_with_up_to_its_own_end() {
        let mut download = Download::new(false).part("bytes=10-19", &part("bytes 10-19/100"), 1).unwrap();
        assert_eq!((download.received(), download.room(), download.end()), (10, Some(10), Some(20)));
        download.take(4);
        assert_eq!((broken(&mut download), asked(&download)), (Next::Again(0), "bytes=14-19".to_owned()));
        assert_eq!(download.answered(part("bytes 14-19/100"), 1), Answer::On);
        download.take(6);
        assert_eq!((broken(&mut download), download.attempts()), (Next::Done, 2));
    }

    #[test]
    fn a_part_at_the_beginning_is_never_taken_for_all_of_the_file() {
        let mut download = Download::new(false).part("bytes=0-9", &part("bytes 0-9/100"), 1).unwrap();
        assert_eq!((broken(&mut download), asked(&download)), (Next::Again(0), "bytes=0-9".to_owned()));
        assert_eq!(download.clone().answered(part("bytes 0-99/100"), 1), Answer::Failed(Code::RangeMismatched));
        let whole = entity(200, &[("etag", "\"a\""), ("content-length", "100")]);
        assert_eq!(download.clone().answered(whole, 1), Answer::Failed(Code::BodyTruncated));
        let other = entity(200, &[("etag", "\"b\""), ("content-length", "100")]);
        assert_eq!(download.answered(other, 1), Answer::Failed(Code::FileChanged));
    }

    #[test]
    fn only_one_part_is_asked_for() {
        for single in ["bytes=0-", "bytes=0-9", "Bytes=5-5", "bytes=-500", "bytes= 0-1 "] {
            assert!(is_single_range(single), "{single}");
        }
        for other in ["bytes=0-1,5-6", "bytes=-", "bytes=a-", "bytes=1-2-3", "items=0-1", "bytes 0-1", "0-1", ""] {
            assert!(!is_single_range(other), "{other}");
        }
    }

    #[test]
    fn a_part_that_was_not_asked_for_is_none() {
        let taken = |asked: &str| Download::new(false).part(asked, &part("bytes 10-19/20"), 1).is_some();
        for asked in ["bytes=10-19", "bytes=10-", "bytes=10-500", "bytes=-10", "bytes=-11"] {
            assert!(taken(asked), "{asked}");
        }
        for asked in ["", "bytes=0-19", "bytes=9-", "bytes=11-19", "bytes=10-18", "bytes=-9"] {
            assert!(!taken(asked), "{asked}");
        }
    }

    #[test]
    fn what_has_no_strong_tag_or_names_no_part_is_not_gone_on_with() {
        let mut weak =
            Download::new(false).part("bytes=0-9", &entity(206, &[("content-range", "bytes 0-9/100")]), 1).unwrap();
        assert_eq!(broken(&mut weak), Next::Failed(Code::BodyTruncated));
        for none in [entity(206, &[]), part("bytes 0-9/*"), entity(200, &[("content-range", "bytes 0-99/100")])] {
            assert!(Download::new(false).part("bytes=0-", &none, 1).is_none(), "{none:?}");
        }
    }
}
