//! The renewals as they are, and tasks that are stopped or forgotten wherever they wait.

use std::collections::HashMap;
use std::time::UNIX_EPOCH;

use shuttle::future::{JoinHandle, block_on, spawn, yield_now};
use shuttle::sync::{Arc, Mutex};
use twinfetch_core::error::Code;

use super::{pair, play};
use crate::renewals::authority::Authority;
use crate::renewals::pair::{Pair, SessionId};
use crate::renewals::{Landing, Purpose, Renewals};

/// The renewals, and how often a backend has renewed each session.
#[derive(Clone)]
struct World {
    renewals: Arc<Renewals>,
    generations: Arc<Mutex<HashMap<SessionId, u64>>>,
    /// Whether the backend repeats its answer to a refresh token that is spent already.
    is_forgiving: bool,
}

impl World {
    fn new() -> Self {
        let renewals = Arc::new(Renewals::new(Authority::Process, std::sync::Arc::new(|| UNIX_EPOCH)));
        Self { renewals, generations: Arc::default(), is_forgiving: false }
    }

    fn generation(&self, session: SessionId) -> u64 {
        self.generations.lock().unwrap().get(&session).copied().unwrap_or_default()
    }

    /// What comes of a refused pair, in a task of its own.
    fn renew(&self, held: &Pair, purpose: Purpose) -> JoinHandle<Landing> {
        let (world, held) = (self.clone(), held.clone());
        spawn(async move {
            let spend = || async {
                yield_now().await;
                let generation = world.spend(&held);
                yield_now().await;
                Landing::Renewed(pair(held.session.unwrap(), generation))
            };
            world.renewals.renew(&held, purpose, spend).await
        })
    }

    fn spend(&self, held: &Pair) -> u64 {
        let mut generations = self.generations.lock().unwrap();
        let generation = generations.entry(held.session.unwrap()).or_default();
        assert!(self.is_forgiving || *generation == held.generation, "a refresh token is spent twice");
        *generation = held.generation + 1;
        *generation
    }
}

fn renewed(landing: Landing, held: &Pair) -> Pair {
    let Landing::Renewed(newer) = landing else { panic!("not renewed") };
    assert_eq!((newer.session, newer.generation), (held.session, held.generation + 1));
    assert_eq!(newer.access, pair(held.session.unwrap(), newer.generation).access, "another session's pair");
    newer
}

#[test]
fn x_01_calls_of_two_users_are_renewed_once_each_time_and_get_their_own() {
    play("two users, three calls each, refused twice, as tasks", || {
        let (world, users) = (World::new(), [SessionId::fresh(), SessionId::fresh()]);
        let calls: Vec<_> = users
            .iter()
            .flat_map(|user| [*user; 3])
            .map(|user| {
                let world = world.clone();
                spawn(async move {
                    let mut held = pair(user, 0);
                    for _ in 0..2 {
                        let landing = world.renew(&held, Purpose::Stay).await.unwrap();
                        held = renewed(landing, &held);
                    }
                })
            })
            .collect();
        block_on(async {
            for call in calls {
                call.await.unwrap();
            }
        });
        for user in users {
            assert_eq!(world.generation(user), 2);
            assert_eq!(world.renewals.newest(&pair(user, 0)).unwrap().generation, 2);
        }
    });
}

#[test]
fn whoever_waits_for_a_task_that_is_stopped_is_told_and_the_next_one_renews() {
    play("three calls, of which the first may be stopped", || {
        let (world, user) = (World { is_forgiving: true, ..World::new() }, SessionId::fresh());
        let held = pair(user, 0);
        let calls: Vec<_> = (0..3).map(|_| world.renew(&held, Purpose::Stay)).collect();
        let first = calls[0].abort_handle();
        let stop = spawn(async move {
            yield_now().await;
            first.abort();
        });
        block_on(async {
            for call in calls {
                match call.await {
                    Ok(Landing::Renewed(newer)) => assert_eq!(newer.generation, 1),
                    Ok(Landing::Failed(cause)) => assert_eq!(cause.code(), Code::Aborted),
                    Ok(Landing::Gone) => panic!("nobody ended the session"),
                    // The one that was stopped.
                    Err(_) => {}
                }
            }
            stop.await.unwrap();
            renewed(world.renew(&held, Purpose::Stay).await.unwrap(), &held);
        });
    });
}

#[test]
fn x_01_a_sign_out_gets_the_last_pair_and_ends_one_session_only() {
    play("two users, two calls each, and a sign-out, as tasks", || {
        let (world, users) = (World::new(), [SessionId::fresh(), SessionId::fresh()]);
        let [ada, grace] = users.map(|user| [0, 1].map(|_| world.renew(&pair(user, 0), Purpose::Stay)));
        let end = {
            let (world, held) = (world.clone(), pair(users[0], 0));
            spawn(async move {
                let newest = world.renewals.end(&held).await.unwrap_or(held);
                assert_eq!(newest.session, Some(users[0]));
                assert_eq!(newest.generation, world.generation(users[0]), "another pair is declared dead");
                newest
            })
        };
        block_on(async {
            let last = end.await.unwrap();
            for call in ada {
                let landing = call.await.unwrap();
                assert!(matches!(landing, Landing::Gone | Landing::Renewed(Pair { generation: 1, .. })));
            }
            for call in grace {
                renewed(call.await.unwrap(), &pair(users[1], 0));
            }
            assert_eq!(world.generation(users[0]), last.generation, "renewed after the end");
            assert!(matches!(world.renew(&last, Purpose::Stay).await.unwrap(), Landing::Gone));
            assert!(world.renewals.newest(&pair(users[0], 0)).is_none());
            assert!(world.renewals.newest(&pair(users[1], 0)).is_some());
        });
    });
}
