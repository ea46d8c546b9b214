//! Who signed in.

use std::fmt;

use serde_json::{Map, Value};
use twinfetch_core::address::Path;

use super::OAuth;

/// Who signed in, as a verified `id_token` says.
///
/// Key users by [`key`](Self::key), never by the e-mail address: addresses change hands, are written in many ways, and some
/// providers let anybody claim any.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// The user's name at the provider, which never changes and is never given to another.
    pub subject: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the provider checked that the address is the user's; `false` when it does not say.
    pub email_verified: bool,
    /// The name to show.
    pub name: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    pub(super) claims: Map<String, Value>,
}

impl Identity {
    /// What the app's users are keyed by: issuer and subject together.
    pub fn key(&self) -> (&str, &str) {
        (&self.issuer, &self.subject)
    }

    /// A claim that the `OpenID` standard does not name, such as Google's `hd`.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }
}

/// Shows issuer and subject; who that is belongs in no log.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Identity");
        shown.field("issuer", &self.issuer).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A sign-in that came about.
///
/// The app makes its own session of it. [`redirect`](Self::redirect) is the response to answer with; an app that answers in
/// another way sends [`headers`](Self::headers) along, so that the flow cookie goes.
pub struct SignedIn {
    pub(super) identity: Identity,
    pub(super) return_path: Path,
    pub(super) oauth: OAuth,
}

impl SignedIn {
    /// Who signed in.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where the user wanted to go: a path of the app, with its query.
    pub fn return_path(&self) -> &str {
        self.return_path.as_str()
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignedIn").field("identity", &self.identity).finish_non_exhaustive()
    }
}
