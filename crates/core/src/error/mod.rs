//! What can go wrong with a call, said once for both clients.

mod code;
mod problem;

pub use code::{Code, Kind, Sent};
pub use problem::Problem;

use core::fmt;
use std::borrow::Cow;

/// Why a call did not bring what was asked for.
///
/// Nothing in it needs to be hidden: no token, no query string, no header, no body of a server's failure.
/// [`Error::message`] can be shown to a user as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Detail>);

/// Boxed: an error is rare, and every result that may hold one is small this way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Detail {
    code: Code,
    message: Cow<'static, str>,
    status: Option<u16>,
    request_id: Option<String>,
    retry_after: Option<u64>,
    sent: Sent,
    attempts: u32,
    problem: Option<Problem>,
}

impl Error {
    /// An error with the code's own message.
    pub fn new(code: Code) -> Self {
        let message = Cow::Borrowed(code.message());
        Self(Box::new(Detail {
            code,
            message,
            status: None,
            request_id: None,
            retry_after: None,
            sent: Sent::Unsent,
            attempts: 0,
            problem: None,
        }))
    }

    /// Replaces the message by one which says more, and which a user may see.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Adds what the response's head tells: status, request id, wait.
    #[must_use]
    pub fn with_head(mut self, head: &crate::head::Head) -> Self {
        self.0.status = Some(head.status).filter(|status| *status != 0);
        self.0.request_id.clone_from(&head.request_id);
        self.0.retry_after = head.retry_after;
        self.0.sent = Sent::Acknowledged;
        self
    }

    /// Adds how far the call had come.
    #[must_use]
    pub fn after(mut self, attempts: u32, sent: Sent) -> Self {
        (self.0.attempts, self.0.sent) = (attempts, sent);
        self
    }

    /// Adds what the server says of the problem.
    #[must_use]
    pub fn with_problem(mut self, problem: Problem) -> Self {
        self.0.problem = Some(problem);
        self
    }

    /// The same under another name; a message that the server gave is kept.
    #[must_use]
    pub fn become_code(mut self, code: Code) -> Self {
        if self.0.message == self.0.code.message() {
            self.0.message = Cow::Borrowed(code.message());
        }
        self.0.code = code;
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// The stable name of what happened; part of the contract, unlike the message.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// A sentence that can be shown to a user.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status, when a response came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The request id that the server put on its response, for finding the call in its log.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the server asks to wait before the next attempt, in milliseconds (`Retry-After`).
    pub fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// Whether the server may have received the call.
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// How many requests were sent for the call.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the server says of the problem, when it answered with a problem document (RFC 9457).
    pub fn problem(&self) -> Option<&Problem> {
        self.0.problem.as_ref()
    }

    /// Whether the same call may succeed later without anything being changed.
    pub fn retryable(&self) -> bool {
        match self.kind() {
            Kind::Network => self.0.code != Code::TlsFailed,
            Kind::RateLimited | Kind::Timeout => true,
            Kind::Status => matches!(self.0.status, Some(500 | 502..=504)),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl core::error::Error for Error {}
