use std::fmt;

use crate::cookie::{Broken, Cookies};
use crate::secret::Secret;

use super::{Claims, Keyring, KeyringError, SealError, SealVersion};

/// Reads the session of an app from the cookies of a request.
///
/// An app under HTTPS prefixes its cookie's name. So `__Secure-`, `__Host-` and the plain name are looked for in this
/// order, and the first one that is there is opened with the keys for that name.
#[derive(Clone, Debug)]
pub struct Sessions {
    keyrings: Vec<(String, Keyring)>,
}

impl Sessions {
    /// Derives the keys for a cookie; a name which has a prefix already is looked for as it is.
    ///
    /// # Errors
    ///
    /// The secrets or the name make no keyring.
    pub fn new(version: SealVersion, secrets: &[Secret], cookie: &str) -> Result<Self, KeyringError> {
        let prefixes: &[&str] = if cookie.starts_with("__") { &[""] } else { &["__Secure-", "__Host-", ""] };
        let keyring = |prefix: &&str| {
            let name = format!("{prefix}{cookie}");
            let salt = match version {
                SealVersion::V4 => "",
                SealVersion::V5 => &name,
            };
            let keyring = Keyring::new(version, secrets, salt)?;
            Ok((name, keyring))
        };
        Ok(Self { keyrings: prefixes.iter().map(keyring).collect::<Result<_, _>>()? })
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
