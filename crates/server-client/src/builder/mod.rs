//! The settings of a client, checked before anything is sent.

mod checked;
#[cfg(feature = "redis")]
mod redis;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use twinfetch_core::dialect::Dialect;
use twinfetch_core::exchange::Retry;
use twinfetch_core::secret::Secret;

use crate::client::Clock;
use crate::own_session::MAX_AGE;
use crate::seal::IssuedAfter;
use crate::secrets::Secrets;
use crate::transport::Limits;

/// The settings of a [`ServerClient`](crate::ServerClient).
///
/// | setting | default |
/// | --- | --- |
/// | `base_url` | the variable `BACKEND_URL`, else `http://localhost:8080` |
/// | `dialect` | [`Dialect::authjs`] |
/// | `secrets` | Auth.js: the variable `AUTH_SECRET`, else `NEXTAUTH_SECRET`; for next-auth v4 in the other order |
/// | | signed tokens: the variable `JWT_SECRET`, with commas between several |
/// | `cookie_name` | the dialect's; of an own session `twinfetch.session` |
/// | `app_url` | none; verbs of the app's own endpoints need it, and cookies are `Secure` without it |
/// | `own_session` | none: who is signed in is what the dialect's seal says; with it, `secrets` are `AUTH_SECRET`, else `NEXTAUTH_SECRET` |
/// | `session_max_age` | 30 days |
/// | `issued_after` | sessions of any age count |
/// | `redis` (feature `redis`) | none: each process renews by itself |
/// | `connect_timeout` | 5 s |
/// | `head_timeout` | 10 s |
/// | `idle_timeout` | 30 s |
/// | `timeout` | 60 s |
/// | `body_limit` | 8 MiB |
/// | `retry` | [`Retry::DEFAULT`]: three requests in all |
pub struct Builder {
    base_url: Option<String>,
    app_url: Option<String>,
    dialect: Dialect,
    secrets: Secrets,
    cookie_name: Option<String>,
    own_session: bool,
    session_max_age: Duration,
    issued_after: Option<IssuedAfter>,
    #[cfg(feature = "redis")]
    redis: Option<crate::Redis>,
    limits: Limits,
    retry: Retry,
    clock: Clock,
    variable: fn(&str) -> Option<String>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            base_url: None,
            app_url: None,
            dialect: Dialect::authjs(),
            secrets: Secrets::OfTheEnvironment,
            cookie_name: None,
            own_session: false,
            session_max_age: MAX_AGE,
            issued_after: None,
            #[cfg(feature = "redis")]
            redis: None,
            limits: Limits {
                connect: Duration::from_secs(5),
                head: Duration::from_secs(10),
                idle: Duration::from_secs(30),
                total: Duration::from_mins(1),
                body: 8 * 1024 * 1024,
            },
            retry: Retry::DEFAULT,
            clock: Arc::new(SystemTime::now),
            variable: |name| std::env::var(name).ok(),
        }
    }
}

impl Builder {
    /// Sets the backend's address, which all paths are relative to.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the address of the app whose pages this server renders. Cookies are `Secure` unless it begins with `http:`.
    #[must_use]
    pub fn app_url(mut self, url: impl Into<String>) -> Self {
        self.app_url = Some(url.into());
        self
    }

    /// Sets how the backend and its sign-in talk.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets the secrets of the session, the newest first: the same as those of whoever seals or signs it.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets = Secrets::Given(secrets.into_iter().map(Secret::new).collect());
        self
    }

    /// Does without secrets: for a program that only signs in itself, and reads no session of an incoming request.
    ///
    /// [`Api::session`](crate::Api::session) of an incoming request, and calls as its visitor, are then errors: nobody is taken for
    /// anonymous.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        self.secrets = Secrets::None;
        self
    }

    /// Refuses signed tokens that were issued before a moment, for example before the user's password was changed.
    ///
    /// It is asked with the claims of every token that is genuine; `None` lets any age pass. A token without `iat`, or whose
    /// `iat` is before the moment's second, is then refused. It is asked while a request waits, so that it should
    /// answer from memory.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use twinfetch_server_client::{Dialect, ServerClient};
    ///
    /// let password_updated_at = UNIX_EPOCH + Duration::from_secs(1_750_000_000);
    /// let client = ServerClient::builder()
    ///     .dialect(Dialect::single_user())
    ///     .secrets(["of the backend"])
    ///     .issued_after(move |claims| (claims["sub"] == "admin").then_some(password_updated_at))
    ///     .build()?;
    /// # Ok::<(), twinfetch_server_client::Error>(())
    /// ```
    #[must_use]
    pub fn issued_after(mut self, issued_after: impl Fn(&Value) -> Option<SystemTime> + Send + Sync + 'static) -> Self {
        self.issued_after = Some(Box::new(issued_after));
        self
    }

    /// Sets the session cookie's name, for an app that chose its own. `__Secure-` and `__Host-` are looked for as well; that of
    /// an [own session](Self::own_session) is written with `__Host-` under https.
    #[must_use]
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = Some(name.into());
        self
    }

    /// Keeps the tokens of a sign-in in a cookie of this server's own, and renews them for the requests that bring it.
    ///
    /// For dialects whose sign-in gives [tokens](crate::Tokens). The cookie is encrypted with `secrets` as Auth.js encrypts
    /// its own, `HttpOnly`, `SameSite=Lax`, and named `__Host-twinfetch.session` unless [`Self::app_url`] begins with `http:`.
    /// It takes the place of the dialect's seal: who is signed in is what the backend says of the tokens, and no other
    /// cookie and no `Authorization` of a visitor counts. See [the crate's front page](crate#a-session-of-this-servers-own).
    #[must_use]
    pub const fn own_session(mut self) -> Self {
        self.own_session = true;
        self
    }

    /// Limits the life of a session that this server keeps, from the sign-in on: renewals do not prolong it. At most 400 days.
    #[must_use]
    pub const fn session_max_age(mut self, limit: Duration) -> Self {
        self.session_max_age = limit;
        self
    }

    /// Sets how often a call or a verb is sent again by itself; [`Retry::NONE`] turns it off. A call can have its own.
    ///
    /// Sent again are idempotent methods (`GET`, `HEAD`, `PUT`, `DELETE`) and whatever carries an `Idempotency-Key`: after a
    /// network failure, an attempt that took too long, and 429, 502, 503 and 504, unless `Retry-After` asks for a longer
    /// wait than [`Retry::longest`] or than the call has time for. Any other call is sent again only where nothing of it can
    /// have left this machine. A client repeats at most ten calls and a tenth of those that it makes at one origin, so that an
    /// outage is not multiplied.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Limits the wait for a connection: `connect_timed_out`.
    #[must_use]
    pub const fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Limits the wait for the head of a response, the connection included, for each attempt: `response_timed_out`.
    #[must_use]
    pub const fn head_timeout(mut self, limit: Duration) -> Self {
        self.limits.head = limit;
        self
    }

    /// Limits the wait for the next piece of a body: `body_stalled`.
    #[must_use]
    pub const fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit;
        self
    }

    /// Limits a whole call, with all attempts and the waits between them, redirects and body: `timed_out`. A call can have
    /// its own limit.
    #[must_use]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.limits.total = limit;
        self
    }

    /// Limits the bytes of a JSON body.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the clock by which sessions expire, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").field("limits", &self.limits).finish_non_exhaustive()
    }
}
