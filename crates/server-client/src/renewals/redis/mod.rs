//! Who may spend a refresh token, of all the processes of an app: a lock and the successor, in Redis.
//!
//! ```text
//!  claim ──▶ is there a successor? ── yes ──▶ Renewed
//!                │ no
//!            is the lock free? ── no ──▶ wait a little, claim again
//!                │ yes
//!              Ours ──▶ renewed ──▶ publish: the successor is kept sealed for those who come with the old token
//!                         ├─────── failed ──▶ release
//!                         └─────── "gone" ──▶ refused: has somebody brought a successor meanwhile?
//! ```
//!
//! The lock alone is not what is relied on: a holder that was paused finds it taken by another. Every claim has a generation, and a
//! successor is never overwritten by one of an earlier generation. Whoever claimed and has not reported back may yet
//! bring a successor, so that a refusal is not believed before that is settled.

mod connection;
mod scripts;
mod settings;
mod vault;

use std::sync::Arc;
use std::time::Duration;

use ::redis::Cmd;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use twinfetch_core::session::Tokens;
use uuid::Uuid;

use connection::{Connection, Failure, Rest};
use scripts::{Answer, Lives};
pub use settings::Redis;
use vault::{Names, Vault};

/// How long a claim that waits lets pass before it asks again, at first and at most.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// What the processes of an app share. Clones share one connection.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Parts>);

struct Parts {
    connection: Connection,
    vault: Vault,
    lives: Lives,
}

/// Who may spend a refresh token.
pub(crate) enum Claim {
    /// Somebody else, for longer than was waited.
    Held,
    /// The caller: here, or without word of the others when Redis fails.
    Ours(Lease),
    /// Nobody: these came of it.
    Renewed(Tokens),
}

/// What has become of a refresh token that was refused as spent.
pub(crate) enum Verdict {
    /// It is dead, and nothing came of it.
    Gone,
    /// These came of it, by another process.
    Renewed(Tokens),
    /// It cannot be told yet: Redis fails, or another process has begun to spend it and not said what came of it.
    Unsettled,
}

/// The right to spend a refresh token. While it lives the others are told so.
pub(crate) struct Lease {
    names: Names,
    value: String,
    /// None where Redis gave no answer.
    held: Option<Holding>,
}

struct Holding {
    generation: String,
    extension: AbortHandle,
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.extension.abort();
    }
}

impl Lease {
    /// Whoever has the right by Redis's word reports back also when Redis failed a moment ago.
    fn rest(&self) -> Rest {
        if self.held.is_some() { Rest::Ignored } else { Rest::Kept }
    }
}

impl Shared {
    fn new(connection: Connection, vault: Vault, (lock, successor): (Duration, Duration)) -> Self {
        Self(Arc::new(Parts { connection, vault, lives: Lives { lock, successor } }))
    }

    /// Asks for the right to spend a session's refresh token, at most for this long.
    pub(crate) async fn claim(&self, session: &[u8], patience: Duration) -> Claim {
        let names = self.0.vault.names(session);
        let value = Uuid::new_v4().simple().to_string();
        let (begun, mut wait) = (Instant::now(), SHORTEST_WAIT);
        loop {
            match self.ask(scripts::claim(&names, &value, self.0.lives), Rest::Kept).await {
                Ok(Answer::Held) if begun.elapsed() >= patience => return Claim::Held,
                Ok(Answer::Held) => {
                    tokio::time::sleep(wait).await;
                    wait = LONGEST_WAIT.min(wait * 2);
                }
                Ok(Answer::Ours(generation)) => {
                    let extension = tokio::spawn(self.clone().extend(names.clone(), value.clone())).abort_handle();
                    return Claim::Ours(Lease { names, value, held: Some(Holding { generation, extension }) });
                }
                Ok(Answer::Renewed(sealed)) => {
                    let opened = self.open(&names, &sealed).map(Claim::Renewed);
                    return opened.unwrap_or(Claim::Ours(Lease { names, value, held: None }));
                }
                Ok(_) | Err(_) => return Claim::Ours(Lease { names, value, held: None }),
            }
        }
    }

    /// Keeps what came of a refresh token for the others; the tokens to go on with, which are another's where that one was later.
    pub(crate) async fn publish(&self, lease: Lease, tokens: Tokens) -> Tokens {
        let Some(sealed) = self.0.vault.seal(&lease.names, &tokens) else { return tokens };
        let generation = lease.held.as_ref().map_or("0", |held| held.generation.as_str());
        let command = scripts::publish(&lease.names, (&lease.value, generation), &sealed, self.0.lives);
        match self.ask(command, lease.rest()).await {
            Ok(Answer::Renewed(sealed)) => self.open(&lease.names, &sealed).unwrap_or(tokens),
            _ => tokens,
        }
    }

    /// Gives the right back: nothing came of it.
    pub(crate) async fn release(&self, lease: Lease) {
        let _ = self.ask(scripts::release(&lease.names, &lease.value, self.0.lives), lease.rest()).await;
    }

    /// Gives the right back, since the token was refused as spent, and finds out who has spent it.
    pub(crate) async fn refused(&self, lease: Lease) -> Verdict {
        match self.ask(scripts::release(&lease.names, &lease.value, self.0.lives), lease.rest()).await {
            Ok(Answer::Gone) => Verdict::Gone,
            Ok(Answer::Renewed(sealed)) => {
                self.open(&lease.names, &sealed).map_or(Verdict::Unsettled, Verdict::Renewed)
            }
            Ok(_) | Err(_) => Verdict::Unsettled,
        }
    }

    fn open(&self, names: &Names, sealed: &str) -> Option<Tokens> {
        let tokens = self.0.vault.open(names, sealed);
        if tokens.is_none() {
            tracing::warn!("tokens in Redis cannot be opened: the processes of the app have to have the same secrets");
        }
        tokens
    }

    /// Asks for more time until the lock is lost.
    async fn extend(self, names: Names, value: String) {
        loop {
            tokio::time::sleep(self.0.lives.lock / 3).await;
            let answer = self.ask(scripts::extend(&names, &value, self.0.lives), Rest::Ignored).await;
            if let Ok(Answer::Lost) = answer {
                return;
            }
        }
    }

    async fn ask(&self, command: Cmd, rest: Rest) -> Result<Answer, Failure> {
        let answer = self.0.connection.ask(command, rest).await?;
        Answer::of(answer).ok_or_else(|| Failure::new("an answer of another kind"))
    }
}

#[cfg(test)]
mod tests;
