//! What the processes of an app do to one Redis.

mod cancelled;
mod failures;
mod fences;
mod keys;

use std::time::Duration;

use twinfetch_core::secret::Secret;

use super::{Claim, Lease, Pair, Published, Purpose, Redis, SessionId, Shared, Verdict};
use crate::Tokens;

/// Longer than any test takes on a loaded machine.
const LONG: Duration = Duration::from_mins(10);

/// One process of an app: a connection of its own.
fn process(redis: &twinfetch_redis::Redis) -> Shared {
    shared(settings(redis))
}

/// A process that waits for Redis as long as it takes.
fn settings(redis: &twinfetch_redis::Redis) -> Redis {
    Redis::new(redis.url()).timeout(LONG).lock_ttl(LONG)
}

fn shared(settings: Redis) -> Shared {
    settings.share(vec![Secret::new("of the app")]).unwrap()
}

fn pair(name: &str) -> Pair {
    let [access, refresh] = ["access", "refresh"].map(|kind| Secret::new(format!("{kind}-{name}")));
    Pair::of(None, 0, &Tokens { access, refresh: Some(refresh) }).unwrap()
}

fn tokens(name: &str) -> Tokens {
    pair(name).tokens()
}

async fn claim(process: &Shared, pair: &Pair) -> Claim<Lease> {
    process.claim_within(LONG, pair, Purpose::Stay).await
}

async fn claimed(process: &Shared, name: &str) -> Lease {
    match claim(process, &pair(name)).await {
        Claim::Ours(lease) => lease,
        Claim::Renewed(pair) => panic!("there is {} already", pair.access.expose()),
        Claim::Ended | Claim::Unsettled => panic!("somebody has it, or it is over"),
    }
}

async fn is_held(process: &Shared, name: &str, patience: Duration) -> bool {
    matches!(process.claim_within(patience, &pair(name), Purpose::Stay).await, Claim::Unsettled)
}

/// What there is to go on with after one has brought a successor.
async fn published(process: &Shared, lease: Lease, name: &str) -> Tokens {
    match process.publish(lease, &pair(name)).await {
        Published::Kept => tokens(name),
        Published::Superseded(newer) => newer.tokens(),
        Published::Ended => panic!("it is over"),
    }
}

async fn successor(process: &Shared, name: &str) -> Tokens {
    match claim(process, &pair(name)).await {
        Claim::Renewed(pair) => pair.tokens(),
        Claim::Ended | Claim::Ours(_) | Claim::Unsettled => panic!("there is no successor"),
    }
}

#[derive(Debug, PartialEq)]
enum Judged {
    Gone,
    Renewed(Tokens),
    Unconfirmed,
}

async fn refused(process: &Shared, lease: Lease) -> Judged {
    match process.refused(lease).await {
        Verdict::Gone => Judged::Gone,
        Verdict::Renewed(pair) => Judged::Renewed(pair.tokens()),
        Verdict::Unconfirmed => Judged::Unconfirmed,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_one_is_ours_and_the_others_get_what_it_brings() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let claims = (0..50).map(|_| {
        let process = process(&redis);
        tokio::spawn(async move {
            match claim(&process, &pair("session")).await {
                Claim::Ours(lease) => (1, published(&process, lease, "new").await),
                Claim::Renewed(pair) => (0, pair.tokens()),
                Claim::Ended | Claim::Unsettled => panic!("waited in vain"),
            }
        })
    });
    let mut ours = 0;
    for claim in futures_util::future::join_all(claims).await {
        let (own, brought) = claim.unwrap();
        ours += own;
        assert_eq!(brought, tokens("new"));
    }
    assert_eq!(ours, 1);
}

#[tokio::test]
async fn what_failed_is_tried_by_the_next_and_what_is_dead_is_dead() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let lease = claimed(&one, "session").await;
    assert!(is_held(&other, "session", Duration::ZERO).await);
    let next = tokio::spawn(async move { claimed(&other, "session").await });
    one.release(lease).await;
    let lease = next.await.unwrap();
    assert_eq!(refused(&one, lease).await, Judged::Gone);
    let lease = claimed(&one, "session").await;
    assert_eq!(published(&one, lease, "late").await, tokens("late"));
}

