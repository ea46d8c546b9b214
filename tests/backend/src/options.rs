//! How a backend runs.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::system::System;

/// How a backend runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The system to speak.
    pub system: System,
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// The `SQLite` file; without one the data live and die with the server.
    pub database: Option<PathBuf>,
    /// Origins whose pages may call, such as `http://localhost:3000`.
    pub allow_origins: Vec<String>,
    /// How long an access token is good, else as the system has it; 0 makes tokens that are dead at birth.
    pub token_lifetime: Option<Duration>,
    /// How long a refresh token is good.
    pub refresh_lifetime: Duration,
    /// What signs tokens, newest first; all of them verify. Without any, a key of the database's own.
    pub secrets: Vec<String>,
    /// Where tokens that died early are remembered, else in the database.
    pub redis_url: Option<String>,
    /// Whether this is production.
    pub stage: Stage,
    /// Under which status S2 refuses.
    pub refusals: Refusals,
    /// Where users of S4 sign in.
    pub provider: Option<OpenIdProvider>,
    /// Where S4 sends a browser that has signed in; without it, to the first of `allow_origins`.
    pub frontend_origin: Option<String>,
    /// Whether the routes under `/test` exist.
    pub test_endpoints: bool,
    /// Hears of every token that is issued, so that a test can look for it elsewhere.
    pub issued: Option<fn(&str)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            system: System::default(),
            port: 0,
            database: None,
            allow_origins: Vec::new(),
            token_lifetime: None,
            refresh_lifetime: Duration::from_hours(7 * 24),
            secrets: Vec::new(),
            redis_url: None,
            stage: Stage::default(),
            refusals: Refusals::default(),
            provider: None,
            frontend_origin: None,
            test_endpoints: false,
            issued: None,
        }
    }
}

/// What the backend is run for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stage {
    /// To be worked on: S3 lets a caller choose a token's life, and S2's cookie comes over plain HTTP.
    #[default]
    Development,
    /// To be used: S3 lets nobody choose, and S2's cookie is `Secure`.
    Production,
}

/// Under which status S2 sends a refusal; its document has both.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Refusals {
    /// Under the status that fits it.
    #[default]
    ByStatus,
    /// Under 200, so that only the `code` tells.
    WithOk,
}

/// An OpenID provider, and who we are to it.
#[derive(Clone)]
pub struct OpenIdProvider {
    /// The issuer, under which `/.well-known/openid-configuration` lies.
    pub issuer: String,
    /// The id under which we are registered.
    pub client_id: String,
    /// What proves that it is us.
    pub client_secret: String,
}

impl fmt::Debug for OpenIdProvider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, client_id, client_secret: _ } = self;
        formatter
            .debug_struct("OpenIdProvider")
            .field("issuer", issuer)
            .field("client_id", client_id)
            .finish_non_exhaustive()
    }
}
