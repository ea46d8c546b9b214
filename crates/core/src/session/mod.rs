//! Who is signed in: authenticated, anonymous, or unknown.

mod held;
mod identity;

pub use held::{Held, Read};
pub use identity::{Standing, identify, read_claims};

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

/// A session of somebody who is signed in.
#[derive(Clone, Debug)]
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

impl<C> Session<C> {
    /// What an exchange presents to the backend; `generation` counts the tokens this session has had.
    ///
    /// # Errors
    /// The cause, when the session is unknown.
    pub fn present(&self, generation: u64) -> Result<Presented, Error> {
        match self {
            Self::Authenticated(session) => {
                Ok(Presented { token: session.access_token.clone(), user: session.user.clone(), generation })
            }
            Self::Anonymous => Ok(Presented { generation, ..Presented::default() }),
            Self::Unknown(cause) => Err(cause.clone()),
        }
    }
}

/// The credential that an exchange presents.
#[derive(Clone, Debug, Default)]
pub struct Presented {
    /// The bearer token; none when nobody is signed in.
    pub token: Option<Secret>,
    /// Whose it is: the user as JSON text.
    pub user: String,
    /// Which of the session's tokens it is.
    pub generation: u64,
}
