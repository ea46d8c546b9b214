//! How long a proxy waits for a response's head.

use core::time::Duration;

/// How long a proxy waits for the head of a response.
///
/// An upload takes as long as it takes; the waits count from its last piece.
///
/// ```
/// use std::time::Duration;
/// use twinfetch_core::proxy::{Patience, Upload};
/// let patience = Patience { head: Duration::from_secs(5), idle: Duration::from_secs(30) };
/// assert_eq!(patience.deadline(Duration::from_secs(7), Upload::Sent), Duration::from_secs(12));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the backend: to take the next piece of the upload, and to answer after the last.
    pub head: Duration,
    /// For the browser: to send the next piece of the upload.
    pub idle: Duration,
}

/// Who has to do something about the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    /// The browser, which owes the next piece.
    Awaited,
    /// The backend, which has what the browser sent so far.
    Sent,
}

impl Patience {
    /// When waiting ends, by the time of the last progress on the same clock.
    pub const fn deadline(&self, progress: Duration, upload: Upload) -> Duration {
        progress.saturating_add(match upload {
            Upload::Awaited => self.idle,
            Upload::Sent => self.head,
        })
    }
}
