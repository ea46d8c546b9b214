//! Which renewals are under way and what the last ones brought: decisions only, so that a model checker can play them.

use std::collections::{HashMap, VecDeque};

use twinfetch_core::error::Error as Reason;

use super::pair::{Pair, SessionId, SessionKey};

/// How long it is remembered what a renewal brought, in milliseconds: for requests that still come with the old pair.
pub(crate) const REMEMBERED: u64 = 300_000;

/// How long it is remembered that a session was ended, in milliseconds: longer than most access tokens are good.
pub(crate) const ENDED: u64 = 3_600_000;

/// How many renewals, and how many ended sessions, are remembered.
pub(crate) const MOST: usize = 10_000;

/// The longest time for which a refresh that failed is not tried again, in milliseconds.
const LONGEST_WAIT: u64 = 60_000;

/// How a renewal ended, for all who waited.
#[derive(Clone, Debug)]
pub(crate) enum Landing {
    Renewed(Pair),
    /// The session is over.
    Gone,
    /// It is not known whether the session is over.
    Failed(Reason),
}

/// Why somebody wants a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To go on.
    Stay,
    /// To sign out: the one renewal that an ended session still gets.
    Leave,
}

/// What somebody who wants a renewal does.
pub(crate) enum Boarded<F> {
    /// Renews, and lands under this number.
    Lead(u64),
    /// Waits for who renews.
    Join(F),
    /// Nothing.
    Landed(Landing),
}

/// The renewals of one process. `F` is what one waits for; times are in milliseconds since 1970.
pub(crate) struct Ledger<F> {
    known: HashMap<SessionKey, Known<F>>,
    /// What is remembered, the oldest first.
    remembered: VecDeque<(SessionKey, u64)>,
    ended: HashMap<SessionId, Ended>,
    /// The sessions that were ended, the first first.
    endings: VecDeque<SessionId>,
    numbers: u64,
}

/// Why and until when a session is not renewed.
#[derive(Clone, Copy)]
struct Ended {
    until: u64,
    /// Its user has signed out; otherwise somebody has signed in over it.
    by_sign_out: bool,
}

struct Known<F> {
    /// Of the renewal that this is about.
    number: u64,
    /// How many failed one after another.
    failures: u32,
    state: State<F>,
}

enum State<F> {
    Underway(F),
    Renewed { pair: Pair, until: u64 },
    Failed { cause: Reason, wait_until: u64, until: u64 },
}

impl<F> Default for Ledger<F> {
    fn default() -> Self {
        let (known, remembered) = Default::default();
        let (ended, endings) = Default::default();
        Self { known, remembered, ended, endings, numbers: 0 }
    }
}

impl<F: Clone> Ledger<F> {
    /// Says what somebody does who holds a pair and wants a newer access token. `take_off` gives what others wait for.
    pub(crate) fn board(
        &mut self,
        pair: &Pair,
        purpose: Purpose,
        now: u64,
        take_off: impl FnOnce() -> F,
    ) -> Boarded<F> {
        if purpose == Purpose::Stay && self.is_ended(pair.session, now) {
            return Boarded::Landed(Landing::Gone);
        }
        let key = pair.key();
        let failures = match self.known.get(&key) {
            Some(Known { state: State::Underway(flight), .. }) => return Boarded::Join(flight.clone()),
            // An access token that was refused is not handed out again.
            Some(Known { state: State::Renewed { pair: newer, until }, .. })
                if now < *until && newer.access != pair.access =>
            {
                return Boarded::Landed(Landing::Renewed(newer.clone()));
            }
            Some(Known { state: State::Failed { cause, wait_until, .. }, .. }) if now < *wait_until => {
                return Boarded::Landed(Landing::Failed(cause.clone()));
            }
            Some(Known { state: State::Failed { until, .. }, failures, .. }) if now < *until => *failures,
            _ => 0,
        };
        self.numbers += 1;
        self.known.insert(key, Known { number: self.numbers, failures, state: State::Underway(take_off()) });
        Boarded::Lead(self.numbers)
    }

