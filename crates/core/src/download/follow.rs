//! What follows an answer, and what follows a body.

use crate::error::Code;

/// What to do with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Give up what was taken before, and take the body from the beginning of the file.
    Anew,
    /// Take the body as what follows.
    On,
    /// Let the body go, and [ask](super::Download::ask) again.
    Again,
    /// Let the body go: the download has failed.
    Failed(Code),
}

/// What follows a body, or what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The file is complete.
    Done,
    /// Wait so many milliseconds, then [ask](super::Download::ask) again.
    Again(u64),
    /// The download has failed.
    Failed(Code),
}
