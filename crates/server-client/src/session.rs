//! Who is signed in, by what an incoming request brings or by what the backend says.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::Value;
use twinfetch_core::cookie::Cookies;
use twinfetch_core::dialect::{Dialect, Identity, Seal as Axis, SessionFields};
use twinfetch_core::document::Document as _;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::seal::{Claims, SealError, SessionError};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Standing, read_claims};
use twinfetch_core::token;

use crate::client::ServerClient;
use crate::error::Error;
use crate::seal::{Opened, Seal};
use crate::visitor::Visitor;

/// Who is signed in.
#[derive(Clone, Debug)]
pub enum Session {
    /// Somebody is.
    Authenticated(Authenticated),
    /// Nobody is: the request brings no session, or none that this server can believe.
    Anonymous,
}

/// A session of somebody who is signed in.
#[derive(Clone)]
pub struct Authenticated(Arc<Genuine>);

struct Genuine {
    claims: Source,
    fields: SessionFields,
    access_token: Option<Secret>,
}

/// Whose word a session is.
enum Source {
    /// The backend's, just now.
    Told(Value),
    /// That of a seal.
    Sealed(Claims),
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

    /// All that the session cookie, the token or the backend says. It may hold more than a page should show.
    pub fn claims(&self) -> &Value {
        match &self.0.claims {
            Source::Told(document) => document,
            Source::Sealed(claims) => claims.document(),
        }
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

/// What opening the request's session came to; done once per request.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) session: Result<Session, Error>,
    pub(crate) refusal: Option<SessionError>,
}

impl Resolved {
    /// Opens the session: locally, with no network.
    pub(crate) fn open(dialect: &Dialect, seal: &Seal, visitor: &Visitor, now: SystemTime) -> Self {
        let (Axis::AuthJs { session: fields, .. } | Axis::Jws { session: fields, .. }) = &dialect.seal else {
            let reason = "The dialect has no seal, so that this server cannot read who is signed in.";
            return Self { session: Err(Error::config(reason.to_owned())), refusal: None };
        };
        if matches!(seal, Seal::Closed) {
            let reason = "This client was built without secrets, so that it cannot read who is signed in.";
            return Self { session: Err(Error::config(reason.to_owned())), refusal: None };
        }
        match seal.open(&visitor.cookies(), visitor.bearer(), now) {
            Ok(None) => Self { session: Ok(Session::Anonymous), refusal: None },
            Ok(Some(opened)) => Self { session: Session::opened(opened, fields), refusal: None },
            Err(refusal) => {
                tell(refusal);
                Self { session: Ok(Session::Anonymous), refusal: Some(refusal) }
            }
        }
    }
}

impl Session {
    /// A session that a seal vouches for.
    fn opened(opened: Opened, fields: &SessionFields) -> Result<Self, Error> {
        let Opened { claims, token } = opened;
        match read_claims(fields, &claims.document()) {
            Some(Standing::Authenticated(access_token)) => {
                // Without a place for it in the claims, the token itself is the access token.
                let access_token = access_token.or(token.filter(|_| fields.access_token.is_none()));
                let genuine = Genuine { claims: Source::Sealed(claims), fields: *fields, access_token };
                Ok(Self::Authenticated(Authenticated(Arc::new(genuine))))
            }
            Some(Standing::Anonymous) => Ok(Self::Anonymous),
            None => Err(Error::new(Reason::new(Code::SessionMalformed))),
        }
    }

    /// The session that cookies bring which were just set; `None` when this server cannot open any.
    ///
    /// # Errors
    /// It is genuine, but not in the dialect's form.
    pub(crate) fn of_cookies(cookies: &Cookies<'_>, client: &ServerClient) -> Result<Option<Self>, Error> {
        let (Axis::AuthJs { session: fields, .. } | Axis::Jws { session: fields, .. }) = &client.dialect().seal else {
            return Ok(None);
        };
        let opened = client.seal().open(cookies, None, client.now()).ok().flatten();
        opened.map(|opened| Self::opened(opened, fields)).transpose()
    }

    /// The session in a document of the backend; `null` is nobody's.
    pub(crate) fn of_document(document: Value, client: &ServerClient) -> Result<Self, Error> {
        let Identity::Endpoint { session: fields, .. } = &client.dialect().identity;
        if document.is_null() {
            return Ok(Self::Anonymous);
        }
        let standing = read_claims(fields, &&document);
        let standing = standing.ok_or_else(|| Error::new(Reason::new(Code::SessionMalformed)))?;
        Ok(Self::told(standing, document, client.dialect()))
    }

    /// A session that the backend vouches for.
    pub(crate) fn told(standing: Standing, document: Value, dialect: &Dialect) -> Self {
        let Identity::Endpoint { session: fields, .. } = &dialect.identity;
        match standing {
            Standing::Anonymous => Self::Anonymous,
            Standing::Authenticated(access_token) => {
                let genuine = Genuine { claims: Source::Told(document), fields: *fields, access_token };
                Self::Authenticated(Authenticated(Arc::new(genuine)))
            }
        }
    }
}

/// Says why a session is not believed, never what is in it. Expiry is everyday; the rest is worth a look.
pub(crate) fn tell(refusal: SessionError) {
    match refusal {
        SessionError::Seal(SealError::Expired) => tracing::debug!(reason = "expired", "the session is over"),
        SessionError::Seal(SealError::Revoked) => tracing::debug!(reason = "revoked", "the session is over"),
        SessionError::Seal(cause) => tracing::warn!(reason = cause.reason(), "the session is refused"),
        SessionError::Cookie(cause) => tracing::warn!(reason = %cause, "the session is refused"),
    }
}
