//! The request that a driver sends for a call.

use super::Method;
use crate::secret::Secret;

/// What a driver sends, as it is.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers, with lower-case names; without the credential and the body's type.
    pub headers: Vec<(String, String)>,
    /// The value of `Authorization`.
    pub authorization: Option<Secret>,
    /// The value of `Cookie`, on a server.
    pub cookie: Option<Secret>,
    /// Whether a browser sends its cookies along, and keeps those that come back.
    pub credentials: Credentials,
    /// What is sent as body.
    pub content: Content,
}

/// Whether a browser sends its cookies along: the credentials mode of [Fetch](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// To every origin.
    Include,
    /// To none.
    Omit,
    /// To the page's own origin.
    SameOrigin,
}

impl Credentials {
    /// The mode as `fetch` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Omit => "omit",
            Self::SameOrigin => "same-origin",
        }
    }
}

/// What is sent as body.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// What the caller gave.
    Caller,
    /// The client's own members, and those of the caller's value.
    Members(Members),
}

/// Members of a body that the client itself adds, before those of the caller's value.
#[derive(Clone, Debug)]
pub struct Members {
    /// How they are written.
    pub encoding: Encoding,
    /// Their names and texts.
    pub list: Vec<(&'static str, Secret)>,
}

/// How the members of a body are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As a JSON object.
    Json,
    /// As `application/x-www-form-urlencoded`.
    Form,
}
