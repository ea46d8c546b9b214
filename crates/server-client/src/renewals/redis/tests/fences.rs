//! Holders that were paused for longer than their lock lives.

use super::{Judged, Redis, Shared, claimed, process, refused, settings, shared, successor, tokens};
use crate::renewals::redis::{Claim, Duration, Lease};

/// Takes the lock away, as its expiry does, from a holder that was paused: it asks for no more time.
fn lapse(redis: &twinfetch_redis::Redis, lease: &Lease) {
    lease.held.as_ref().unwrap().extension.abort();
    assert_eq!(redis.command::<i64>(&["DEL", &lease.names.lock]), 1);
}

async fn paused(redis: &twinfetch_redis::Redis, process: &Shared) -> Lease {
    let lease = claimed(process, "session").await;
    lapse(redis, &lease);
    lease
}

#[tokio::test]
async fn a_paused_holder_does_not_overwrite_a_newer_successor() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let early = paused(&redis, &one).await;
    let late = claimed(&other, "session").await;
    assert_eq!(other.publish(late, tokens("newer")).await, tokens("newer"));
    assert_eq!(one.publish(early, tokens("older")).await, tokens("newer"));
    assert_eq!(successor(&one, "session").await, tokens("newer"));
}

#[tokio::test]
async fn a_paused_holder_leaves_the_next_ones_lock_alone() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    for ends_by_publishing in [true, false] {
        let early = paused(&redis, &one).await;
        let late = claimed(&other, "session").await;
        if ends_by_publishing {
            one.publish(early, tokens("older")).await;
        } else {
            one.release(early).await;
        }
        let lock = redis.command::<Option<String>>(&["GET", &late.names.lock]);
        assert_eq!(lock.as_deref(), Some(late.value.as_str()));
        // What the earlier one brought is overwritten by what the later one brings.
        assert_eq!(other.publish(late, tokens("newer")).await, tokens("newer"));
        assert_eq!(successor(&one, "session").await, tokens("newer"));
        redis.command::<()>(&["FLUSHALL"]);
    }
}

#[tokio::test]
async fn a_refusal_is_not_believed_while_a_paused_holder_may_bring_a_successor() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let early = paused(&redis, &one).await;
    let late = claimed(&other, "session").await;
    assert_eq!(refused(&other, late).await, Judged::Unsettled);
    one.publish(early, tokens("of the paused one")).await;
    assert_eq!(successor(&other, "session").await, tokens("of the paused one"));
}

#[tokio::test]
async fn a_refused_holder_finds_what_the_paused_one_brought_meanwhile() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let early = paused(&redis, &one).await;
    let late = claimed(&other, "session").await;
    one.publish(early, tokens("first")).await;
    assert_eq!(refused(&other, late).await, Judged::Renewed(tokens("first")));
}

#[tokio::test]
async fn a_holder_that_failed_or_was_refused_leaves_nothing_unsettled() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let early = paused(&redis, &one).await;
    let late = claimed(&other, "session").await;
    one.release(early).await;
    assert_eq!(refused(&other, late).await, Judged::Gone);
    let early = paused(&redis, &one).await;
    let late = claimed(&other, "session").await;
    assert_eq!(refused(&one, early).await, Judged::Unsettled);
    assert_eq!(refused(&other, late).await, Judged::Gone);
}

#[tokio::test]
async fn a_holder_that_died_is_not_waited_for_for_ever() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let short = Redis::lock_ttl(settings(&redis), Duration::from_millis(10)).successor_ttl(Duration::from_millis(10));
    let (dead, other) = (shared(short.clone()), shared(short));
    drop(claimed(&dead, "session").await);
    // Whoever comes waits for the lock to expire; what it then asks makes the record live on.
    let verdict = loop {
        let lease = claimed(&other, "session").await;
        match refused(&other, lease).await {
            Judged::Unsettled => {}
            settled => break settled,
        }
    };
    assert_eq!(verdict, Judged::Gone);
}

#[tokio::test]
async fn a_holder_that_goes_on_keeps_its_lock_beyond_the_locks_life() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let short = settings(&redis).lock_ttl(Duration::from_secs(3));
    let (one, other) = (shared(short.clone()), shared(short));
    let lease = claimed(&one, "session").await;
    assert!(matches!(other.claim(b"session", Duration::from_secs(7)).await, Claim::Held));
    one.publish(lease, tokens("slow")).await;
    assert_eq!(successor(&other, "session").await, tokens("slow"));
}

#[tokio::test]
async fn generations_rise_also_when_the_clock_of_redis_is_set_back() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let one = process(&redis);
    let generation = |lease: &Lease| lease.held.as_ref().unwrap().generation.parse::<u64>().unwrap();
    let first = paused(&redis, &one).await;
    let ahead = (generation(&first) + 3_600_000_000).to_string();
    redis.command::<()>(&["HSET", &first.names.record, "generation", &ahead]);
    let second = paused(&redis, &one).await;
    assert_eq!(generation(&second), ahead.parse::<u64>().unwrap() + 1);
    assert!(generation(&first) > 1_700_000_000_000_000);
}
