//! One renewal for each refresh token, over all incoming requests of this process.
//!
//! ```text
//!  request ── refused ──┐                       ┌── of this process alone
//!  request ── refused ──┼──▶ Ledger ──▶ Authority
//!  request ── refused ──┘      │                └── of all processes on one Redis
//!                              └─▶ what it brought, for all who waited and for a while after
//! ```

mod authority;
mod ledger;
#[cfg(test)]
pub(crate) mod model;
mod pair;
#[cfg(feature = "redis")]
pub(crate) mod redis;
#[cfg(test)]
mod tests;

pub(crate) use authority::Authority;
pub(crate) use ledger::{Landing, Purpose};
pub(crate) use pair::{Pair, SessionId};

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::watch;
use twinfetch_core::error::{Code, Error as Reason};

use crate::client::{Clock, milliseconds};
use authority::{Claim, Published, Verdict, unsettled};
use ledger::{Boarded, Ledger};
use pair::SessionKey;

/// What waits for the end of a renewal.
type Flight = watch::Receiver<Option<Landing>>;

/// The renewals of one client.
pub(crate) struct Renewals {
    ledger: Mutex<Ledger<Flight>>,
    authority: Authority,
    clock: Clock,
}

impl Renewals {
    pub(crate) fn new(authority: Authority, clock: Clock) -> Self {
        Self { ledger: Mutex::default(), authority, clock }
    }

    /// Renews a pair: by `spend`, or as somebody else does it now, or has done it just before.
    ///
    /// Whoever calls this does it in a task of its own: the refresh token is spent by whoever comes first, and that one must
    /// not be cancelled with the call that began it.
    pub(crate) async fn renew<F>(&self, pair: &Pair, purpose: Purpose, spend: impl FnOnce() -> F) -> Landing
    where
        F: Future<Output = Landing>,
    {
        let (landed, flight) = watch::channel(None);
        let boarded = self.lock().board(pair, purpose, self.now(), || flight);
        match boarded {
            Boarded::Landed(landing) => landing,
            Boarded::Join(flight) => await_landing(flight).await,
            Boarded::Lead(number) => {
                let leading = Leading { renewals: self, key: pair.key(), number, landed: Some(landed) };
                let landing = self.spend(pair, purpose, spend).await;
                leading.land(landing)
            }
        }
    }

    async fn spend<F>(&self, pair: &Pair, purpose: Purpose, spend: impl FnOnce() -> F) -> Landing
    where
        F: Future<Output = Landing>,
    {
        let lease = match self.authority.claim(pair, purpose).await {
            Claim::Ours(lease) => lease,
            Claim::Renewed(newer) => return Landing::Renewed(newer),
            Claim::Ended => return Landing::Gone,
            Claim::Unsettled => return Landing::Failed(unsettled()),
        };
        match spend().await {
            Landing::Renewed(renewed) => match self.authority.publish(lease, &renewed).await {
                Published::Kept => Landing::Renewed(renewed),
                Published::Superseded(newer) => Landing::Renewed(newer),
                Published::Ended => Landing::Gone,
            },
            Landing::Gone => match self.authority.refused(lease).await {
                Verdict::Gone => Landing::Gone,
                Verdict::Renewed(newer) => Landing::Renewed(newer),
                Verdict::Unconfirmed => Landing::Failed(unsettled()),
            },
            Landing::Failed(cause) => {
                self.authority.release(lease).await;
                Landing::Failed(cause)
            }
        }
    }

    /// The newest pair that this process knows of a session, `None` when it is this one.
    pub(crate) fn newest(&self, pair: &Pair) -> Option<Pair> {
        self.lock().newest(pair, self.now())
    }

    /// Ends a session, whose user signs out, and gives the newest pair that it got, `None` when it is this one.
    ///
    /// A renewal that is under way is waited for, and none begins afterwards but [to leave](Purpose::Leave).
    pub(crate) async fn end(&self, pair: &Pair) -> Option<Pair> {
        let (mut newest, flight) = {
            let mut ledger = self.lock();
            let newest = ledger.newest(pair, self.now());
            let flight = ledger.underway(newest.as_ref().unwrap_or(pair));
            if let Some(session) = pair.session {
                ledger.end(session, true, self.now());
            }
            (newest, flight)
        };
        if let Some(flight) = flight
            && let Landing::Renewed(newer) = await_landing(flight).await
        {
            newest = Some(newer);
        }
        if let Some(session) = pair.session {
            self.authority.end(session).await;
        }
        newest
    }

    /// Ends a session over which somebody has signed in: no late answer of it brings its cookie back.
    pub(crate) fn replace(&self, session: SessionId) {
        self.lock().end(session, false, self.now());
    }

    /// Whether somebody has signed in over a session.
    pub(crate) fn is_replaced(&self, session: SessionId) -> bool {
        self.lock().is_replaced(session)
    }

    /// Whether a session was ended by this process.
    pub(crate) fn is_ended(&self, session: SessionId) -> bool {
        self.lock().is_ended(Some(session), self.now())
    }

    fn now(&self) -> u64 {
        milliseconds((self.clock)())
    }

    fn lock(&self) -> MutexGuard<'_, Ledger<Flight>> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn await_landing(mut flight: Flight) -> Landing {
    let landed = flight.wait_for(Option::is_some).await.ok().and_then(|landing| landing.clone());
    landed.unwrap_or_else(|| Landing::Failed(Reason::new(Code::Aborted)))
}

/// Somebody who renews. Whatever becomes of them, those who wait are told, and the next one may renew.
struct Leading<'a> {
    renewals: &'a Renewals,
    key: SessionKey,
    number: u64,
    landed: Option<watch::Sender<Option<Landing>>>,
}

impl Leading<'_> {
    fn land(mut self, landing: Landing) -> Landing {
        self.tell(&landing);
        landing
    }

    fn tell(&mut self, landing: &Landing) {
        let Some(landed) = self.landed.take() else { return };
        self.renewals.lock().land(self.key, self.number, landing, self.renewals.now());
        // Nobody may be waiting.
        let _ = landed.send(Some(landing.clone()));
    }
}

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        // The task was stopped: it panicked, or its runtime ended.
        let code = if thread::panicking() { Code::CorePanicked } else { Code::Aborted };
        self.tell(&Landing::Failed(Reason::new(code)));
    }
}

impl fmt::Debug for Renewals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Renewals(***)")
    }
}
