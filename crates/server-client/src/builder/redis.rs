//! The setting of who else renews.

use super::Builder;
use crate::Redis;
use crate::error::Error;
use crate::renewals::Authority;

impl Builder {
    /// Renews a session once in all processes of the app, which share the Redis at an address such as
    /// `redis://:password@localhost:6379`; [`Redis`] has more to set.
    ///
    /// It is connected to when something is to be renewed. While it fails each process renews by itself, as without this
    /// setting; the log says so once, as a warning. Needs secrets, which encrypt what Redis keeps.
    ///
    /// ```
    /// use twinfetch_server_client::{Dialect, ServerClient};
    ///
    /// let client = ServerClient::builder()
    ///     .dialect(Dialect::dual_token())
    ///     .own_session()
    ///     .secrets(["32 characters or more, of the app"])
    ///     .redis("redis://localhost:6379")
    ///     .build()?;
    /// # Ok::<(), twinfetch_server_client::Error>(())
    /// ```
    #[must_use]
    pub fn redis(mut self, redis: impl Into<Redis>) -> Self {
        self.redis = Some(redis.into());
        self
    }

    pub(super) fn authority(&self) -> Result<Authority, Error> {
        let Some(redis) = &self.redis else { return Ok(Authority::Process) };
        let secrets = self.secrets.listed(self.own_session, &self.dialect.seal, self.variable);
        redis.clone().share(secrets).map(Authority::Redis)
    }
}