#[tokio::test]
async fn two_apps_on_one_redis_do_not_meet() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let secret = |text: &str| vec![Secret::new(text)];
    let apps = [
        settings(&redis).share(secret("of one app")),
        settings(&redis).share(secret("of another app")),
        settings(&redis).prefix("shop:production").share(secret("of one app")),
        settings(&redis).prefix("shop:staging").share(secret("of one app")),
    ];
    for (number, app) in apps.into_iter().enumerate() {
        let app = app.unwrap();
        let lease = claimed(&app, "session").await;
        published(&app, lease, &number.to_string()).await;
        assert_eq!(successor(&app, "session").await, tokens(&number.to_string()));
    }
    assert_eq!(redis.keys().len(), 4);
}

#[tokio::test]
async fn a_refresh_token_that_stays_is_spent_again_for_each_access_token() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let generation = |number: u64| Pair {
        generation: number,
        access: Secret::new(format!("access {number}")),
        ..pair("that stays")
    };
    for number in 0..3 {
        let Claim::Ours(lease) = claim(&one, &generation(number)).await else { panic!("not ours") };
        let Published::Kept = one.publish(lease, &generation(number + 1)).await else { panic!("not kept") };
        let Claim::Renewed(found) = claim(&other, &generation(number)).await else { panic!("not found") };
        assert_eq!((found.generation, found.tokens()), (number + 1, generation(number + 1).tokens()));
    }
    let Claim::Ours(lease) = claim(&other, &generation(3)).await else { panic!("not ours") };
    assert_eq!(refused(&other, lease).await, Judged::Gone, "what the caller has is no successor");
}

#[tokio::test]
async fn nobody_renews_a_session_that_was_ended_and_what_was_on_its_way_is_dropped() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let (one, other) = (process(&redis), process(&redis));
    let of = |session| Pair { session: Some(session), ..pair("session") };
    let (ended, else_) = (SessionId::fresh(), SessionId::fresh());
    let [on_its_way, refused] = [of(ended), Pair { refresh: Secret::new("another"), ..of(ended) }];
    let Claim::Ours(on_its_way) = claim(&one, &on_its_way).await else { panic!("not ours") };
    let Claim::Ours(refused) = claim(&one, &refused).await else { panic!("not ours") };
    other.end(ended).await;
    assert!(matches!(one.publish(on_its_way, &pair("late")).await, Published::Ended));
    assert!(matches!(one.refused(refused).await, Verdict::Gone));
    assert!(matches!(claim(&one, &of(ended)).await, Claim::Ended));
    assert!(matches!(claim(&one, &of(else_)).await, Claim::Ours(_)));
    // Who leaves may need a token to say so.
    let leaving = one.claim_within(LONG, &of(ended), Purpose::Leave).await;
    let Claim::Ours(leaving) = leaving else { panic!("not ours") };
    assert!(matches!(one.publish(leaving, &pair("to leave")).await, Published::Kept));
    assert!(matches!(claim(&one, &of(ended)).await, Claim::Ended));
}

#[test]
fn a_bad_setting_is_refused_with_its_name() {
    let share = |settings: Redis, secrets: &[&str]| {
        let error = settings.share(secrets.iter().copied().map(Secret::new).collect()).map(drop).unwrap_err();
        error.message().to_owned()
    };
    for url in ["", "localhost", "rediss://:canary@localhost", "http://:canary@localhost", "redis://:canary@[::1"] {
        let message = share(Redis::new(url), &["s"]);
        assert!(message.contains("redis") && message.contains("address") && !message.contains("canary"), "{message}");
    }
    let message = share(Redis::new("rediss://:canary@localhost"), &["s"]);
    assert!(message.contains("TLS") && !message.contains("canary"), "{message}");
    let redis = || Redis::from("redis://:canary@localhost");
    assert!(share(redis(), &[]).contains("no session secret"));
    assert!(share(redis().secrets([""]), &["s"]).contains("secret is empty"));
    assert!(share(redis().prefix("a b"), &["s"]).contains("prefix"));
    assert!(share(redis().lock_ttl(Duration::ZERO), &["s"]).contains("lock_ttl"));
    assert!(share(redis().successor_ttl(Duration::MAX), &["s"]).contains("successor_ttl"));
    assert!(share(redis().timeout(Duration::ZERO), &["s"]).contains("timeout"));
    assert!(!format!("{:?}", redis().secrets(["canary"])).contains("canary"));
}
