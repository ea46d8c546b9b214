//! Bodies that end too early, and bodies that take their time.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan::End;

/// Where a body breaks off, and how.
///
/// ```
/// use twinfetch_faults::{Break, Cut};
///
/// let cut = Cut::offsets([1_000, 70_000]).by(Break::Reset);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cut {
    /// Where.
    pub at: At,
    /// How.
    #[serde(default)]
    pub by: Break,
}

/// Where a body breaks off. One that has not more bytes comes whole.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// After so many bytes of this body, whichever part of a file it is.
    After(u64),
    /// At the first of these offsets of the file that is behind the first byte of this body.
    Offsets(Vec<u64>),
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Break {
    /// It is closed.
    #[default]
    Close,
    /// It is reset. Bytes that the other side had no room for are lost with it.
    Reset,
    /// It stays open, and nothing more comes until the other side goes.
    Stall,
}

/// How fast a body comes, or is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pace {
    /// So many bytes at a time; 0 is as 1.
    pub bytes: u64,
    /// The pause behind them.
    pub milliseconds: u64,
}

impl Cut {
    /// After so many bytes of each body.
    pub fn after(bytes: u64) -> Self {
        Self { at: At::After(bytes), by: Break::Close }
    }

    /// At these offsets of a file, whoever asks for which part of it.
    pub fn offsets(offsets: impl IntoIterator<Item = u64>) -> Self {
        Self { at: At::Offsets(offsets.into_iter().collect()), by: Break::Close }
    }

    /// In this way.
    #[must_use]
    pub fn by(self, by: Break) -> Self {
        Self { by, ..self }
    }

    /// How many bytes come of this part of a file; none where all of them do.
    pub(crate) fn of(&self, part: &Range<u64>) -> Option<u64> {
        let after = match &self.at {
            At::After(bytes) => *bytes,
            At::Offsets(offsets) => offsets.iter().filter(|offset| **offset > part.start).min()? - part.start,
        };
        (after < part.end.saturating_sub(part.start)).then_some(after)
    }
}

impl Break {
    /// What becomes of the connection; one that stalls is over when the other side has gone.
    pub(crate) fn end(self) -> End {
        match self {
            Self::Close => End::Close,
            Self::Reset => End::Reset,
            Self::Stall => End::Gone,
        }
    }
}

impl Pace {
    pub(crate) fn at_once(self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX).max(1)
    }

    pub(crate) fn pause(self) -> Duration {
        Duration::from_millis(self.milliseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_behind_its_first_byte_or_not_at_all() {
        let after = Cut::after(10);
        assert_eq!([after.of(&(0..100)), after.of(&(90..100)), after.of(&(89..100))], [Some(10), None, Some(10)]);
        let offsets = Cut::offsets([70, 20]);
        let cuts = [0..100, 20..100, 69..100, 70..100, 0..20].map(|part| offsets.of(&part));
        assert_eq!(cuts, [Some(20), Some(50), Some(1), None, None]);
    }
}
