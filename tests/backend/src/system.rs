//! Which systems there are, and what each adds to the shared parts.

use std::str::FromStr;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use rusqlite::Connection;

use crate::backend::Backend;
use crate::{authjs, cookie_jwt, dual_token, oauth_cookie, single_user};

/// A system that the backend speaks; a server speaks one.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum System {
    /// S0: the backend behind an Auth.js pair.
    #[default]
    Authjs,
    /// S1: an access and a refresh token, in an envelope.
    DualToken,
    /// S2: a token in a cookie, and permissions.
    CookieJwt,
    /// S3: one user with a password, and links that sign in.
    SingleUser,
    /// S4: sign-in at an OpenID provider, and a session in a cookie.
    OauthCookie,
}

impl System {
    /// All systems, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Authjs, Self::DualToken, Self::CookieJwt, Self::SingleUser, Self::OauthCookie];

    /// The number under which the system is known, such as `s1`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authjs => "s0",
            Self::DualToken => "s1",
            Self::CookieJwt => "s2",
            Self::SingleUser => "s3",
            Self::OauthCookie => "s4",
        }
    }

    /// How long a token is good when nothing else is asked for.
    pub(crate) fn token_lifetime(self) -> Duration {
        match self {
            Self::Authjs | Self::DualToken => Duration::from_mins(15),
            Self::CookieJwt => Duration::from_hours(24),
            Self::SingleUser => Duration::from_hours(12),
            Self::OauthCookie => Duration::from_hours(7 * 24),
        }
    }

    /// Whether pages of other origins send cookies along.
    pub(crate) fn has_cookies(self) -> bool {
        matches!(self, Self::CookieJwt | Self::OauthCookie)
    }

    /// Brings the system's own tables and users into being.
    pub(crate) fn prepare(self, connection: &Connection) -> anyhow::Result<()> {
        match self {
            Self::Authjs | Self::DualToken => Ok(()),
            Self::CookieJwt => cookie_jwt::prepare(connection),
            Self::SingleUser => single_user::prepare(connection),
            Self::OauthCookie => Ok(connection.execute_batch(oauth_cookie::TABLES)?),
        }
    }

    /// The routes of the system.
    pub(crate) fn routes(self, backend: &Backend) -> Router<Backend> {
        match self {
            Self::Authjs => authjs::routes(),
            Self::DualToken => dual_token::routes(),
            Self::CookieJwt => cookie_jwt::routes(backend.refusals),
            Self::SingleUser => single_user::routes(),
            Self::OauthCookie => oauth_cookie::routes(),
        }
    }

    /// What only a test may ask of this system.
    pub(crate) fn test_routes(self) -> Router<Backend> {
        match self {
            Self::Authjs | Self::CookieJwt => Router::new(),
            Self::DualToken => dual_token::test_routes(),
            Self::SingleUser => single_user::test_routes(),
            Self::OauthCookie => oauth_cookie::test_routes(),
        }
    }

    /// Whose valid credential came with the request.
    pub(crate) fn user(self, backend: &Backend, headers: &HeaderMap) -> Option<String> {
        match self {
            Self::Authjs => authjs::user(backend, headers),
            Self::DualToken => dual_token::user(backend, headers),
            Self::CookieJwt => cookie_jwt::user(backend, headers),
            Self::SingleUser => single_user::user(backend, headers),
            Self::OauthCookie => oauth_cookie::user(backend, headers),
        }
    }
}

impl FromStr for System {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.into_iter().find(|system| system.name() == name);
        found.ok_or_else(|| anyhow::anyhow!("{name:?} is none of s0, s1, s2, s3 and s4"))
    }
}
