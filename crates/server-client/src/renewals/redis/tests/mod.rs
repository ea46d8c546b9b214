//! What the processes of an app do to one Redis.

mod cancelled;
mod failures;
mod fences;
mod keys;

use std::time::Duration;

use twinfetch_core::secret::Secret;
use twinfetch_core::session::Tokens;

use super::{Claim, Lease, Redis, Shared, Verdict};

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

fn tokens(name: &str) -> Tokens {
    Tokens { access: Secret::new(format!("access-{name}")), refresh: Some(Secret::new(format!("refresh-{name}"))) }
}

async fn claimed(process: &Shared, session: &str) -> Lease {
    match process.claim(session.as_bytes(), LONG).await {
        Claim::Ours(lease) => lease,
        Claim::Held => panic!("somebody has it"),
        Claim::Renewed(tokens) => panic!("there is {} already", tokens.access.expose()),
    }
}

async fn successor(process: &Shared, session: &str) -> Tokens {
    match process.claim(session.as_bytes(), LONG).await {
        Claim::Renewed(tokens) => tokens,
        Claim::Held => panic!("somebody has it"),
        Claim::Ours(_) => panic!("there is no successor"),
    }
}

#[derive(Debug, PartialEq)]
enum Judged {
    Gone,
    Renewed(Tokens),
    Unsettled,
}

async fn refused(process: &Shared, lease: Lease) -> Judged {
    match process.refused(lease).await {
        Verdict::Gone => Judged::Gone,
        Verdict::Renewed(tokens) => Judged::Renewed(tokens),
        Verdict::Unsettled => Judged::Unsettled,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_one_is_ours_and_the_others_get_what_it_brings() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let claims = (0..50).map(|_| {
        let process = process(&redis);
        tokio::spawn(async move {
            match process.claim(b"session", LONG).await {
                Claim::Ours(lease) => (1, process.publish(lease, tokens("new")).await),
                Claim::Renewed(tokens) => (0, tokens),
                Claim::Held => panic!("waited in vain"),
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
    assert!(matches!(other.claim(b"session", Duration::ZERO).await, Claim::Held));
    let next = tokio::spawn(async move { claimed(&other, "session").await });
    one.release(lease).await;
    let lease = next.await.unwrap();
    assert_eq!(refused(&one, lease).await, Judged::Gone);
    let lease = claimed(&one, "session").await;
    assert_eq!(one.publish(lease, tokens("late")).await, tokens("late"));
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
        app.publish(lease, tokens(&number.to_string())).await;
        assert_eq!(successor(&app, "session").await, tokens(&number.to_string()));
    }
    assert_eq!(redis.keys().len(), 4);
}

#[test]
fn a_bad_setting_is_refused_with_its_name() {
    let share = |settings: Redis, secrets: &[&str]| {
        let error = settings.share(secrets.iter().copied().map(Secret::new).collect()).map(drop).unwrap_err();
        error.message().to_owned()
    };
    for url in ["", "localhost", "http://:canary@localhost", "redis://:canary@[::1"] {
        let message = share(Redis::new(url), &["s"]);
        assert!(message.contains("redis") && message.contains("address") && !message.contains("canary"), "{message}");
    }
    let redis = || Redis::from("redis://:canary@localhost");
    assert!(share(redis(), &[]).contains("no session secret"));
    assert!(share(redis().secrets([""]), &["s"]).contains("secret is empty"));
    assert!(share(redis().prefix("a b"), &["s"]).contains("prefix"));
    assert!(share(redis().lock_ttl(Duration::ZERO), &["s"]).contains("lock_ttl"));
    assert!(share(redis().successor_ttl(Duration::MAX), &["s"]).contains("successor_ttl"));
    assert!(share(redis().timeout(Duration::ZERO), &["s"]).contains("timeout"));
    assert!(!format!("{:?}", redis().secrets(["canary"])).contains("canary"));
}
