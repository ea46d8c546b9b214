//! The one connection to Redis: opened when it is needed, shared, and left alone for a moment when it fails.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, RedisError, Value};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;

/// How long a Redis that failed is not asked again, so that not every renewal waits for it in vain.
pub(super) const REST: Duration = Duration::from_secs(1);

/// A connection that is open or being opened.
type Link = Shared<BoxFuture<'static, Result<MultiplexedConnection, Failure>>>;

/// Whether a command is sent to a Redis that has just failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Ignored,
    Kept,
}

/// The way to Redis.
#[derive(Clone)]
pub(super) struct Connection(Arc<Inner>);

struct Inner {
    client: Client,
    config: AsyncConnectionConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    /// Which link it is, so that nobody closes a newer one than the one that failed.
    number: u64,
    rests_until: Option<Instant>,
    down_since: Option<Instant>,
}

impl Connection {
    /// Connects nowhere yet; `timeout` limits the wait for a connection and for each answer.
    pub(super) fn new(client: Client, timeout: Duration) -> Self {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(Some(timeout));
        Self(Arc::new(Inner { client, config, state: Mutex::default() }))
    }

    /// Sends a command, which must do no harm when it is performed twice.
    ///
    /// It runs as a task of its own: whoever asked may be gone before the answer comes, and no half of an exchange stays behind.
    pub(super) async fn ask(&self, command: Cmd, rest: Rest) -> Result<Value, Failure> {
        let own = self.clone();
        let task = tokio::spawn(async move { own.send(&command, rest).await });
        task.await.unwrap_or_else(|_| Err(Failure::new("the task ended")))
    }

    /// Sends a command as [`Self::ask`] does, within the caller's own task.
    pub(super) async fn send(&self, command: &Cmd, rest: Rest) -> Result<Value, Failure> {
        let inner = &self.0;
        let mut is_repeated = false;
        loop {
            let (number, link) = inner.link(rest)?;
            let mut connection = link.await.map_err(|failure| inner.failed(number, failure))?;
            match command.query_async(&mut connection).await {
                Ok(value) => {
                    inner.answered();
                    return Ok(value);
                }
                // Redis closes what was idle for long, and says so only to whoever comes next.
                Err(error) if error.is_connection_dropped() && !is_repeated => {
                    is_repeated = true;
                    inner.forget(number);
                }
                Err(error) => return Err(inner.failed(number, Failure::of(&error))),
            }
        }
    }

    /// For how long it has given no answer.
    pub(super) fn down_for(&self) -> Duration {
        self.0.lock().down_since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

impl Inner {
    /// The link, opened by the first who needs it.
    fn link(&self, rest: Rest) -> Result<(u64, Link), Failure> {
        let mut state = self.lock();
        if rest == Rest::Kept && state.rests_until.is_some_and(|until| Instant::now() < until) {
            return Err(Failure::new("it failed a moment ago"));
        }
        if let Some(link) = &state.link {
            return Ok((state.number, link.clone()));
        }
        let (client, config) = (self.client.clone(), self.config.clone());
        let open = async move {
            let opened = client.get_multiplexed_async_connection_with_config(&config).await;
            opened.map_err(|error| Failure::of(&error))
        };
        let link = open.boxed().shared();
        state.number += 1;
        state.link = Some(link.clone());
        Ok((state.number, link))
    }

    fn forget(&self, number: u64) {
        let mut state = self.lock();
        if state.number == number {
            state.link = None;
        }
    }

    /// Takes note of a failure. The link goes whatever it was: a replica or a server that loads may be another one next time.
    fn failed(&self, number: u64, failure: Failure) -> Failure {
        let mut state = self.lock();
        if state.number != number {
            return failure;
        }
        state.link = None;
        state.rests_until = Some(Instant::now() + REST);
        if state.down_since.is_none() {
            state.down_since = Some(Instant::now());
            tracing::warn!(
                %failure,
                "Redis fails: until it answers again, a session is renewed once in each process instead of once in all"
            );
        }
        failure
    }

    fn answered(&self) {
        let mut state = self.lock();
        state.rests_until = None;
        if state.down_since.take().is_some() {
            tracing::info!("Redis answers again: a session is renewed once in all processes");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why Redis is of no help, in words that tell nothing of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure(String);

impl Failure {
    pub(super) fn new(words: &'static str) -> Self {
        Self(words.to_owned())
    }

    fn of(error: &RedisError) -> Self {
        let is_code = |code: &&str| code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let words = match error.code().filter(is_code) {
            _ if error.is_timeout() => "no answer in time",
            // Such as OOM, READONLY or NOAUTH.
            Some(code) => code,
            None => error.category(),
        };
        Self(words.to_owned())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
