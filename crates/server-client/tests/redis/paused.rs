//! A process that is stopped (SIGSTOP) for longer than its lock lives, and goes on (SIGCONT).

use std::sync::Arc;

use crate::backend::{Hold, Moment};
use crate::fleet::{Fleet, assert_fine};
use crate::process::{Order, Process};

/// How long a lock lives, in milliseconds: a stopped process cannot ask for more time.
const LOCK: u64 = 500;

impl Fleet {
    /// Two processes, the first of which is stopped while it renews, and has lost its lock by now. The token is good so many times.
    async fn with_one_paused(moment: Moment, times: u32) -> Option<(Self, String, Arc<Hold>)> {
        let mut fleet = Self::of(2, LOCK).await?;
        fleet.backend.be_lenient(times);
        let cookie = fleet.expired("ada").await;
        let hold = fleet.backend.hold(moment);
        fleet.processes[0].tell(&Order::Serve { cookie: cookie.clone(), times: 1 });
        match moment {
            Moment::Before => fleet.backend.counted(|counts| counts.refreshes == 1).await,
            Moment::After => fleet.backend.counted(|counts| counts.renewed == 1).await,
        }
        fleet.processes[0].pause();
        while fleet.redis.keys().iter().any(|key| key.contains(":lock:")) {
            tokio::task::yield_now().await;
        }
        Some((fleet, cookie, hold))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_43_a_token_spent_by_a_paused_process_signs_nobody_out() {
    let Some((mut fleet, cookie, hold)) = Fleet::with_one_paused(Moment::After, 1).await else { return };
    let early = fleet.perform(1, Order::Serve { cookie: cookie.clone(), times: 1 }).await;
    assert_eq!(fleet.backend.counts().refreshes, 2, "the second has spent the token once more, in vain");
    assert_eq!((early.failed.get("response_timed_out"), early.deleted), (Some(&1), 0), "{early:?}");
    hold.let_go();
    fleet.processes[0].go_on();
    let paused = fleet.processes.remove(0).last_report().await;
    assert_fine(&[paused], 1);
    let late = fleet.perform(0, Order::Serve { cookie, times: 1 }).await;
    assert_fine(&[late], 1);
    let counts = fleet.backend.counts();
    println!(
        "paused after it had spent the token: {} refreshes, {} good, nobody signed out",
        counts.refreshes, counts.renewed
    );
    assert_eq!((counts.refreshes, counts.renewed), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn f_43_a_paused_process_that_comes_too_late_takes_what_the_other_has_brought() {
    let Some((mut fleet, cookie, hold)) = Fleet::with_one_paused(Moment::Before, 1).await else { return };
    let other = fleet.perform(1, Order::Serve { cookie, times: 1 }).await;
    assert_fine(&[other], 1);
    hold.let_go();
    fleet.processes[0].go_on();
    let paused = fleet.processes.remove(0).last_report().await;
    assert_fine(&[paused], 1);
    let counts = fleet.backend.counts();
    println!(
        "paused before it had spent the token: {} refreshes, {} good, nobody signed out",
        counts.refreshes, counts.renewed
    );
    assert_eq!((counts.refreshes, counts.renewed), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn f_43_a_paused_process_overwrites_no_newer_successor() {
    let Some((mut fleet, cookie, hold)) = Fleet::with_one_paused(Moment::After, 2).await else { return };
    let other = fleet.perform(1, Order::Serve { cookie: cookie.clone(), times: 1 }).await;
    assert_fine(&[other], 1);
    hold.let_go();
    fleet.processes[0].go_on();
    // Its own tokens are good no more: it goes on with those of the other.
    let paused = fleet.processes.remove(0).last_report().await;
    assert_fine(&[paused], 1);
    let counts = fleet.backend.counts();
    println!(
        "both spent the token: {} refreshes, {} good, {} refused",
        counts.refreshes, counts.renewed, counts.refused
    );
    assert_eq!((counts.refreshes, counts.renewed, counts.refused), (2, 2, 2));
    fleet.processes = vec![Process::start(&fleet.settings)];
    assert_fine(&[fleet.perform(0, Order::Serve { cookie, times: 1 }).await], 1);
    assert_eq!(fleet.backend.counts().refreshes, 2, "what is kept is what is good");
}
