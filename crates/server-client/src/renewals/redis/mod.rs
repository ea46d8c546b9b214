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
//!
//!  end ──▶ nobody renews the session any more, and what is on its way is not kept
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
use uuid::Uuid;

use super::authority::{Claim, Published, Verdict};
use super::ledger::Purpose;
use super::pair::{Pair, SessionId};
use connection::{Connection, Failure, Rest};
use scripts::{Answer, Lives};
pub use settings::Redis;
use vault::{Names, Vault};

/// How long somebody who renews is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

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

/// The right to spend a refresh token. While it lives the others are told so.
pub(crate) struct Lease {
    names: Names,
    value: String,
    /// Whose it is, and what access token they have.
    session: Option<SessionId>,
    have: String,
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

    /// Asks for the right to spend a pair's refresh token, and waits while somebody else has it.
    pub(crate) async fn claim(&self, pair: &Pair, purpose: Purpose) -> Claim<Lease> {
        self.claim_within(PATIENCE, pair, purpose).await
    }

    async fn claim_within(&self, patience: Duration, pair: &Pair, purpose: Purpose) -> Claim<Lease> {
        let names = self.0.vault.names(pair, purpose);
        let have = self.0.vault.tag(&names, pair);
        let value = Uuid::new_v4().simple().to_string();
        let mut lease = Lease { names, value, session: pair.session, have, held: None };
        let (begun, mut wait) = (Instant::now(), SHORTEST_WAIT);
        loop {
            match self.ask(scripts::claim(&lease.names, &lease.value, &lease.have, self.0.lives), Rest::Kept).await {
                Ok(Answer::Ended) => return Claim::Ended,
                Ok(Answer::Held) if begun.elapsed() >= patience => return Claim::Unsettled,
                Ok(Answer::Held) => {
                    tokio::time::sleep(wait).await;
                    wait = LONGEST_WAIT.min(wait * 2);
                }
                Ok(Answer::Ours(generation)) => {
                    let extension = self.clone().extend(lease.names.clone(), lease.value.clone());
                    let extension = tokio::spawn(extension).abort_handle();
                    lease.held = Some(Holding { generation, extension });
                    return Claim::Ours(lease);
                }
                Ok(Answer::Renewed(sealed)) => {
                    return self.open(&lease, &sealed).map_or(Claim::Ours(lease), Claim::Renewed);
                }
                Ok(_) | Err(_) => return Claim::Ours(lease),
            }
        }
    }

    /// Keeps what came of a refresh token for the others.
    pub(crate) async fn publish(&self, lease: Lease, renewed: &Pair) -> Published {
        let Some(sealed) = self.0.vault.seal(&lease.names, renewed) else { return Published::Kept };
        let generation = lease.held.as_ref().map_or("0", |held| held.generation.as_str());
        let successor = (sealed.as_str(), self.0.vault.tag(&lease.names, renewed));
        let command = scripts::publish(&lease.names, (&lease.value, generation), successor, self.0.lives);
        match self.ask(command, lease.rest()).await {
            Ok(Answer::Ended) => Published::Ended,
            Ok(Answer::Renewed(sealed)) => self.open(&lease, &sealed).map_or(Published::Kept, Published::Superseded),
            Ok(_) | Err(_) => Published::Kept,
        }
    }

    /// Gives the right back: nothing came of it.
    pub(crate) async fn release(&self, lease: Lease) {
        let _ = self.give_back(&lease).await;
    }

    /// Gives the right back, since the token was refused as spent, and finds out who has spent it.
    pub(crate) async fn refused(&self, lease: Lease) -> Verdict {
        match self.give_back(&lease).await {
            Ok(Answer::Ended | Answer::Gone) => Verdict::Gone,
            Ok(Answer::Renewed(sealed)) => self.open(&lease, &sealed).map_or(Verdict::Unconfirmed, Verdict::Renewed),
            // Whoever renewed before the outage or at its beginning has their browser come with newer tokens by now.
            Err(_) if self.0.connection.down_for() > self.0.lives.outlived() => Verdict::Gone,
            Ok(_) | Err(_) => Verdict::Unconfirmed,
        }
    }

    /// Has nobody renew a session any more.
    pub(crate) async fn end(&self, session: SessionId) {
        let _ = self.ask(scripts::end(&self.0.vault.ended(session)), Rest::Kept).await;
    }

    async fn give_back(&self, lease: &Lease) -> Result<Answer, Failure> {
        let command = scripts::release(&lease.names, &lease.value, &lease.have, self.0.lives);
        self.ask(command, lease.rest()).await
    }

    fn open(&self, lease: &Lease, sealed: &str) -> Option<Pair> {
        let pair = self.0.vault.open(&lease.names, lease.session, sealed);
        if pair.is_none() {
            tracing::warn!("tokens in Redis cannot be opened: the processes of the app have to have the same secrets");
        }
        pair
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