    /// Notes how the renewal with a number ended.
    pub(crate) fn land(&mut self, key: SessionKey, number: u64, landing: &Landing, now: u64) {
        let Some(known) = self.known.remove(&key) else { return };
        if known.number != number {
            self.known.insert(key, known);
            return;
        }
        let until = now.saturating_add(REMEMBERED);
        let (failures, state) = match landing {
            Landing::Gone => return,
            Landing::Renewed(pair) if self.is_ended(pair.session, now) => return,
            Landing::Renewed(pair) => (0, State::Renewed { pair: pair.clone(), until }),
            Landing::Failed(cause) => {
                let wait_until = now.saturating_add(wait(cause, known.failures));
                let until = wait_until.saturating_add(REMEMBERED);
                (known.failures.saturating_add(1), State::Failed { cause: cause.clone(), wait_until, until })
            }
        };
        self.known.insert(key, Known { number, failures, state });
        self.remembered.push_back((key, number));
        self.trim(now);
    }

    /// The newest pair that a session is known to have got, `None` when it is this one.
    pub(crate) fn newest(&self, pair: &Pair, now: u64) -> Option<Pair> {
        let mut newest: Option<&Pair> = None;
        // A backend may give a token twice; nobody follows it in circles.
        for _ in 0..MOST_STEPS {
            let last = newest.unwrap_or(pair);
            match self.known.get(&last.key()) {
                Some(Known { state: State::Renewed { pair: newer, until }, .. })
                    if now < *until && newer.access != last.access =>
                {
                    newest = Some(newer);
                }
                _ => break,
            }
        }
        newest.cloned()
    }

    /// What to wait for before one may rely on [`Self::newest`].
    pub(crate) fn underway(&self, pair: &Pair) -> Option<F> {
        match self.known.get(&pair.key()) {
            Some(Known { state: State::Underway(flight), .. }) => Some(flight.clone()),
            _ => None,
        }
    }

    /// Ends a session, by a sign-out or by a sign-in over it: what is remembered of it is forgotten, and it is not renewed any
    /// more.
    pub(crate) fn end(&mut self, session: SessionId, by_sign_out: bool, now: u64) {
        self.known.retain(|_, known| match &known.state {
            State::Renewed { pair, .. } => pair.session != Some(session),
            State::Underway(_) | State::Failed { .. } => true,
        });
        let ended = Ended { until: now.saturating_add(ENDED), by_sign_out };
        if self.ended.insert(session, ended).is_none() {
            self.endings.push_back(session);
        }
        self.trim(now);
    }

    /// Whether a session was ended.
    pub(crate) fn is_ended(&self, session: Option<SessionId>, now: u64) -> bool {
        session.and_then(|session| self.ended.get(&session)).is_some_and(|ended| now < ended.until)
    }

    /// Whether somebody has signed in over a session: the browser then has the cookie of another by now.
    pub(crate) fn is_replaced(&self, session: SessionId) -> bool {
        self.ended.get(&session).is_some_and(|ended| !ended.by_sign_out)
    }

    /// How many renewals and how many ended sessions are known.
    #[cfg(test)]
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.known.len(), self.ended.len())
    }

    /// Forgets what is too old or too much. What is under way is never forgotten.
    fn trim(&mut self, now: u64) {
        while let Some((key, number)) = self.remembered.front().copied() {
            let is_old = match self.known.get(&key) {
                Some(known) if known.number == number => match known.state {
                    State::Renewed { until, .. } | State::Failed { until, .. } => now >= until,
                    State::Underway(_) => false,
                },
                _ => true,
            };
            if !is_old && self.remembered.len() <= MOST {
                break;
            }
            self.remembered.pop_front();
            if self.known.get(&key).is_some_and(|known| known.number == number) {
                self.known.remove(&key);
            }
        }
        while let Some(session) = self.endings.front().copied() {
            if self.is_ended(Some(session), now) && self.endings.len() <= MOST {
                break;
            }
            self.endings.pop_front();
            self.ended.remove(&session);
        }
    }
}

/// How many renewals of one session are followed at once.
const MOST_STEPS: usize = 64;

/// How long after a failure nobody tries again: as the server says, and longer with each failure after the first.
fn wait(cause: &Reason, failures: u32) -> u64 {
    let backoff = match failures {
        0 => 0,
        more => 500_u64.saturating_mul(1 << more.min(10)),
    };
    cause.retry_after().unwrap_or(0).max(backoff).min(LONGEST_WAIT)
}
