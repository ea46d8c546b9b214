//! What is in Redis: nothing for ever, and nothing in clear.

use twinfetch_canary::{canary, found_in};

use super::{Pair, Published, Purpose, Secret, SessionId, Tokens, process};
use crate::renewals::redis::{Claim, Lease, Shared};

/// Everything that Redis holds, as one text.
fn contents(redis: &twinfetch_redis::Redis) -> String {
    let mut all = Vec::new();
    for key in redis.keys() {
        let milliseconds = redis.command::<i64>(&["PTTL", &key]);
        assert!(milliseconds > 0, "{key} lives for ever");
        let value = match redis.command::<String>(&["TYPE", &key]).as_str() {
            "hash" => redis.command::<Vec<String>>(&["HGETALL", &key]).join("\n"),
            _ => redis.command::<String>(&["GET", &key]),
        };
        all.extend([key, value]);
    }
    all.join("\n")
}

fn secret_pair() -> Pair {
    let tokens = Tokens { access: Secret::new(canary("access")), refresh: Some(Secret::new(canary("refresh"))) };
    Pair::of(Some(SessionId::fresh()), 0, &tokens).unwrap()
}

async fn claimed(process: &Shared, pair: &Pair) -> Lease {
    let Claim::Ours(lease) = process.claim(pair, Purpose::Stay).await else { panic!("not ours") };
    lease
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "figures")]
async fn f_62_every_key_expires_and_no_token_is_in_clear_at_any_step() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let secret = canary("secret");
    let one = super::settings(&redis).share(vec![Secret::new(secret)]).unwrap();
    let mut seen = 0;
    let mut check = |step: &str| {
        let contents = contents(&redis);
        assert_eq!(found_in(&contents), None, "after {step}");
        seen += redis.keys().len();
    };
    let pair = secret_pair();
    let lease = claimed(&one, &pair).await;
    check("the claim");
    one.release(lease).await;
    check("the release");
    let lease = claimed(&one, &pair).await;
    drop(one.refused(lease).await);
    check("the refusal");
    let lease = claimed(&one, &pair).await;
    assert!(matches!(one.publish(lease, &secret_pair()).await, Published::Kept));
    check("the successor");
    // Nobody holds the lock: it is brought all the same, and expires.
    let lease = claimed(&one, &secret_pair()).await;
    redis.command::<()>(&["FLUSHALL"]);
    assert!(matches!(one.publish(lease, &secret_pair()).await, Published::Kept));
    check("a successor after Redis has forgotten");
    one.end(SessionId::fresh()).await;
    check("a sign-out");
    println!("{seen} keys seen, all with an expiry, none with a canary in any spelling");
    assert!(seen >= 6);
}

#[tokio::test]
async fn the_search_finds_a_token_that_is_in_clear() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let one = process(&redis);
    let pair = secret_pair();
    drop(claimed(&one, &pair).await);
    redis.command::<()>(&["SET", "in clear", pair.refresh.expose(), "EX", "60"]);
    assert!(found_in(&contents(&redis)).is_some());
}
