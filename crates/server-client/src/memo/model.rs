//! The reads of one incoming request in every order that chance brings, with whoever waits stopped where they wait.

use serde_json::{Value, json};
use shuttle::future::{JoinHandle, block_on, spawn, yield_now};
use shuttle::sync::{Arc, Mutex};
use twinfetch_core::secret::Secret;

use super::{Identity, Key, Memo};
use crate::answer::Answer;
use crate::renewals::model::play;

/// Two who ask the same of one memory, and how often a backend was asked by each.
#[derive(Clone, Default)]
struct World {
    memo: Arc<Memo>,
    asked: Arc<Mutex<[u32; 2]>>,
    /// What the backend has: whether it was changed.
    changed: Arc<Mutex<bool>>,
}

impl World {
    fn read(&self, who: usize) -> JoinHandle<Value> {
        let world = self.clone();
        spawn(async move {
            let identity = Identity { token: Some(Secret::new(format!("token {who}"))), cookie: None };
            let key = Key { identity, path: "/me".to_owned(), headers: Vec::new() };
            let (asked, changed) = (Arc::clone(&world.asked), Arc::clone(&world.changed));
            let ask = move || async move {
                asked.lock().unwrap()[who] += 1;
                let has_changed = *changed.lock().unwrap();
                yield_now().await;
                Ok(Answer::of(&json!([who, has_changed])))
            };
            let Ok(answer) = world.memo.once(key, ask).await else { panic!("no answer") };
            let Ok(reply) = answer.decode() else { panic!("no document") };
            reply.data
        })
    }

    fn asked(&self) -> [u32; 2] {
        *self.asked.lock().unwrap()
    }
}

async fn own_answers(reads: Vec<(usize, JoinHandle<Value>)>) {
    for (who, read) in reads {
        assert_eq!(read.await.unwrap()[0], json!(who));
    }
}

#[test]
fn x_01_equal_reads_of_two_identities_are_one_call_each_and_nobody_gets_the_others_answer() {
    play("two identities, three equal reads each", || {
        let world = World::default();
        let reads = [0, 1, 0, 1, 0, 1].map(|who| (who, world.read(who)));
        block_on(own_answers(reads.into()));
        assert_eq!(world.asked(), [1, 1]);
    });
}

#[test]
fn a_reader_that_is_stopped_takes_nobody_along() {
    play("two identities, three equal reads each, of which two may be stopped", || {
        let world = World::default();
        let mut reads: Vec<_> = [0, 1, 0, 1, 0, 1].map(|who| (who, world.read(who))).into();
        for (_, read) in reads.drain(..2) {
            spawn(async move {
                yield_now().await;
                read.abort();
            });
        }
        block_on(own_answers(reads));
        assert!(world.asked().iter().all(|asked| (1..=2).contains(asked)));
    });
}

#[test]
fn what_was_read_before_a_change_is_not_kept_after_it() {
    play("three equal reads and a change", || {
        let world = World::default();
        let reads = [0, 0, 0].map(|who| (who, world.read(who)));
        let change = {
            let world = world.clone();
            spawn(async move {
                let changing = world.memo.changing();
                yield_now().await;
                *world.changed.lock().unwrap() = true;
                yield_now().await;
                drop(changing);
            })
        };
        block_on(async {
            change.await.unwrap();
            let read = world.read(0).await.unwrap();
            assert_eq!(read[1], json!(true), "an old answer is kept");
            own_answers(reads.into()).await;
        });
    });
}
