use std::ops::Range;
use std::vec;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;

use crate::gzip;

/// After so many bytes the pattern begins anew: 251 * 256.
const PERIOD: u16 = 64_256;

/// A file of which every byte can be computed.
///
/// ```
/// use twinfetch_sample::Sample;
///
/// let file = Sample::new(5 << 30);
/// assert_eq!(file.part(5_000_000_000..5_000_000_002).flatten().collect::<Vec<u8>>(), [190, 221]);
/// ```
#[derive(Clone, Debug)]
pub struct Sample {
    segments: Vec<Segment>,
}

/// The same bytes so many times.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) bytes: Bytes,
    pub(crate) times: u64,
}

impl Sample {
    /// The first edition, of so many bytes.
    pub fn new(length: u64) -> Self {
        Self::edition(0, length)
    }

    /// Another edition, of so many bytes: each byte is larger by `edition`, modulo 256.
    pub fn edition(edition: u8, length: u64) -> Self {
        let byte = |index: u16| (u32::from(index) * 31 + u32::from(index / 251) + u32::from(edition)).to_le_bytes()[0];
        let block: Bytes = (0..PERIOD).map(byte).collect();
        let period = u64::from(PERIOD);
        let rest = block.slice(..usize::try_from(length % period).unwrap_or_default());
        Self { segments: vec![Segment { bytes: block, times: length / period }, Segment { bytes: rest, times: 1 }] }
    }

    /// Some bytes as they are.
    pub fn text(bytes: impl Into<Bytes>) -> Self {
        Self::from_iter([bytes.into()])
    }

    /// The same file, packed with gzip. It is always packed in the same way, so that it has a length and ranges of its own.
    #[must_use]
    pub fn gzip(&self) -> Self {
        Self { segments: gzip::packed(&self.segments) }
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.segments.iter().map(Segment::length).sum()
    }

    /// All of it, in pieces.
    pub fn pieces(&self) -> Pieces {
        self.part(0..self.length())
    }

    /// The bytes from `range.start` to before `range.end`, in pieces; what is behind the end of the file is not there.
    pub fn part(&self, range: Range<u64>) -> Pieces {
        let rest = range.end.saturating_sub(range.start);
        Pieces { segments: self.segments.clone().into_iter(), now: None, skip: range.start, rest }
    }

    /// The SHA-256 of all of it. It takes the time of reading it.
    pub fn sha256(&self) -> [u8; 32] {
        Self::sha256_of(self.pieces())
    }

    /// The SHA-256 of these pieces.
    pub fn sha256_of(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        pieces.into_iter().for_each(|piece| context.update(piece.as_ref()));
        context.finish().as_ref().try_into().unwrap_or_default()
    }
}

impl Segment {
    fn length(&self) -> u64 {
        self.bytes.len() as u64 * self.times
    }
}

/// These pieces behind each other.
impl FromIterator<Bytes> for Sample {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Self {
        Self { segments: pieces.into_iter().map(|bytes| Segment { bytes, times: 1 }).collect() }
    }
}

/// The bytes of a file or of a part of it; each piece has at most 64 KiB, unless a text is longer.
#[derive(Clone, Debug)]
pub struct Pieces {
    segments: vec::IntoIter<Segment>,
    now: Option<Segment>,
    /// What is still to be passed over.
    skip: u64,
    rest: u64,
}

impl Pieces {
    /// The segment that the next byte is in, without the repetitions before that byte.
    fn segment(&mut self) -> Option<Segment> {
        loop {
            let mut segment = self.now.take().or_else(|| self.segments.next())?;
            let passed = self.skip.min(segment.length());
            let Some(times) = passed.checked_div(segment.bytes.len() as u64) else { continue };
            segment.times -= times;
            self.skip -= times * segment.bytes.len() as u64;
            if segment.times > 0 {
                return Some(segment);
            }
        }
    }
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.rest == 0 {
            return None;
        }
        let mut segment = self.segment()?;
        let start = usize::try_from(std::mem::take(&mut self.skip)).unwrap_or_default();
        let mut piece = segment.bytes.slice(start..);
        piece.truncate(usize::try_from(self.rest).unwrap_or(usize::MAX));
        self.rest -= piece.len() as u64;
        segment.times -= 1;
        self.now = Some(segment);
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn byte(index: u64, edition: u64) -> u8 {
        ((31 * index + index / 251 + edition) % 256).try_into().unwrap()
    }

    #[test]
    fn every_part_has_the_bytes_of_the_formula() {
        for edition in [0, 1, 200] {
            let file = Sample::edition(edition, 200_000);
            assert_eq!(file.length(), 200_000);
            for (start, end) in [(0, 0), (0, 1), (5, 64_256), (64_255, 64_258), (64_256, 200_000), (199_999, 300_000)] {
                let part: Vec<u8> = file.part(start..end).flatten().collect();
                let expected: Vec<u8> = (start..end.min(200_000)).map(|index| byte(index, edition.into())).collect();
                assert!(part == expected, "{start}..{end} of edition {edition}");
            }
        }
        let far = 3 << 40;
        let piece = Sample::new(4 << 40).part(far..far + 3).flatten().collect::<Vec<_>>();
        assert_eq!(piece, [byte(far, 0), byte(far + 1, 0), byte(far + 2, 0)]);
    }

    #[test]
    fn no_byte_of_two_editions_is_the_same() {
        let (one, other) = (Sample::new(100_000), Sample::edition(1, 100_000));
        assert!(one.pieces().flatten().zip(other.pieces().flatten()).all(|(one, other)| one != other));
    }

    #[test]
    fn a_digest_is_that_of_the_bytes() {
        let abc = Sample::text("abc").sha256();
        assert_eq!(abc[..4], [0xba, 0x78, 0x16, 0xbf]);
        let file = Sample::new(70_000);
        assert_eq!(file.sha256(), Sample::sha256_of([file.pieces().flatten().collect::<Vec<_>>()]));
    }
}
