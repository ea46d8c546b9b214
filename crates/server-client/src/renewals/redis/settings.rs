//! How the processes of an app share Redis.

use std::fmt;
use std::time::Duration;

use twinfetch_core::secret::Secret;

use super::Shared;
use super::connection::Connection;
use super::vault::Vault;
use crate::error::Error;

/// How the processes of an app share a Redis, so that a session is renewed once in all of them.
///
/// | setting | default |
/// | --- | --- |
/// | `prefix` | `twinfetch:` and a fingerprint of the oldest secret, so that apps with other secrets never meet |
/// | `secrets` | the client's own |
/// | `lock_ttl` | 10 s |
/// | `successor_ttl` | 60 s |
/// | `timeout` | 1 s |
///
/// What is in Redis are hashes of refresh tokens as keys, and the tokens that came of them, encrypted. Every key expires.
///
/// ```
/// use std::time::Duration;
/// use twinfetch_server_client::{Dialect, Redis, ServerClient};
///
/// let client = ServerClient::builder()
///     .dialect(Dialect::dual_token())
///     .secrets(["of the backend"])
///     .redis(Redis::new("redis://localhost:6379").prefix("shop").successor_ttl(Duration::from_mins(2)))
///     .build()?; // connects when something is to be renewed
/// # Ok::<(), twinfetch_server_client::Error>(())
/// ```
#[derive(Clone)]
pub struct Redis {
    url: Secret,
    prefix: Option<String>,
    secrets: Option<Vec<Secret>>,
    lock_ttl: Duration,
    successor_ttl: Duration,
    timeout: Duration,
}

impl Redis {
    /// The Redis at an address such as `redis://:password@localhost:6379/0` or `redis+unix:///run/redis.sock`. Connections with
    /// TLS (`rediss:`) and a cluster are not supported.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url),
            prefix: None,
            secrets: None,
            lock_ttl: Duration::from_secs(10),
            successor_ttl: Duration::from_mins(1),
            timeout: Duration::from_secs(1),
        }
    }

    /// Sets what all keys begin with. It has to be another one for each app and environment that shares the Redis.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets what encrypts tokens in Redis, the newest first: the same in all processes.
    #[must_use]
    pub fn secrets<S: Into<String>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.secrets = Some(secrets.into_iter().map(Secret::new).collect());
        self
    }

    /// Sets how long a process that has stopped keeps others from renewing what it began to renew. One that goes on asks for more
    /// time by itself, a third of this before it is over.
    #[must_use]
    pub const fn lock_ttl(mut self, ttl: Duration) -> Self {
        self.lock_ttl = ttl;
        self
    }

    /// Sets how long the tokens of a renewal are kept for whoever still comes with the refresh token that was spent: requests which were on
    /// their way, and browsers that never got the answer.
    #[must_use]
    pub const fn successor_ttl(mut self, ttl: Duration) -> Self {
        self.successor_ttl = ttl;
        self
    }

    /// Limits the wait for a connection to Redis, and for each of its answers.
    #[must_use]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Checks the settings; `secrets` are the client's own.
    pub(crate) fn share(self, secrets: Vec<Secret>) -> Result<Shared, Error> {
        let unusable = |why: &str| Error::config(format!("The setting redis is not usable: {why}."));
        for (name, limit) in
            [("lock_ttl", self.lock_ttl), ("successor_ttl", self.successor_ttl), ("timeout", self.timeout)]
        {
            if limit < SHORTEST || limit > LONGEST {
                return Err(unusable(&format!("{name} is not between 10 ms and a day")));
            }
        }
        if self.prefix.as_deref().is_some_and(|prefix| !is_plain(prefix)) {
            return Err(unusable("the prefix is not made of letters, digits, - _ . and : only"));
        }
        if self.url.expose().starts_with("rediss:") {
            return Err(unusable("connections with TLS (rediss:) are not supported"));
        }
        // What the crate says of a wrong address may repeat it, password and all.
        let client = ::redis::Client::open(self.url.expose())
            .map_err(|_| unusable("the address is not of the form redis://localhost:6379, without TLS"))?;
        let vault = Vault::new(self.prefix, &self.secrets.unwrap_or(secrets))
            .map_err(|cause| unusable(&format!("{cause}, and tokens are not kept in clear")))?;
        Ok(Shared::new(Connection::new(client, self.timeout), vault, (self.lock_ttl, self.successor_ttl)))
    }
}

const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_hours(24);

fn is_plain(prefix: &str) -> bool {
    !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

impl<T: Into<String>> From<T> for Redis {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
