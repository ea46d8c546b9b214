//! What is in Redis: nothing for ever, and nothing in clear.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::{SessionId, claimed, process, published};

/// Everything that Redis holds, as one text.
fn contents(redis: &twinfetch_redis::Redis) -> String {
    let mut all = String::new();
    for key in redis.keys() {
        let milliseconds = redis.command::<i64>(&["PTTL", &key]);
        assert!(milliseconds > 0, "{key} lives for ever");
        let value = match redis.command::<String>(&["TYPE", &key]).as_str() {
            "hash" => redis.command::<Vec<String>>(&["HGETALL", &key]).join("\n"),
            _ => redis.command::<String>(&["GET", &key]),
        };
        all.push_str(&format!("{key}\n{value}\n"));
    }
    all
}

/// A text as it is, and as base64 of it at each of the three places where it may begin.
fn spellings(canary: &str) -> Vec<String> {
    let mut spellings = vec![canary.to_owned(), canary.chars().rev().collect()];
    for shift in 0..3 {
        let text = format!("{}{canary}", "x".repeat(shift));
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            // The outermost characters depend on what stands beside it.
            spellings.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    spellings.push(canary.bytes().map(|byte| format!("{byte:02x}")).collect());
    spellings
}

#[tokio::test]
async fn every_key_expires_and_no_token_is_in_clear_at_any_step() {
    let Some(redis) = twinfetch_redis::Redis::start() else { return };
    let one = process(&redis);
    let (mut seen, mut searched) = (0, 0);
    let mut check = |step: &str| {
        let contents = contents(&redis);
        for canary in [
            "refresh-session-CANARY-a31f",
            "access-session-CANARY-a31f",
            "refresh-CANARY-9b2e",
            "access-CANARY-9b2e",
            "of the app",
        ] {
            for spelling in spellings(canary) {
                assert!(!contents.contains(&spelling), "{canary} after {step}");
                searched += 1;
            }
        }
        seen += redis.keys().len();
    };
    let lease = claimed(&one, "session-CANARY-a31f").await;
    check("the claim");
    one.release(lease).await;
    check("the release");
    let lease = claimed(&one, "session-CANARY-a31f").await;
    drop(one.refused(lease).await);
    check("the refusal");
    let lease = claimed(&one, "session-CANARY-a31f").await;
    published(&one, lease, "CANARY-9b2e").await;
    check("the successor");
    // Nobody holds the lock: it is brought all the same, and expires.
    let lease = claimed(&one, "session-CANARY-other").await;
    redis.command::<()>(&["FLUSHALL"]);
    published(&one, lease, "CANARY-9b2e").await;
    check("a successor after Redis has forgotten");
    one.end(SessionId::fresh()).await;
    check("a sign-out");
    println!("{seen} keys, all with an expiry; {searched} searches for canaries, none found");
    assert!(seen >= 6);
}

#[test]
fn the_search_finds_what_is_in_clear() {
    let canary = "refresh-CANARY-9b2e";
    for text in [format!("a{canary}b"), format!("ab{canary}"), canary.to_owned()] {
        let encoded = URL_SAFE_NO_PAD.encode(&text);
        assert!(spellings(canary).iter().any(|spelling| encoded.contains(spelling)), "{text}");
        assert!(spellings(canary).iter().any(|spelling| text.contains(spelling)));
    }
}
