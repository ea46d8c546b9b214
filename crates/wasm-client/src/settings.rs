//! What a client is built from.

use twinfetch_core::dialect::Dialect;
use twinfetch_core::exchange::Retry;

use crate::storage::Storage;

/// What a client is built from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the backend talks.
    pub dialect: Dialect,
    /// Where the backend is: an absolute URL.
    pub base_url: String,
    /// Where the application's own pages and its session endpoint are: an absolute URL.
    pub app_url: String,
    /// How long a whole call may take, in milliseconds, with all attempts and the waits between them; 0 means no limit:
    /// `timed_out`.
    pub timeout: u32,
    /// How long each attempt may wait for the head of its response, in milliseconds; 0 means no limit: `response_timed_out`.
    pub attempt_timeout: u32,
    /// How long nothing of a body may come, in milliseconds; 0 means no limit: `body_stalled`.
    pub idle_timeout: u32,
    /// How often a call or a verb is sent again by itself; [`Retry::NONE`] turns it off.
    ///
    /// Sent again are idempotent methods and whatever carries an `Idempotency-Key`: after a network failure, an attempt that took
    /// too long, and 429, 502, 503 and 504. A client repeats at most ten calls and a tenth of those that it makes at one
    /// origin, so that an outage is not multiplied.
    pub retry: Retry,
    /// How long a session is believed without being read again, in milliseconds.
    pub session_max_age: u32,
    /// Where the tokens of a sign-in are kept besides memory, for dialects which give some. The first place which has
    /// tokens is read, all are written. Any script of the page can read them.
    pub storage: Vec<Storage>,
    /// The page to which a call leads, once, when nobody is signed in (401): a path of the app. It gets the way back as
    /// `returnTo`.
    pub sign_in_page: Option<String>,
}

impl Settings {
    /// Settings with the defaults: 30 s a call, of which 15 s for the head of each attempt, 30 s without a piece of a body,
    /// [three requests in all](Retry::DEFAULT), 60 s a session, tokens in memory, no sign-in page.
    pub fn new(dialect: Dialect, base_url: impl Into<String>, app_url: impl Into<String>) -> Self {
        Self {
            dialect,
            base_url: base_url.into(),
            app_url: app_url.into(),
            timeout: 30_000,
            attempt_timeout: 15_000,
            idle_timeout: 30_000,
            retry: Retry::DEFAULT,
            session_max_age: 60_000,
            storage: Vec::new(),
            sign_in_page: None,
        }
    }
}
