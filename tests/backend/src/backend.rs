//! What every route has in hand.

use std::sync::Arc;
use std::time::Duration;

use crate::calls::Calls;
use crate::database::Database;
use crate::faults::Faults;
use crate::tokens::Tokens;

/// The state shared by all routes; cloning it clones handles.
#[derive(Clone)]
pub(crate) struct Backend {
    pub(crate) database: Database,
    pub(crate) tokens: Arc<Tokens>,
    /// How long an access token is good.
    pub(crate) token_lifetime: Duration,
    pub(crate) calls: Arc<Calls>,
    pub(crate) faults: Arc<Faults>,
}
