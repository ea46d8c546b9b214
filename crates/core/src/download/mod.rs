//! A file that comes in over as many requests as it takes.
//!
//! ```text
//!  ask ─▶ (an exchange of its own) ─▶ answered ── Take ──▶ the body ─▶ ended ──▶ Done
//!   ▲                                    │                               │
//!   └───────────── Again ────────────────┴──────────────── Again ────────┘
//! ```
//!
//! What broke off is gone on with by `Range` and `If-Range` ([RFC 9110 §13.1.5](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5)),
//! under a strong entity tag only: no file is ever made of parts of two. An answer which does not fit, byte for byte, is
//! let go, and the file is asked for from its beginning.

mod entity;
mod follow;
mod meter;
#[cfg(feature = "proxy")]
mod part;
mod range;

use entity::Brings;
pub use entity::Entity;
pub use follow::{Answer, Next};
pub use meter::{Meter, Pace};
#[cfg(feature = "proxy")]
pub use part::is_single_range;

use crate::call::Call;
use crate::error::{Code, Error, Sent};
use crate::exchange::{Budget, Retry};
use crate::session::Presented;
use crate::text;

/// A file on its way in.
#[derive(Clone, Debug)]
pub struct Download {
    received: u64,
    total: Option<u64>,
    /// The length where it is likely, and not sure.
    likely: Option<u64>,
    etag: Option<String>,
    /// Whether what has been taken can be given up for a new beginning.
    restarts: bool,
    /// Whether the server's ranges can be relied on.
    ranges: bool,
    /// Where the body ends that is being taken.
    until: Option<u64>,
    /// The bytes of the file that the last request brought.
    gained: u64,
    /// How many requests in a row have brought nothing that counts.
    barren: u32,
    attempts: u32,
    /// Whose file it is, and whether that is shown by a token.
    owner: Option<(String, bool)>,
    /// Where the part ends that is wanted, where it is not all of the file.
    #[cfg(feature = "proxy")]
    end: Option<u64>,
}

impl Download {
    /// A file of which there is nothing yet. `restarts` says whether what is taken can be given up for a new beginning, as in a
    /// file, or is gone, as in a stream.
    pub const fn new(restarts: bool) -> Self {
        Self {
            received: 0,
            total: None,
            likely: None,
            etag: None,
            restarts,
            ranges: true,
            until: None,
            gained: 0,
            barren: 0,
            attempts: 0,
            owner: None,
            #[cfg(feature = "proxy")]
            end: None,
        }
    }

    /// A file of which so many bytes were kept, with the strong entity tag that it had, in its quotes, and its length.
    pub fn kept(received: u64, etag: String, total: Option<u64>) -> Self {
        Self { received, total, etag: Some(etag), ..Self::new(true) }
    }

    /// The bytes of the file that have been taken.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// The length of the file in bytes; unknown where nothing says it, or where the bytes were packed on the way.
    pub fn total(&self) -> Option<u64> {
        self.total.or(self.likely)
    }

