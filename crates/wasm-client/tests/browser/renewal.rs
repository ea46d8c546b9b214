//! Renewing tokens that were refused.

use twinfetch_core::call::Method;
use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Body, Client, Options, dialect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::script::{answer, begin, client, release, requested, sent, text, who};
use crate::verbs::{ADA, PAIR, body, signed_in, signed_in_with};

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    fn hide_locks();
    fn show_locks();
    fn watch_locks() -> js_sys::Array;
    fn withhold_locks();
    fn set_clock(milliseconds: f64);
}

const REFUSED: &str = r#"{ "status": 401, "body": { "success": false, "message": "expired" } }"#;
const POSTS: &str = r#"{ "body": { "success": true, "data": [7] } }"#;
const DEAD: &str = r#"{ "status": 401, "body": { "success": false, "message": "dead" } }"#;

fn newer() -> String {
    PAIR.replace("a1", "a2").replace("r1", "r2")
}

async fn get(client: &Client) -> Result<String, Code> {
    let received = client.get("/posts", Options::default()).await;
    received.map(|received| text(&received.data)).map_err(|error| error.code())
}

#[wasm_bindgen_test]
async fn twenty_refused_calls_renew_once() {
    let refused = [REFUSED; 20].join(", ");
    let client = signed_in(&format!(r#"{{ "/posts": [{refused}, {POSTS}], "/auth/refresh": ["hang"] }}"#)).await;
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            begin(async move { get(&client).await })
        })
        .collect();
    requested("/posts", 20).await;
    requested("/auth/refresh", 1).await;
    release("/auth/refresh", &newer());
    for call in calls {
        assert_eq!(call.end().await.as_deref(), Ok("[7]"));
    }
    let sent = sent();
    let count = |line: &str| sent.iter().filter(|sent| *sent == line).count();
    assert_eq!(count(r#"POST /auth/refresh - {"refreshToken":"r1"}"#), 1);
    assert_eq!((count("GET /posts Bearer a1"), count("GET /posts Bearer a2"), sent.len()), (20, 20, 41));
}

#[wasm_bindgen_test]
async fn a_dead_refresh_token_ends_the_session() {
    let client = signed_in(&format!(r#"{{ "/posts": [{REFUSED}], "/auth/refresh": [{DEAD}] }}"#)).await;
    assert_eq!(get(&client).await, Err(Code::Unauthorized));
    assert_eq!(who(&client.session().await), "anonymous");
    assert_eq!(get(&client).await, Err(Code::Unauthorized));
    assert_eq!(sent().last().unwrap(), "GET /posts -");
}

#[wasm_bindgen_test]
async fn a_renewal_that_has_to_wait_is_not_asked_for_again_and_ends_no_session() {
    let limited = r#"{ "status": 429, "headers": { "retry-after": "30" }, "body": { "success": false, "message": "slow down" } }"#;
    let client = signed_in(&format!(r#"{{ "/posts": [{REFUSED}], "/auth/refresh": [{limited}] }}"#)).await;
    for _ in 0..3 {
        let error = client.get("/posts", Options::default()).await.unwrap_err();
        assert_eq!((error.code(), error.retry_after()), (Code::RateLimited, Some(30_000)));
    }
    assert_eq!(sent().iter().filter(|line| line.starts_with("POST /auth/refresh")).count(), 1);
    assert_eq!(sent().last().unwrap(), "GET /posts Bearer a1");
    assert_eq!(client.refresh().await.unwrap_err().code(), Code::RateLimited);
}

#[wasm_bindgen_test]
async fn a_failed_renewal_is_tried_again_by_the_next_call() {
    let newer = newer();
    let answers = format!(
        r#"{{ "/posts": [{REFUSED}, {REFUSED}, {POSTS}], "/auth/refresh": [{{ "status": 500, "body": {{}} }}, {newer}] }}"#
    );
    let client = signed_in(&answers).await;
    assert_eq!(get(&client).await, Err(Code::ServerFailed));
    assert_eq!(get(&client).await.as_deref(), Ok("[7]"));
}

#[wasm_bindgen_test]
async fn a_renewal_on_demand_brings_newer_tokens_and_the_session() {
    let newer = newer();
    let client = signed_in(&format!(r#"{{ "/auth/refresh": [{newer}], "/auth/me": [{ADA}] }}"#)).await;
    assert_eq!(who(&client.refresh().await.unwrap()), r#"{"id":1}"#);
    assert_eq!(sent(), [r#"POST /auth/refresh - {"refreshToken":"r1"}"#, "GET /auth/me Bearer a2"]);
    answer(r#"{ "/auth/refresh": ["reject"] }"#);
    assert_eq!(client.refresh().await.unwrap_err().code(), Code::NetworkFailed);
    answer(&format!(r#"{{ "/auth/refresh": [{DEAD}] }}"#));
    assert_eq!(who(&client.refresh().await.unwrap()), "anonymous");
}

#[wasm_bindgen_test]
async fn a_session_read_that_is_refused_renews_as_calls_do() {
    let newer = newer();
    let client = signed_in(&format!(r#"{{ "/auth/me": [{REFUSED}, {ADA}], "/auth/refresh": [{newer}] }}"#)).await;
    client.forget();
    assert_eq!(who(&client.session().await), r#"{"id":1}"#);
    assert_eq!(
        sent(),
        ["GET /auth/me Bearer a1", r#"POST /auth/refresh - {"refreshToken":"r1"}"#, "GET /auth/me Bearer a2"]
    );
}

#[wasm_bindgen_test]
async fn a_call_is_not_repeated_as_another_user_who_has_signed_in_meanwhile() {
    let grace = PAIR.replace("a1", "g1");
    let client = signed_in(&format!(
        r#"{{ "/posts": [{REFUSED}, {POSTS}], "/auth/refresh": ["hang"], "/auth/login": [{grace}], "/auth/me": [{ADA}] }}"#
    ))
    .await;
    let calling = client.clone();
    let call = begin(async move { get(&calling).await });
    requested("/auth/refresh", 1).await;
    client.sign_in(body("{}")).await.unwrap();
    release("/auth/refresh", &newer());
    assert_eq!(call.end().await, Err(Code::Unauthorized));
    assert_eq!(get(&client).await.as_deref(), Ok("[7]"));
    assert_eq!(sent().last().unwrap(), "GET /posts Bearer g1");
}

#[wasm_bindgen_test]
async fn a_stream_that_is_used_up_is_not_sent_twice() {
    let newer = newer();
    let client = signed_in(&format!(r#"{{ "/posts": [{REFUSED}, {POSTS}], "/auth/refresh": [{newer}] }}"#)).await;
    let stream = web_sys::Response::new_with_opt_str(Some("abc")).unwrap().body().unwrap();
    let body = Body::new(stream.into()).unwrap();
    let error = client.call(Method::Post, "/posts", Options { body, ..Options::default() }).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthorized);
    assert_eq!(sent(), ["POST /posts Bearer a1 abc", r#"POST /auth/refresh - {"refreshToken":"r1"}"#]);
}

#[wasm_bindgen_test]
async fn a_read_that_is_refused_does_not_wait_for_itself() {
    let text = twinfetch_core::dialect::shipped::dual_token();
    let (before, rest) = text.split_once(r#""renewal": {"#).unwrap();
    let text = format!(r#"{before}"renewal": {{ "kind": "reread" }}{}"#, rest.split_once('}').unwrap().1);
    let answers = format!(r#"{{ "/auth/login": [{PAIR}], "/auth/me": [{REFUSED}] }}"#);
    let client = client(dialect::from_json(&text), &answers);
    assert_eq!(who(&client.sign_in(body("{}")).await.unwrap()), "anonymous");
    assert_eq!(sent(), ["POST /auth/login - {}", "GET /auth/me Bearer a1"]);
}

#[wasm_bindgen_test]
async fn tokens_are_renewed_also_where_there_are_no_locks() {
    let newer = newer();
    let client = signed_in(&format!(r#"{{ "/posts": [{REFUSED}, {POSTS}], "/auth/refresh": [{newer}] }}"#)).await;
    hide_locks();
    let got = get(&client).await;
    show_locks();
    assert_eq!(got.as_deref(), Ok("[7]"));
}

#[wasm_bindgen_test]
async fn the_lock_has_the_name_of_the_entry_as_in_the_npm_package() {
    let newer = newer();
    let client = signed_in(&format!(r#"{{ "/posts": [{REFUSED}, {POSTS}], "/auth/refresh": [{newer}] }}"#)).await;
    let names = watch_locks();
    let got = get(&client).await;
    show_locks();
    assert_eq!(got.as_deref(), Ok("[7]"));
    assert_eq!(names.join(" ").as_string().as_deref(), Some("twinfetch:http://backend.test"));
}

#[wasm_bindgen_test]
async fn a_turn_that_does_not_come_fails_the_call_for_its_time_and_ends_no_session() {
    let client = signed_in(&format!(r#"{{ "/posts": [{REFUSED}] }}"#)).await;
    withhold_locks();
    let got = get(&client).await;
    show_locks();
    assert_eq!(got, Err(Code::TimedOut));
    assert_eq!(sent(), ["GET /posts Bearer a1"]);
    assert_eq!(who(&client.session().await), r#"{"id":1}"#);
}

/// A token from 1970-01-12T13:46:40 to a quarter of an hour later: `{"iat":1000000,"exp":1000900}`.
const QUARTER: &str = "e30.eyJpYXQiOjEwMDAwMDAsImV4cCI6MTAwMDkwMH0.s";
/// One to an hour later: `{"iat":1000000,"exp":1003600}`.
const HOUR: &str = "e30.eyJpYXQiOjEwMDAwMDAsImV4cCI6MTAwMzYwMH0.s";

/// Sets the clock to so many seconds after those tokens begin, and lets the test's end set it right.
struct Clock;

impl Clock {
    fn at(seconds: f64) -> Self {
        set_clock(0.0);
        set_clock((1_000_000.0 + seconds) * 1000.0 - js_sys::Date::now());
        Self
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        set_clock(0.0);
    }
}

/// Somebody who has signed in with the first of those tokens, when it began; a renewal waits to be answered.
async fn signed_in_at_its_begin() -> Client {
    let _clock = Clock::at(0.0);
    signed_in_with(&PAIR.replace("a1", QUARTER), &format!(r#"{{ "/posts": [{POSTS}], "/auth/refresh": ["hang"] }}"#))
        .await
}

fn renewals() -> usize {
    sent().iter().filter(|line| line.starts_with("POST /auth/refresh")).count()
}

#[wasm_bindgen_test]
async fn a_token_that_is_about_to_end_is_renewed_once_beside_the_calls() {
    let client = signed_in_at_its_begin().await;
    let clock = Clock::at(890.0);
    for _ in 0..10 {
        get(&client).await.unwrap();
    }
    requested("/auth/refresh", 1).await;
    assert!(!sent().iter().any(|line| line.ends_with(HOUR)));
    release("/auth/refresh", &PAIR.replace("a1", HOUR));
    let new = format!("GET /posts Bearer {HOUR}");
    for _ in 0..1000 {
        get(&client).await.unwrap();
        if sent().last() == Some(&new) {
            break;
        }
    }
    drop(clock);
    assert_eq!((sent().last(), renewals()), (Some(&new), 1));
}

#[wasm_bindgen_test]
async fn a_token_that_has_ended_is_renewed_before_the_calls() {
    let client = signed_in_at_its_begin().await;
    let clock = Clock::at(901.0);
    let call = begin(async move { get(&client).await });
    requested("/auth/refresh", 1).await;
    release("/auth/refresh", &PAIR.replace("a1", HOUR));
    let got = call.end().await;
    drop(clock);
    assert_eq!(got.as_deref(), Ok("[7]"));
    assert_eq!(sent().last(), Some(&format!("GET /posts Bearer {HOUR}")));
    assert_eq!((sent().len(), renewals()), (2, 1));
}
