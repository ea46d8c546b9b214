//! One refresh, however many requests are refused at once.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::Value;

use super::backend::Backend;
use super::{client, kept, next_request, stale};

/// Refuses so many requests at once, each of which has a page of its own.
async fn refused_together(count: usize) {
    let backend = Backend::refusing_together(count).await;
    let client = client(&backend);
    let headers = stale("ada");
    let pages = (0..count).map(|_| async {
        let api = client.incoming(&headers);
        let me: Value = api.get("/page").await.unwrap();
        assert_eq!(me["id"], "ada");
        kept(&api.set_cookies()).unwrap()["access_token"].clone()
    });
    let seen: HashSet<String> = join_all(pages).await.into_iter().map(|token| token.to_string()).collect();
    assert_eq!(seen, HashSet::from(["\"ada-access-2\"".to_owned()]));
    assert_eq!(backend.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn f_40_two_refused_requests_renew_once() {
    refused_together(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_40_ten_refused_requests_renew_once() {
    refused_together(10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_40_a_hundred_refused_requests_renew_once() {
    refused_together(100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_40_a_thousand_refused_requests_renew_once() {
    refused_together(1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_40_calls_of_one_request_and_of_others_share_one_renewal() {
    let backend = Backend::refusing_together(50).await;
    let client = client(&backend);
    let headers = stale("ada");
    let pages = (0..10).map(|_| async {
        let api = client.incoming(&headers);
        let calls = (0..5).map(|part| api.get::<Value>(&format!("/part/{part}")).into_future());
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        api.set_cookies().len()
    });
    assert_eq!(join_all(pages).await, [1; 10]);
    assert_eq!(backend.refreshes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn x_01_a_hundred_users_who_renew_at_once_never_cross() {
    let backend = Backend::refusing_together(400).await;
    let client = client(&backend);
    let pages = (0..400).map(|index| {
        let client = client.clone();
        async move {
            let user = format!("user{}", index % 100);
            let api = client.incoming(&stale(&user));
            // The same path for all: only the session tells them apart.
            let me: Value = api.get("/me").await.unwrap();
            let kept = kept(&api.set_cookies()).unwrap();
            assert_eq!(me["id"], user.as_str());
            assert_eq!(kept["access_token"], format!("{user}-access-2"));
            assert_eq!(kept["refresh_token"], format!("{user}-refresh-2"));
            assert_eq!(kept["sid"], super::content(&user, 1)["sid"]);
        }
    });
    join_all(pages).await;
    assert_eq!(backend.refreshes(), 100);
}

#[tokio::test]
async fn who_still_comes_with_the_old_cookie_gets_what_it_brought() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let headers = stale("ada");
    let first = client.incoming(&headers);
    first.get::<Value>("/page").await.unwrap();
    for _ in 0..9 {
        let late = client.incoming(&headers);
        late.get::<Value>("/part").await.unwrap();
        assert_eq!(kept(&late.set_cookies()).unwrap()["generation"], 2);
    }
    assert_eq!(backend.refreshes(), 1);
    // Nothing is refused any more: what is known to be newer is shown at once.
    assert_eq!(backend.hits(), 3 + 9);
}

#[tokio::test]
async fn a_session_lives_through_renewal_after_renewal() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let mut headers = stale("ada");
    for generation in 2..12 {
        let api = client.incoming(&headers);
        api.get::<Value>("/page").await.unwrap();
        let content = kept(&api.set_cookies()).unwrap();
        assert_eq!(content["access_token"], format!("ada-access-{generation}"));
        assert_eq!((&content["generation"], &content["exp"]), (&generation.into(), &super::content("ada", 1)["exp"]));
        headers = next_request(&api.set_cookies());
        let good = client.incoming(&headers);
        good.get::<Value>("/page").await.unwrap();
        assert!(good.set_cookies().is_empty(), "nothing was renewed");
        // The backend ends the access token early.
        let mut ended = content.clone();
        ended["access_token"] = "ada-access-0".into();
        headers = super::sealed(&ended);
    }
    assert_eq!(backend.refreshes(), 10);
}

#[tokio::test]
async fn x_08_a_late_answer_never_brings_an_older_pair_back() {
    let backend = Backend::new().await;
    let client = client(&backend);
    let slow = client.incoming(&stale("ada"));
    slow.get::<Value>("/page").await.unwrap();
    let mut ended = kept(&slow.set_cookies()).unwrap();
    ended["access_token"] = "ada-access-0".into();
    let fast = client.incoming(&super::sealed(&ended));
    fast.get::<Value>("/page").await.unwrap();
    // Whichever of the two answers comes last, the browser has the newest pair.
    for api in [&slow, &fast] {
        assert_eq!(kept(&api.set_cookies()).unwrap()["access_token"], "ada-access-3");
    }
    assert_eq!(backend.refreshes(), 2);
}
