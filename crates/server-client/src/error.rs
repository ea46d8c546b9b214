//! What can go wrong, split into what a user may see and what a log may hold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::field::Empty;
use tracing::{Span, info_span};
use twinfetch_core::error::{Code, Error as Reason, Kind, Problem, Sent};

/// Why a call, or the session, or a setting is not what was asked for.
///
/// [`message`](Self::message) and `Display` can be shown to a user as they are. [`log_detail`](Self::log_detail) and
/// `Debug` say more, for a log: where the call went and how it failed. Neither ever holds a token, a query string, a
/// header's value or a body.
///
/// ```
/// use twinfetch_server_client::{Kind, ServerClient};
/// let error = ServerClient::builder().base_url("localhost:8080").secrets(["s"]).build().unwrap_err();
/// assert_eq!(error.kind(), Kind::Config);
/// assert!(error.message().contains("base_url"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

/// Any error of another crate's stream.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct Inner {
    reason: Reason,
    cause: Option<Cause>,
    /// The whole problem document.
    document: Option<Arc<Value>>,
    called: Option<Arc<Called>>,
}

/// What happened below HTTP, or inside a body: a class, and words without content.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) class: &'static str,
    pub(crate) words: String,
}

/// Which call it was.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) method: &'static str,
    pub(crate) route: String,
    pub(crate) origin: String,
    pub(crate) request_id: String,
}

impl Called {
    /// What the log has all of it under.
    pub(crate) fn span(&self) -> Span {
        info_span!(
            "twinfetch",
            method = self.method,
            route = self.route,
            request_id = self.request_id,
            status = Empty,
            milliseconds = Empty
        )
    }
}

impl Error {
    pub(crate) fn new(reason: Reason) -> Self {
        Self(Box::new(Inner { reason, cause: None, document: None, called: None }))
    }

    pub(crate) fn config(message: String) -> Self {
        Self::new(Reason::new(Code::ConfigInvalid).with_message(message))
    }

    pub(crate) fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.0.cause = cause;
        self
    }

    /// Adds the document that the problem was read from.
    pub(crate) fn with_document(mut self, document: Option<Value>) -> Self {
        self.0.document = document.map(Arc::new);
        self
    }

    pub(crate) fn of(mut self, called: &Arc<Called>) -> Self {
        self.0.called = Some(Arc::clone(called));
        self
    }

    /// Asks the core whether this is the end; the error then says what the core makes of it.
    pub(crate) fn settle(mut self, judge: impl FnOnce(Reason) -> Result<(), Reason>) -> Result<(), Self> {
        judge(self.0.reason.clone()).map_err(|reason| {
            self.0.reason = reason;
            self
        })
    }

    /// What the core knows of it, and what is below.
    pub(crate) fn into_parts(self) -> (Reason, Option<Cause>) {
        (self.0.reason, self.0.cause)
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        self.0.reason.kind()
    }

    /// The stable name of what happened; part of the contract, unlike the message.
    pub fn code(&self) -> Code {
        self.0.reason.code()
    }

    /// A sentence that can be shown to a user.
    pub fn message(&self) -> &str {
        self.0.reason.message()
    }

    /// The HTTP status, when a response came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.reason.status().and_then(|status| StatusCode::from_u16(status).ok())
    }

    /// The id under which the backend's log has the call: the response's, else the one that was sent.
    pub fn request_id(&self) -> Option<&str> {
        self.0.reason.request_id().or_else(|| self.0.called.as_ref().map(|called| called.request_id.as_str()))
    }

    /// How long the backend asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.reason.retry_after().map(Duration::from_millis)
    }

    /// Whether the backend may have received the call: what is [`Sent::Maybe`] may have been done.
    pub fn sent(&self) -> Sent {
        self.0.reason.sent()
    }

    /// How many requests were sent for the call: repetitions, those after a renewal, and redirects count.
    pub fn attempts(&self) -> u32 {
        self.0.reason.attempts()
    }

    /// What the backend says of the problem, when it answered with a problem document ([RFC 9457]). Its texts are the
    /// backend's own: [`message`](Self::message) is what a user may see.
    ///
    /// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
    pub fn problem(&self) -> Option<&Problem> {
        self.0.reason.problem()
    }

    /// A member of the problem document, of any name, as a value of a type; `None` when there is none that fits.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use twinfetch_server_client::Error;
    /// fn of_fields(error: &Error) -> HashMap<String, Vec<String>> {
    ///     error.problem_member("errors").unwrap_or_default()
    /// }
    /// ```
    pub fn problem_member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.0.document.as_ref()?.get(name)?).ok()
    }

    /// Whether the same call may succeed later without anything being changed.
    pub fn retryable(&self) -> bool {
        self.0.reason.retryable()
    }

    /// What a log may hold: code, method, route without query, origin, status, attempts, whether it was sent, cause,
    /// request id.
    pub fn log_detail(&self) -> String {
        let mut detail = self.code().name().to_owned();
        if let Some(called) = &self.0.called {
            detail.extend([" on ", called.method, " ", &called.route, " at ", &called.origin]);
        }
        if let Some(status) = self.0.reason.status() {
            detail.extend([", status ", &status.to_string()]);
        }
        if self.attempts() > 0 {
            detail.extend([", attempts ", &self.attempts().to_string(), ", sent ", self.sent().name()]);
        }
        if let Some(Cause { class, words }) = &self.0.cause {
            detail.extend([", ", class]);
            if !words.is_empty() {
                detail.extend([": ", words]);
            }
        }
        if let Some(id) = self.request_id() {
            detail.extend([", request id ", id]);
        }
        detail
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            // Of a setting or a call that is wrong the words are our own.
            Kind::Config => write!(formatter, "Error({}; {})", self.log_detail(), self.message()),
            // Others may be the backend's, about its user.
            _ => write!(formatter, "Error({})", self.log_detail()),
        }
    }
}

impl std::error::Error for Error {}
