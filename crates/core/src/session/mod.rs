//! Who is signed in: authenticated, anonymous, or unknown.

mod credential;
mod held;
mod identity;
mod taken;

pub use held::{Held, Read};
pub use identity::{Standing, is_bearer, read_claims};
pub use taken::{Errand, SignedOut, Taken};

use std::fmt;

use crate::error::Error;
use crate::secret::Secret;

/// Who is signed in.
///
/// *Unknown* is not *anonymous*: a failing network, a 5xx or an HTML page says nothing about who is signed in.
#[derive(Clone, Debug)]
pub enum Session<C> {
    /// Somebody is.
    Authenticated(Authenticated<C>),
    /// Nobody is.
    Anonymous,
    /// It could not be found out, because of this.
    Unknown(Error),
}

/// A session of somebody who is signed in. Its `Debug` shows no claims: they may hold the token.
#[derive(Clone)]
pub struct Authenticated<C> {
    /// The session document, as the driver holds it.
    pub claims: C,
    /// The user in it as JSON text, which tells one user from another.
    pub user: String,
    /// What is sent as bearer token, when the session has one.
    pub access_token: Option<Secret>,
    /// When the access token ends, in milliseconds since 1970, when it says so.
    pub expires_at: Option<u64>,
}

impl<C> fmt::Debug for Authenticated<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Authenticated");
        shown.field("access_token", &self.access_token).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl<C> Session<C> {
    /// What an exchange presents to the backend; `generation` counts the tokens this session has had.
    ///
    /// # Errors
    /// The cause, when the session is unknown.
    pub fn present(&self, generation: u64) -> Result<Presented, Error> {
        match self {
            Self::Authenticated(session) => Ok(Presented {
                token: session.access_token.clone(),
                user: session.user.clone(),
                generation,
                ..Presented::default()
            }),
            Self::Anonymous => Ok(Presented { generation, ..Presented::default() }),
            Self::Unknown(cause) => Err(cause.clone()),
        }
    }
}

/// The tokens that a sign-in gave to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// What is sent as bearer token.
    pub access: Secret,
    /// What is spent on new tokens, and never sent as bearer.
    pub refresh: Option<Secret>,
}

/// The credential that an exchange presents.
#[derive(Clone, Debug, Default)]
pub struct Presented {
    /// The bearer token; none when nobody is signed in.
    pub token: Option<Secret>,
    /// The refresh token; it is sent to renew or to end the session only.
    pub refresh: Option<Secret>,
    /// Whose it is: the user as JSON text.
    pub user: String,
    /// Which of the session's tokens it is.
    pub generation: u64,
    /// The cookies to pass on, on a server whose backend takes no bearer token.
    pub cookie: Option<Secret>,
    /// The value of the cookie that is mirrored against forged requests, where the dialect has one.
    pub mirrored: Option<String>,
    /// Whether the user has signed out here: a browser then keeps its cookies back.
    pub signed_out: bool,
}
