use std::fmt;

use crate::cookie::{Broken, Cookies};
use crate::secret::Secret;

use super::{Claims, Keyring, KeyringError, SealError, Version};

/// Reads the session of an app from the cookies of a request.
///
/// It looks for each of its cookie names in turn, `__Secure-` first, and opens the first one that is there with the keys
/// for that name.
#[derive(Clone, Debug)]
pub struct Sessions {
    keyrings: Vec<(String, Keyring)>,
}

impl Sessions {
    /// Derives the keys for every cookie name an app may use, the preferred one first.
    ///
    /// # Errors
    ///
    /// The secrets or a name make no keyring.
    pub fn new<'n>(
        version: Version,
        secrets: &[Secret],
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, KeyringError> {
        let keyring = |name: &str| {
            let salt = match version {
                Version::V4 => "",
                Version::V5 => name,
            };
            Ok((name.to_owned(), Keyring::new(version, secrets, salt)?))
        };
        Ok(Self { keyrings: names.into_iter().map(keyring).collect::<Result<_, _>>()? })
    }

    /// The claims of the request's session, `None` without one; `now` is in Unix seconds.
    ///
    /// # Errors
    ///
    /// A session cookie is there, but it is in pieces or refused.
    pub fn read(&self, cookies: &Cookies<'_>, now: u64) -> Result<Option<Claims>, SessionError> {
        for (name, keyring) in &self.keyrings {
            if let Some(token) = cookies.session(name).map_err(SessionError::Cookie)? {
                return keyring.decode(&token, now).map(Some).map_err(SessionError::Seal);
            }
        }
        Ok(None)
    }
}

/// Why the session cookie of a request gives no claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// The cookies do not make a value.
    Cookie(Broken),
    /// The value is refused.
    Seal(SealError),
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cookie(cause) => cause.fmt(formatter),
            Self::Seal(cause) => cause.fmt(formatter),
        }
    }
}

impl std::error::Error for SessionError {}
