//! What a client is built from.

use twinfetch_core::dialect::Dialect;

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
    /// How long a call may take, in milliseconds; 0 means no limit.
    pub timeout: u32,
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
    /// Settings with the defaults: 30 s a call, 60 s a session, tokens in memory, no sign-in page.
    pub fn new(dialect: Dialect, base_url: impl Into<String>, app_url: impl Into<String>) -> Self {
        Self {
            dialect,
            base_url: base_url.into(),
            app_url: app_url.into(),
            timeout: 30_000,
            session_max_age: 60_000,
            storage: Vec::new(),
            sign_in_page: None,
        }
    }
}
