//! One backend call for equal reads of one incoming request.
//!
//! While a call is under way, equal ones join it, and whoever still waits drives it: it ends when all of them are gone.
//! Afterwards its answer is kept until the request ends or a call changes something. A failure is handed to all who
//! waited, and then forgotten.

#[cfg(test)]
mod model;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Presented;
use twinfetch_core::verb::Verb;

use crate::answer::Answer;
use crate::error::Error;

/// How many bytes of bodies are kept for one incoming request.
const LARGEST: usize = 4 * 1024 * 1024;

/// What makes two reads the same: who asks, for what, and in which words.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) identity: Identity,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Key {
    /// Of what a verb brings. No header has such a name, so that no call of the same path is mistaken for it.
    pub(crate) fn of_verb(verb: Verb, presented: &Presented) -> Self {
        let headers = vec![(":verb".to_owned(), verb.name().to_owned())];
        Self { identity: Identity::of(presented), path: String::new(), headers }
    }
}

/// Who asks, by what is shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    token: Option<Secret>,
    cookie: Option<Secret>,
}

impl Identity {
    pub(crate) fn of(presented: &Presented) -> Self {
        Self { token: presented.token.clone(), cookie: presented.cookie.clone() }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal keys have equal paths. A secret is compared, never hashed.
        self.path.hash(state);
    }
}

type Outcome = Result<Answer, Error>;
type Flight = Shared<BoxFuture<'static, Outcome>>;

enum Known {
    Kept(Answer),
    Underway { number: u64, flight: WeakShared<BoxFuture<'static, Outcome>> },
}

enum Boarded {
    Kept(Answer),
    Underway(u64, Flight),
}

/// The reads of one incoming request.
#[derive(Default)]
pub(crate) struct Memo {
    reads: Mutex<Reads>,
}

#[derive(Default)]
struct Reads {
    known: HashMap<Key, Known>,
    kept_bytes: usize,
    flights: u64,
}

impl Memo {
    /// The answer for a key: kept, joined, or asked for by `ask`.
    pub(crate) async fn once<F>(&self, key: Key, ask: impl FnOnce() -> F) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let boarded = self.lock().board(&key, || ask().boxed().shared());
        let (number, flight) = match boarded {
            Boarded::Kept(answer) => return Ok(answer),
            Boarded::Underway(number, flight) => (number, flight),
        };
        let outcome = flight.await;
        self.lock().land(key, number, &outcome);
        outcome
    }

    /// Forgets all reads now and again when the result is dropped: in between, a call changes something.
    pub(crate) fn changing(&self) -> Changing<'_> {
        self.forget();
        Changing(self)
    }

    /// Who waits for a read still gets it.
    fn forget(&self) {
        let mut reads = self.lock();
        reads.known.clear();
        reads.kept_bytes = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Reads> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change under way.
pub(crate) struct Changing<'a>(&'a Memo);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

impl Reads {
    fn board(&mut self, key: &Key, take_off: impl FnOnce() -> Flight) -> Boarded {
        match self.known.get(key) {
            Some(Known::Kept(answer)) => return Boarded::Kept(answer.clone()),
            Some(Known::Underway { number, flight }) => {
                if let Some(flight) = flight.upgrade() {
                    return Boarded::Underway(*number, flight);
                }
            }
            None => {}
        }
        let flight = take_off();
        self.flights += 1;
        if let Some(weak) = flight.downgrade() {
            self.known.insert(key.clone(), Known::Underway { number: self.flights, flight: weak });
        }
        Boarded::Underway(self.flights, flight)
    }

    fn land(&mut self, key: Key, landed: u64, outcome: &Outcome) {
        let Entry::Occupied(mut entry) = self.known.entry(key) else { return };
        if !matches!(entry.get(), Known::Underway { number, .. } if *number == landed) {
            return;
        }
        match outcome {
            Ok(answer) if self.kept_bytes + answer.size() <= LARGEST => {
                self.kept_bytes += answer.size();
                entry.insert(Known::Kept(answer.clone()));
            }
            _ => drop(entry.remove()),
        }
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Memo(***)")
    }
}