    /// The strong entity tag of the file, with its quotes, under which it can be gone on with.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref().filter(|_| self.ranges)
    }

    /// How many requests were sent for it.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether all of it is there: nothing is left to ask for.
    pub fn is_complete(&self) -> bool {
        self.end().or(self.total) == Some(self.received)
    }

    /// How many more bytes the body may have that is being taken; unknown where nothing says it.
    pub fn room(&self) -> Option<u64> {
        self.until.map(|until| until.saturating_sub(self.received))
    }

    /// The call as it is sent next: for all of the file, or for what is missing.
    ///
    /// # Errors
    /// `call_invalid` when the call has a header `Range` or `If-Range` of its own.
    pub fn ask(&self, call: &Call) -> Result<Call, Error> {
        let mut call = call.clone();
        if call.headers.iter().any(|(name, _)| matches!(name.as_str(), "range" | "if-range")) {
            return Err(crate::call::invalid("a download sets Range and If-Range by itself"));
        }
        if let Some(etag) = self.asks_on() {
            let last = self.end().map(|end| text::decimal(end - 1)).unwrap_or_default();
            call.headers
                .push(("range".to_owned(), text::concat(&["bytes=", &text::decimal(self.received), "-", &last])));
            call.headers.push(("if-range".to_owned(), etag.to_owned()));
        }
        Ok(call)
    }

    /// Lets the next call be sent as who is signed in by then, if that is still who began: a file is never made of two users'
    /// parts.
    ///
    /// # Errors
    /// The session's own, or `body_truncated` when it is somebody else.
    pub fn present(&mut self, presented: Result<Presented, Error>) -> Result<Presented, Error> {
        let presented = presented?;
        let bears = presented.token.is_some();
        match &self.owner {
            Some((user, bore)) if *user != presented.user || *bore && !bears => {
                return Err(self.failure(Code::BodyTruncated));
            }
            Some(_) => {}
            None => self.owner = Some((presented.user.clone(), bears)),
        }
        Ok(presented)
    }

    fn asks_on(&self) -> Option<&str> {
        self.etag().filter(|_| self.is_begun())
    }

    /// Whether only what follows can be used.
    const fn is_begun(&self) -> bool {
        self.received > 0 || self.end().is_some()
    }

    #[cfg(not(feature = "proxy"))]
    #[expect(clippy::unused_self, reason = "without parts, a file is wanted to its end")]
    const fn end(&self) -> Option<u64> {
        None
    }

    /// Judges a response that accepted the call, which took so many requests.
    pub fn answered(&mut self, entity: Entity, attempts: u32) -> Answer {
        let goes_on = self.attempts > 0 || self.is_begun();
        self.attempts += attempts;
        self.gained = 0;
        if entity.brings == Brings::Part {
            return match entity.range.filter(|_| self.fits(&entity)) {
                Some(range) => {
                    self.until = Some(range.last + 1);
                    self.total = Some(range.total);
                    Answer::On
                }
                None => self.doubt(Code::RangeMismatched),
            };
        }
        if goes_on && entity.brings == Brings::Nothing || self.is_begun() && !self.restarts {
            let same = entity.etag.is_some() && entity.etag == self.etag;
            return Answer::Failed(if same { Code::BodyTruncated } else { Code::FileChanged });
        }
        self.received = 0;
        self.total = entity.length.filter(|_| entity.is_sure);
        self.until = self.total;
        self.likely = entity.length;
        self.etag = entity.etag.filter(|_| !entity.is_encoded);
        Answer::Anew
    }

    /// Judges the end of a call that was not accepted: whether to ask again, or the error.
    ///
    /// # Errors
    /// What ended the call, with the requests of the whole download.
    pub fn refused(&mut self, error: Error) -> Result<(), Error> {
        let before = self.attempts;
        self.attempts += error.attempts();
        if error.status() == Some(416) && self.asks_on().is_some() && self.doubt(Code::Rejected) == Answer::Again {
            return Ok(());
        }
        // What has not left follows requests that were answered.
        let sent = if error.sent() == Sent::Unsent && before > 0 { Sent::Acknowledged } else { error.sent() };
        Err(error.after(self.attempts, sent))
    }

    /// Takes note of bytes that were taken.
    pub const fn take(&mut self, bytes: u64) {
        self.received += bytes;
        self.gained += bytes;
    }

    /// Says what follows a body that came to its end, or did not. `random` is any number.
    pub fn ended(&mut self, body: Result<(), Code>, retry: Retry, budget: &mut Budget, random: u32) -> Next {
        let code = match body {
            _ if self.until.is_some_and(|until| self.received > until) => return Next::Failed(Code::RangeMismatched),
            Ok(()) if self.is_complete() || self.until.is_none() => return Next::Done,
            // How the connection ended does not matter then; what the taker could not do does.
            Err(code) if self.is_complete() && code.is_passing() => return Next::Done,
            // A server may send less than it was asked for.
            Ok(()) if self.until == Some(self.received) && self.gained > 0 => {
                let wait = retry.wait(1, None, random).filter(|_| self.gained < ENOUGH);
                return Next::Again(wait.unwrap_or_default());
            }
            Ok(()) => Code::BodyTruncated,
            Err(code) => code,
        };
        if !code.is_passing() || retry.attempts < 2 {
            return Next::Failed(code);
        }
        let goes_on = self.asks_on().is_some();
        if !goes_on && self.is_begun() && !self.restarts {
            return Next::Failed(code);
        }
        let gains = goes_on && self.gained > 0;
        self.barren = if gains { 1 } else { self.barren + 1 };
        if gains && self.gained >= ENOUGH {
            return Next::Again(0);
        }
        match retry.wait(self.barren, None, random) {
            // What has brought something is no repetition.
            Some(wait) if gains || budget.spend() => {
                if !goes_on {
                    self.received = 0;
                }
                Next::Again(wait)
            }
            _ => Next::Failed(code),
        }
    }

    /// How the download ends with this code.
    pub fn failure(&self, code: Code) -> Error {
        Error::new(code).after(self.attempts, if self.attempts == 0 { Sent::Unsent } else { Sent::Acknowledged })
    }

    fn fits(&self, entity: &Entity) -> bool {
        let asked = self.asks_on().is_some_and(|etag| entity.etag.as_deref() == Some(etag));
        let range = entity.range.filter(|range| range.first == self.received);
        let same = range.is_some_and(|range| {
            self.total.is_none_or(|total| total == range.total) && self.end().is_none_or(|end| range.last < end)
        });
        asked && same && !entity.is_encoded
    }

    fn doubt(&mut self, code: Code) -> Answer {
        if !self.restarts || !self.ranges {
            return Answer::Failed(code);
        }
        self.ranges = false;
        (self.received, self.total) = (0, None);
        Answer::Again
    }
}

/// The bytes after which a broken connection is gone on with at once.
const ENOUGH: u64 = 64 * 1024;

#[cfg(test)]
mod tests;
