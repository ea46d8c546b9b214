//! What is decided about renewals, played without any network.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::sync::Notify;
use tokio::task::yield_now;
use twinfetch_core::error::{Code, Error as Reason};

use super::authority::Authority;
use super::ledger::{Boarded, ENDED, Ledger, MOST, REMEMBERED};
use super::{Landing, Pair, Purpose, Renewals, SessionId};
use crate::{Secret, Tokens};

fn tokens(generation: u64) -> Tokens {
    Tokens { access: Secret::new(format!("a{generation}")), refresh: Some(Secret::new(format!("r{generation}"))) }
}

fn pair(session: SessionId, generation: u64) -> Pair {
    Pair::of(Some(session), generation, &tokens(generation)).unwrap()
}

/// What a renewal comes to: the access token, or why there is none.
fn said(landing: &Landing) -> String {
    match landing {
        Landing::Renewed(pair) => pair.access.expose().to_owned(),
        Landing::Gone => "gone".to_owned(),
        Landing::Failed(cause) => cause.code().name().to_owned(),
    }
}

fn renewals() -> Renewals {
    Renewals::new(Authority::Process, Arc::new(|| UNIX_EPOCH))
}

async fn renew(renewals: &Renewals, pair: &Pair) -> String {
    let spend = async || Landing::Renewed(pair.renewed(tokens(pair.generation + 1), 0));
    said(&renewals.renew(pair, Purpose::Stay, spend).await)
}

