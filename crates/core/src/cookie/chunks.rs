use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Cookies, percent};

/// How many chunk cookies one session may have.
pub const MAX_CHUNKS: usize = 16;

/// How many bytes the joined value of one session may have.
pub const MAX_SESSION_BYTES: usize = 64 * 1024;

/// Why session cookies that are there do not make a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Broken {
    /// A chunk in the middle, or the first one, is not there.
    ChunkMissing {
        /// The number of the first missing chunk.
        index: usize,
    },
    /// There are more than [`MAX_CHUNKS`] chunks.
    TooManyChunks,
    /// The joined value has more than [`MAX_SESSION_BYTES`] bytes.
    TooLong,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChunkMissing { index } => write!(formatter, "chunk {index} of the session cookie is missing"),
            Self::TooManyChunks => write!(formatter, "the session cookie has more than {MAX_CHUNKS} chunks"),
            Self::TooLong => write!(formatter, "the session cookie has more than {MAX_SESSION_BYTES} bytes"),
        }
    }
}

impl std::error::Error for Broken {}

impl<'a> Cookies<'a> {
    /// The value of the session cookie `name`, joined from its chunks; `None` when there is none.
    ///
    /// The [module](super) says which cookies count.
    ///
    /// ```
    /// # use twinfetch_core::cookie::Cookies;
    /// let cookies = Cookies::parse([b"s.1=cd; s.0=ab; s-backup=zz".as_slice()]);
    /// assert_eq!(cookies.session("s")?.as_deref(), Some("abcd"));
    /// # Ok::<(), twinfetch_core::cookie::Broken>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The cookies are there but make no value.
    pub fn session(&self, name: &str) -> Result<Option<Cow<'a, str>>, Broken> {
        match self.chunks(name) {
            Ok(Some(joined)) => Ok(Some(Cow::Owned(joined))),
            otherwise => match self.value(name).filter(|value| !value.is_empty()) {
                Some(bare) if bare.len() > MAX_SESSION_BYTES => Err(Broken::TooLong),
                Some(bare) => Ok(Some(bare)),
                None => otherwise.map(|_| None),
            },
        }
    }

    /// The names among the received cookies which belong to the session `name`, in the order received, each once.
    pub fn session_names(&self, name: &str) -> Vec<&'a str> {
        let mut seen = BTreeSet::new();
        let belongs = |known: &str| known == name || chunk_number(known, name).is_some();
        self.iter().map(|(known, _)| known).filter(|known| belongs(known) && seen.insert(*known)).collect()
    }

    fn chunks(&self, name: &str) -> Result<Option<String>, Broken> {
        let mut chunks = BTreeMap::new();
        for (known, value) in self.iter() {
            if let Some(number) = chunk_number(known, name) {
                chunks.entry(number).or_insert(value);
            }
        }
        chunks.retain(|_, value| !value.is_empty());
        if chunks.len() > MAX_CHUNKS {
            return Err(Broken::TooManyChunks);
        }
        if let Some(index) = chunks.keys().enumerate().position(|(index, number)| index != *number) {
            return Err(Broken::ChunkMissing { index });
        }
        let joined: String = chunks.into_values().map(percent::decoded).collect();
        match joined.len() {
            0 => Ok(None),
            length if length > MAX_SESSION_BYTES => Err(Broken::TooLong),
            _ => Ok(Some(joined)),
        }
    }
}

/// The number of the chunk that `candidate` is of the cookie `name`, if it is one.
fn chunk_number(candidate: &str, name: &str) -> Option<usize> {
    let digits = candidate.strip_prefix(name)?.strip_prefix('.')?;
    let decimal = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if decimal { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(header: &str) -> Result<Option<String>, Broken> {
        Cookies::parse([header.as_bytes()]).session("s").map(|value| value.map(Cow::into_owned))
    }

    #[test]
    fn eleven_chunks_join_in_numeric_order() {
        let header: Vec<_> = (0..11).rev().map(|index| format!("s.{index}={index:x}")).collect();
        assert_eq!(session(&header.join("; ")), Ok(Some("0123456789a".into())));
    }

    #[test]
    fn neighbours_are_left_out() {
        let header = "s-backup=z; s.foo=z; s.00=z; s.+1=z; s.=z; s..0=z; ss.0=z; S=z; s=a";
        assert_eq!(session(header), Ok(Some("a".into())));
    }

    #[test]
    fn whole_chunks_win_over_a_bare_leftover() {
        assert_eq!(session("s=old; s.0=a; s.1=b"), Ok(Some("ab".into())));
    }

    #[test]
    fn a_bare_cookie_wins_over_a_stray_chunk() {
        assert_eq!(session("s.2=stray; s=whole"), Ok(Some("whole".into())));
    }

    #[test]
    fn a_gap_is_an_error() {
        assert_eq!(session("s.0=a; s.2=c"), Err(Broken::ChunkMissing { index: 1 }));
        assert_eq!(session("s.1=b"), Err(Broken::ChunkMissing { index: 0 }));
        assert_eq!(session("s.99999999999999999999999=b"), Ok(None));
    }

    #[test]
    fn nothing_and_empty_are_absent() {
        assert_eq!(session(""), Ok(None));
        assert_eq!(session("s=; s.0="), Ok(None));
    }

    #[test]
    fn too_many_and_too_long_are_refused() {
        let many: Vec<_> = (0..17).map(|index| format!("s.{index}=x")).collect();
        assert_eq!(session(&many.join("; ")), Err(Broken::TooManyChunks));
        let long = "x".repeat(40_000);
        assert_eq!(session(&format!("s.0={long}; s.1={long}")), Err(Broken::TooLong));
        assert_eq!(session(&format!("s={long}{long}")), Err(Broken::TooLong));
    }
}
