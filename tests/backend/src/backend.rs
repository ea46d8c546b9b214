//! What every route has in hand.

use std::sync::Arc;
use std::time::Duration;

use crate::calls::Calls;
use crate::database::Database;
use crate::deny_list::DenyList;
use crate::faults::Faults;
use crate::oauth_cookie::SignIn;
use crate::options::{Refusals, Stage};
use crate::rate_limits::RateLimits;
use crate::system::System;
use crate::tokens::Tokens;

/// The state shared by all routes; cloning it clones handles.
#[derive(Clone)]
pub(crate) struct Backend {
    pub(crate) system: System,
    pub(crate) stage: Stage,
    pub(crate) refusals: Refusals,
    pub(crate) database: Database,
    pub(crate) tokens: Arc<Tokens>,
    /// How long an access token is good, or the only kind of token there is.
    pub(crate) token_lifetime: Duration,
    /// How long a refresh token is good.
    pub(crate) refresh_lifetime: Duration,
    pub(crate) deny_list: DenyList,
    pub(crate) rate_limits: Arc<RateLimits>,
    pub(crate) sign_in: Arc<SignIn>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) faults: Arc<Faults>,
}