#[tokio::test]
async fn f_40_a_thousand_who_wait_share_one_renewal() {
    let (renewals, pair) = (renewals(), pair(SessionId::fresh(), 1));
    let (there, refreshes) = (AtomicU64::new(0), AtomicU64::new(0));
    let waiting = (0..1_000).map(|_| async {
        there.fetch_add(1, Ordering::SeqCst);
        let spend = async || {
            refreshes.fetch_add(1, Ordering::SeqCst);
            while there.load(Ordering::SeqCst) < 1_000 {
                yield_now().await;
            }
            Landing::Renewed(pair.renewed(tokens(2), 0))
        };
        said(&renewals.renew(&pair, Purpose::Stay, spend).await)
    });
    assert!(join_all(waiting).await.iter().all(|said| said == "a2"));
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn f_51_who_waits_for_a_renewal_that_panics_is_told_and_the_next_one_renews() {
    let (renewals, pair) = (Arc::new(renewals()), pair(SessionId::fresh(), 1));
    let go = Arc::new(Notify::new());
    let leading = {
        let (renewals, pair, go) = (Arc::clone(&renewals), pair.clone(), Arc::clone(&go));
        tokio::spawn(async move {
            let spend = async || {
                go.notified().await;
                panic!("inside the renewal")
            };
            renewals.renew(&pair, Purpose::Stay, spend).await
        })
    };
    let mut waiting = Box::pin(renew(&renewals, &pair));
    // Whoever comes first leads; the other waits.
    yield_now().await;
    assert!(waiting.as_mut().now_or_never().is_none());
    go.notify_one();
    assert!(leading.await.unwrap_err().is_panic());
    assert_eq!(waiting.await, "core_panicked");
    assert_eq!(renew(&renewals, &pair).await, "a2");
}

#[tokio::test]
async fn f_47_who_waits_for_a_renewal_that_is_dropped_is_told_and_the_next_one_renews() {
    let (renewals, pair) = (renewals(), pair(SessionId::fresh(), 1));
    let mut leading = Box::pin(renewals.renew(&pair, Purpose::Stay, pending::<Landing>));
    assert!(leading.as_mut().now_or_never().is_none());
    let mut waiting = Box::pin(renew(&renewals, &pair));
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(leading);
    assert_eq!(waiting.await, "aborted");
    assert_eq!(renew(&renewals, &pair).await, "a2");
}

#[tokio::test]
async fn what_a_renewal_brought_is_remembered_for_a_while() {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let clock = move || UNIX_EPOCH + Duration::from_millis(clock.load(Ordering::SeqCst));
    let renewals = Renewals::new(Authority::Process, Arc::new(clock));
    let first = pair(SessionId::fresh(), 1);
    assert_eq!(renew(&renewals, &first).await, "a2");
    assert_eq!(renew(&renewals, &pair(first.session.unwrap(), 2)).await, "a3");
    passed.store(REMEMBERED - 1, Ordering::SeqCst);
    assert_eq!(renewals.newest(&first).unwrap().access.expose(), "a3");
    passed.store(REMEMBERED, Ordering::SeqCst);
    assert!(renewals.newest(&first).is_none());
}

#[tokio::test]
async fn x_08_a_session_that_was_ended_is_not_renewed_but_by_who_leaves() {
    let (renewals, first) = (renewals(), pair(SessionId::fresh(), 1));
    assert_eq!(renew(&renewals, &first).await, "a2");
    assert_eq!(renewals.end(&first).await.unwrap().access.expose(), "a2");
    assert!(renewals.newest(&first).is_none() && renewals.is_ended(first.session.unwrap()));
    let second = pair(first.session.unwrap(), 2);
    assert_eq!((renew(&renewals, &first).await, renew(&renewals, &second).await), ("gone".into(), "gone".into()));
    let spend = async || Landing::Renewed(second.renewed(tokens(3), 0));
    assert_eq!(said(&renewals.renew(&second, Purpose::Leave, spend).await), "a3");
    assert!(renewals.newest(&second).is_none(), "nobody else gets what was renewed to leave");
}

#[tokio::test]
async fn x_01_an_ended_session_ends_no_other() {
    let (renewals, ada, grace) = (renewals(), SessionId::fresh(), SessionId::fresh());
    renewals.end(&pair(ada, 1)).await;
    assert_eq!(renew(&renewals, &pair(grace, 1)).await, "a2");
    // Of tokens that an app keeps by itself nothing tells a session.
    let unnamed = Pair { session: None, ..pair(ada, 1) };
    renewals.end(&unnamed).await;
    assert_eq!(renew(&renewals, &unnamed).await, "a2");
}

/// The number under which somebody leads.
fn board(ledger: &mut Ledger<()>, pair: &Pair, now: u64) -> Result<u64, String> {
    match ledger.board(pair, Purpose::Stay, now, || ()) {
        Boarded::Lead(number) => Ok(number),
        Boarded::Join(()) => Err("joined".to_owned()),
        Boarded::Landed(landing) => Err(said(&landing)),
    }
}

#[test]
fn f_49_after_the_first_failure_each_next_one_has_the_session_wait_longer() {
    let (mut ledger, pair) = (Ledger::default(), pair(SessionId::fresh(), 1));
    let failure = Landing::Failed(Reason::new(Code::ServerFailed));
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..9 {
        let begun = now;
        let number = loop {
            match board(&mut ledger, &pair, now) {
                Ok(number) => break number,
                Err(cause) => assert_eq!(cause, "server_failed"),
            }
            now += 500;
        };
        waits.push(now - begun);
        ledger.land(pair.key(), number, &failure, now);
    }
    assert_eq!(waits, [0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    // One success, and all is forgotten.
    let number = board(&mut ledger, &pair, now + 60_000).unwrap();
    ledger.land(pair.key(), number, &Landing::Renewed(pair.renewed(tokens(1), 0)), now);
    assert!(board(&mut ledger, &pair, now).is_ok(), "a token that was refused is not handed out");
}

#[test]
fn what_landed_under_an_old_number_changes_nothing() {
    let (mut ledger, pair) = (Ledger::default(), pair(SessionId::fresh(), 1));
    let old = board(&mut ledger, &pair, 0).unwrap();
    ledger.land(pair.key(), old, &Landing::Failed(Reason::new(Code::Aborted)), 0);
    let new = board(&mut ledger, &pair, 0).unwrap();
    ledger.land(pair.key(), old, &Landing::Renewed(pair.renewed(tokens(9), 0)), 0);
    assert_eq!(board(&mut ledger, &pair, 0), Err("joined".to_owned()));
    ledger.land(pair.key(), new, &Landing::Renewed(pair.renewed(tokens(2), 0)), 0);
    assert_eq!(board(&mut ledger, &pair, 0), Err("a2".to_owned()));
}

#[test]
fn f_62_the_ledger_does_not_grow_without_end() {
    let mut ledger = Ledger::default();
    for _ in 0..2 * MOST {
        let session = SessionId::fresh();
        let pair = pair(session, 1);
        let number = board(&mut ledger, &pair, 0).unwrap();
        ledger.land(pair.key(), number, &Landing::Renewed(pair.renewed(tokens(2), 0)), 0);
        ledger.end(SessionId::fresh(), true, 0);
    }
    assert_eq!(ledger.size(), (MOST, MOST));
    let last = pair(SessionId::fresh(), 1);
    let later = ENDED.max(REMEMBERED);
    let number = board(&mut ledger, &last, later).unwrap();
    ledger.land(last.key(), number, &Landing::Renewed(last.renewed(tokens(2), 0)), later);
    ledger.end(SessionId::fresh(), true, later);
    assert_eq!(ledger.size(), (1, 1));
}
