//! The ledger alone, and threads that are stopped between any two of its steps.

use std::collections::HashMap;

use shuttle::sync::{Arc, Condvar, Mutex};
use shuttle::thread;
use twinfetch_core::error::{Code, Error as Reason};

use super::{pair, play};
use crate::renewals::ledger::{Boarded, Landing, Ledger, Purpose};
use crate::renewals::pair::{Pair, SessionId};

/// What one waits for.
#[derive(Clone, Default)]
struct Flight(Arc<(Mutex<Option<Landing>>, Condvar)>);

impl Flight {
    fn land(&self, landing: &Landing) {
        *self.0.0.lock().unwrap() = Some(landing.clone());
        self.0.1.notify_all();
    }

    fn wait(&self) -> Landing {
        let mut landing = self.0.0.lock().unwrap();
        while landing.is_none() {
            landing = self.0.1.wait(landing).unwrap();
        }
        landing.clone().unwrap()
    }
}

/// Two sessions with one and the same refresh token, and what a backend knows of them.
#[derive(Clone, Default)]
struct World {
    ledger: Arc<Mutex<Ledger<Flight>>>,
    backend: Arc<Mutex<Backend>>,
}

#[derive(Default)]
struct Backend {
    generations: HashMap<SessionId, u64>,
    /// How many refreshes fail on the way.
    failing: u32,
    spent: u32,
}

impl World {
    /// As `Renewals::renew` does it.
    fn renew(&self, pair: &Pair) -> Landing {
        let flight = Flight::default();
        let boarded = self.ledger.lock().unwrap().board(pair, Purpose::Stay, 0, || flight.clone());
        match boarded {
            Boarded::Landed(landing) => landing,
            Boarded::Join(flight) => flight.wait(),
            Boarded::Lead(number) => {
                let landing = self.spend(pair);
                self.ledger.lock().unwrap().land(pair.key(), number, &landing, 0);
                flight.land(&landing);
                landing
            }
        }
    }

    fn spend(&self, spent: &Pair) -> Landing {
        thread::yield_now();
        let mut backend = self.backend.lock().unwrap();
        if backend.failing > 0 {
            backend.failing -= 1;
            return Landing::Failed(Reason::new(Code::NetworkFailed));
        }
        backend.spent += 1;
        let session = spent.session.unwrap();
        let generation = backend.generations.entry(session).or_default();
        assert_eq!(*generation, spent.generation, "a refresh token is spent twice");
        *generation += 1;
        Landing::Renewed(pair(session, *generation))
    }

    /// Renews until it is done, and looks at whose it is.
    fn renewed(&self, held: &Pair) -> Pair {
        loop {
            match self.renew(held) {
                Landing::Renewed(newer) => {
                    assert_eq!(newer.session, held.session, "another session's pair");
                    assert_eq!(newer.access, pair(held.session.unwrap(), newer.generation).access);
                    assert!(newer.generation > held.generation);
                    return newer;
                }
                Landing::Failed(_) => {}
                Landing::Gone => panic!("nobody ended the session"),
            }
        }
    }

    /// As `Renewals::end` does it; the generation of the pair that the sign-out then declares dead.
    fn end(&self, session: SessionId) -> u64 {
        let held = pair(session, 0);
        let (newest, flight) = {
            let mut ledger = self.ledger.lock().unwrap();
            let newest = ledger.newest(&held, 0);
            let flight = ledger.underway(newest.as_ref().unwrap_or(&held));
            ledger.end(session, true, 0);
            (newest, flight)
        };
        match flight.map(|flight| flight.wait()) {
            Some(Landing::Renewed(newer)) => newer.generation,
            _ => newest.map_or(0, |newest| newest.generation),
        }
    }
}

fn run(threads: Vec<impl FnOnce() + Send + 'static>) {
    let threads: Vec<_> = threads.into_iter().map(thread::spawn).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn x_01_each_refresh_token_is_spent_once_and_its_pair_goes_to_its_own_session() {
    play("two users, three calls each, refused twice", || {
        let (world, users) = (World::default(), [SessionId::fresh(), SessionId::fresh()]);
        let calls = users.iter().flat_map(|user| [*user; 3]).map(|user| {
            let world = world.clone();
            move || {
                let first = world.renewed(&pair(user, 0));
                assert_eq!(world.renewed(&first).generation, 2);
            }
        });
        run(calls.collect());
        assert_eq!(world.backend.lock().unwrap().spent, 4);
        for user in users {
            assert_eq!(world.ledger.lock().unwrap().newest(&pair(user, 0), 0).unwrap().generation, 2);
        }
    });
}

#[test]
fn a_renewal_that_fails_leaves_nobody_waiting_and_the_next_one_spends() {
    play("four calls, one failure", || {
        let (world, user) = (World::default(), SessionId::fresh());
        world.backend.lock().unwrap().failing = 1;
        let calls = (0..4).map(|_| {
            let world = world.clone();
            move || assert_eq!(world.renewed(&pair(user, 0)).generation, 1)
        });
        run(calls.collect());
        assert_eq!(world.backend.lock().unwrap().spent, 1);
    });
}

#[test]
fn x_01_who_signs_out_gets_the_last_pair_and_nothing_is_renewed_or_remembered_afterwards() {
    play("three calls and a sign-out", || {
        let (world, user) = (World::default(), SessionId::fresh());
        let calls = (0..3).map(|_| {
            let world = world.clone();
            let held = pair(user, 0);
            move || match world.renew(&held) {
                Landing::Renewed(newer) => assert_eq!((newer.session, newer.generation), (Some(user), 1)),
                Landing::Gone => {}
                Landing::Failed(cause) => panic!("{cause}"),
            }
        });
        let calls: Vec<_> = calls.map(thread::spawn).collect();
        let last = world.end(user);
        let known_at_end = world.backend.lock().unwrap().generations.get(&user).copied().unwrap_or_default();
        assert_eq!(last, known_at_end, "a pair that is not declared dead");
        for call in calls {
            call.join().unwrap();
        }
        assert_eq!(world.backend.lock().unwrap().generations.get(&user).copied().unwrap_or_default(), last);
        assert!(matches!(world.renew(&pair(user, last)), Landing::Gone));
        assert!(world.ledger.lock().unwrap().newest(&pair(user, 0), 0).is_none());
    });
}
