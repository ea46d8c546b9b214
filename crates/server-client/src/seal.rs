//! Opening what an incoming request brings of a session: locally, with no network.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::seal::{Claims, SealError, SessionError, Sessions, Signed};
use twinfetch_core::secret::Secret;

/// Since when sessions of whoever has these claims count.
pub(crate) type IssuedAfter = Box<dyn Fn(&Value) -> Option<SystemTime> + Send + Sync>;

/// How sessions are opened.
pub(crate) enum Seal {
    /// Encrypted by Auth.js.
    AuthJs(Sessions),
    /// Sealed, but this server was given no secrets on purpose.
    Closed,
    /// There is nothing that a server could open.
    None,
    /// Signed tokens.
    Signed(Signed, Option<IssuedAfter>),
}

/// The claims of a session that is genuine.
pub(crate) struct Opened {
    pub(crate) claims: Claims,
    /// The token itself, where it is one that can be sent on.
    pub(crate) token: Option<Secret>,
}

impl Seal {
    /// Opens the session that cookies or a bearer token bring, `None` when they bring none.
    pub(crate) fn open(
        &self,
        cookies: &Cookies<'_>,
        bearer: Option<&str>,
        now: SystemTime,
    ) -> Result<Option<Opened>, SessionError> {
        match self {
            Self::AuthJs(sessions) => {
                let claims = sessions.read(cookies, seconds(now))?;
                Ok(claims.map(|claims| Opened { claims, token: None }))
            }
            Self::Signed(signed, issued_after) => {
                let accepts = |claims: &Claims| since(issued_after.as_ref(), claims);
                let found = signed.read(cookies, bearer, seconds(now), accepts)?;
                Ok(found.map(|(claims, token)| Opened { claims, token: Some(token) }))
            }
            Self::Closed | Self::None => Ok(None),
        }
    }

    /// The claims of an access token, where this server can tell that it is genuine.
    pub(crate) fn verify(&self, token: &Secret, now: SystemTime) -> Option<Claims> {
        let Self::Signed(signed, issued_after) = self else { return None };
        let claims = signed.verify(token.expose(), seconds(now)).ok()?;
        since(issued_after.as_ref(), &claims).ok().map(|()| claims)
    }
}

/// A moment in seconds since 1970.
fn seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn since(issued_after: Option<&IssuedAfter>, claims: &Claims) -> Result<(), SealError> {
    let cut_off = issued_after.and_then(|issued_after| issued_after(claims.document()));
    match cut_off {
        Some(cut_off) if !claims.issued_since(seconds(cut_off)) => Err(SealError::Revoked),
        _ => Ok(()),
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AuthJs(_) => "AuthJs",
            Self::Closed => "Closed",
            Self::None => "None",
            Self::Signed(..) => "Signed",
        })
    }
}
