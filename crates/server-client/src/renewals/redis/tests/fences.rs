//! Holders that were paused for longer than their lock lives.

use super::{
    Duration, Judged, LONG, Lease, Shared, claimed, is_held, process, published, refused, settings, shared, successor,
    tokens,
};

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
    assert_eq!(published(&other, late, "newer").await, tokens("newer"));
    assert_eq!(published(&one, early, "older").await, tokens("newer"));
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
            published(&one, early, "older").await;
        } else {
            one.release(early).await;
        }
        let lock = redis.command::<Option<String>>(&["GET", &late.names.lock]);
        assert_eq!(lock.as_deref(), Some(late.value.as_str()));
        // What the earlier one brought is overwritten by what the later one brings.
        assert_eq!(published(&other, late, "newer").await, tokens("newer"));
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
    assert_eq!(refused(&other, late).await, Judged::Unconfirmed);
    published(&one, early, "of the paused one").await;
    assert_eq!(successor(&other, "session").await, tokens("of the paused one"));
}

#[tokio::test]
async fn a_refused_holder_finds_what_the_paused_one_brought_meanwhile() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let early = paused(&redis, &one).await;
    let late = claimed(&other, "session").await;
    published(&one, early, "first").await;
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
    assert_eq!(refused(&one, early).await, Judged::Unconfirmed);
    assert_eq!(refused(&other, late).await, Judged::Gone);
}

#[tokio::test]
async fn a_holder_that_died_is_not_waited_for_for_ever() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let short = settings(&redis).lock_ttl(Duration::from_millis(200)).successor_ttl(Duration::from_millis(300));
    let (dead, other) = (shared(short.clone()), shared(short));
    drop(claimed(&dead, "session").await);
    // Whoever comes waits for the lock to expire; what it then asks makes the record live on.
    let settled = async {
        loop {
            let lease = claimed(&other, "session").await;
            match refused(&other, lease).await {
                Judged::Unconfirmed => {}
                settled => break settled,
            }
        }
    };
    let verdict = tokio::time::timeout(Duration::from_mins(1), settled).await.expect("it is settled");
    assert_eq!(verdict, Judged::Gone);
}

/// Lets a third of a lock's life pass for a holder, but not for Redis.
async fn pass_a_third() {
    tokio::time::pause();
    tokio::time::advance(LONG / 3).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_holder_that_goes_on_gets_more_time_until_it_has_lost_its_lock() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    // The time that passes here is none in which Redis could have answered.
    let (one, other) = (shared(settings(&redis).timeout(Duration::from_hours(24))), process(&redis));
    let lease = claimed(&one, "session").await;
    // Its task has to have begun to wait.
    tokio::task::yield_now().await;
    let remaining = |key: &str| redis.command::<i64>(&["PTTL", key]);
    for key in [&lease.names.lock, &lease.names.record] {
        redis.command::<()>(&["PEXPIRE", key, "100000"]);
    }
    pass_a_third().await;
    while remaining(&lease.names.lock) <= 100_000 || remaining(&lease.names.record) <= 100_000 {
        tokio::task::yield_now().await;
    }
    assert!(is_held(&other, "session", Duration::ZERO).await);
    assert_eq!(redis.command::<i64>(&["DEL", &lease.names.lock]), 1);
    while !lease.held.as_ref().unwrap().extension.is_finished() {
        pass_a_third().await;
        // Whatever was asked before this is answered by now.
        redis.command::<String>(&["PING"]);
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(redis.command::<i64>(&["EXISTS", &lease.names.lock]), 0, "what is lost is not taken back");
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
