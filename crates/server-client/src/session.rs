//! Who is signed in, read from the cookies of an incoming request.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;
use serde::de::DeserializeOwned;
use serde_json::Value;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::dialect::{Seal, SessionFields};
use twinfetch_core::document::Document as _;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::seal::{Claims, SealError, SessionError, Sessions};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Presented, Standing, read_claims};
use twinfetch_core::token;

use crate::error::Error;

/// Who is signed in.
#[derive(Clone, Debug)]
pub enum Session {
    /// Somebody is.
    Authenticated(Authenticated),
    /// Nobody is: there is no session cookie, or none that this server can believe.
    Anonymous,
}

/// A session of somebody who is signed in.
#[derive(Clone)]
pub struct Authenticated(Arc<Genuine>);

struct Genuine {
    claims: Claims,
    fields: SessionFields,
    access_token: Option<Secret>,
}

impl Session {
    /// Whether somebody is signed in.
    pub const fn is_authenticated(&self) -> bool {
        matches!(self, Self::Authenticated(_))
    }

    /// The session of whoever is signed in.
    pub const fn authenticated(&self) -> Option<&Authenticated> {
        match self {
            Self::Authenticated(session) => Some(session),
            Self::Anonymous => None,
        }
    }
}

impl Authenticated {
    /// The user, at the place in the claims where the dialect keeps it.
    ///
    /// # Errors
    /// `session_malformed` when the claims do not fit `T`.
    pub fn user<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let user = self.claims().at(self.0.fields.user.as_str()).unwrap_or(&Value::Null);
        T::deserialize(user).map_err(|_| Error::new(Reason::new(Code::SessionMalformed)))
    }

    /// All that the session cookie says. It may hold more than a page should show.
    pub fn claims(&self) -> &Value {
        self.0.claims.document()
    }

    /// What is sent to the backend as bearer token.
    pub fn access_token(&self) -> Option<&Secret> {
        self.0.access_token.as_ref()
    }

    /// When the session ends, if it says so. Its access token may end earlier.
    pub fn expires(&self) -> Option<SystemTime> {
        let end = self.claims().at(self.0.fields.expires.as_ref()?.as_str())?;
        UNIX_EPOCH.checked_add(Duration::from_millis(token::numeric_date(&end)?))
    }
}

impl fmt::Debug for Authenticated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authenticated").field("expires", &self.expires()).finish_non_exhaustive()
    }
}

/// What reading the cookies came to; read once per request.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) session: Result<Session, Error>,
    pub(crate) refusal: Option<SessionError>,
}

impl Resolved {
    /// Reads the session: locally, with no network.
    pub(crate) fn read(seal: &Seal, sessions: Option<&Sessions>, cookies: &[HeaderValue], now: SystemTime) -> Self {
        let (Seal::AuthJs { session: fields, .. }, Some(sessions)) = (seal, sessions) else {
            let reason = "The dialect has no seal, so that this server cannot read who is signed in.";
            return Self { session: Err(Error::config(reason.to_owned())), refusal: None };
        };
        let cookies = Cookies::parse(cookies.iter().map(HeaderValue::as_bytes));
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        match sessions.read(&cookies, now) {
            Ok(None) => Self { session: Ok(Session::Anonymous), refusal: None },
            Ok(Some(claims)) => Self { session: believe(claims, fields), refusal: None },
            Err(refusal) => {
                tell(refusal);
                Self { session: Ok(Session::Anonymous), refusal: Some(refusal) }
            }
        }
    }

    /// What an exchange presents to the backend.
    pub(crate) fn present(&self) -> Result<Presented, Error> {
        let session = self.session.as_ref().map_err(Clone::clone)?;
        let token = session.authenticated().and_then(Authenticated::access_token).cloned();
        Ok(Presented { token, ..Presented::default() })
    }
}

fn believe(claims: Claims, fields: &SessionFields) -> Result<Session, Error> {
    match read_claims(fields, &claims.document()) {
        Some(Standing::Authenticated(access_token)) => {
            let genuine = Genuine { claims, fields: fields.clone(), access_token };
            Ok(Session::Authenticated(Authenticated(Arc::new(genuine))))
        }
        Some(Standing::Anonymous) => Ok(Session::Anonymous),
        None => Err(Error::new(Reason::new(Code::SessionMalformed))),
    }
}

/// Says why a cookie is not believed, never what is in it. Expiry is everyday; the rest is worth a look.
fn tell(refusal: SessionError) {
    match refusal {
        SessionError::Seal(SealError::Expired) => tracing::debug!(reason = "expired", "the session is over"),
        SessionError::Seal(cause) => tracing::warn!(reason = cause.reason(), "the session cookie is refused"),
        SessionError::Cookie(cause) => tracing::warn!(reason = %cause, "the session cookie is refused"),
    }
}
