//! A refresh that fails leaves the session in place, unless the backend said that the grant is gone.

use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use twinfetch_server_client::{Code, Kind};

use super::backend::{Backend, enveloped};
use super::{NOW, client, content, kept, sealed, settings, stale, token};
use crate::scripted::nobody;
use crate::systems::sign;

#[tokio::test(flavor = "multi_thread")]
async fn f_49_a_refresh_that_fails_is_the_same_error_for_all_who_wait_and_keeps_the_session() {
    for status in [400, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504] {
        let backend = Backend::refusing_together(10).await;
        let client = client(&backend);
        // All of them have boarded when the refresh is answered, or are told what it came to a moment ago.
        let status = StatusCode::from_u16(status).unwrap();
        for _ in 0..10 {
            backend.answer_refresh(status.into_response());
        }
        let pages = (0..10).map(|_| async {
            let api = client.incoming(&stale("ada"));
            let error = api.get::<Value>("/page").await.unwrap_err();
            (error.status(), error.kind(), api.set_cookies().len(), api.session_refusal())
        });
        for (told, kind, cookies, refusal) in join_all(pages).await {
            assert_eq!((told, cookies, refusal), (Some(status), 0, None));
            assert_ne!(kind, Kind::Unauthorized, "{status} sends nobody to the page to sign in");
        }
    }
}

#[tokio::test]
async fn f_49_only_a_grant_that_is_gone_ends_the_session() {
    let backend = Backend::new().await;
    backend.moved_on("ada", 7);
    let client = client(&backend);
    let api = client.incoming(&stale("ada"));
    assert_eq!(api.get::<Value>("/page").await.unwrap_err().code(), Code::Unauthorized);
    assert!(!api.session().await.unwrap().is_authenticated());
    let lines: Vec<_> = api.set_cookies().iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    assert_eq!(lines, ["twinfetch.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]);
}

#[tokio::test]
async fn f_49_answers_that_are_no_answer_keep_the_session() {
    let html = ([("content-type", "text/html")], "<h1>Sign in</h1>").into_response();
    let truncated = ([("content-type", "application/json")], r#"{"success":true,"data":{"acce"#).into_response();
    let refused = (StatusCode::OK, enveloped(StatusCode::BAD_REQUEST, &Value::Null).into_body()).into_response();
    let without = enveloped(StatusCode::OK, &json!({ "user": "ada" }));
    let odd = enveloped(StatusCode::OK, &json!({ "accessToken": 7, "refreshToken": ["r"] }));
    for (name, answer) in [
        ("html", html),
        ("truncated", truncated),
        ("empty", StatusCode::OK.into_response()),
        ("refused", refused),
        ("without tokens", without),
        ("odd", odd),
    ] {
        let backend = Backend::new().await;
        backend.answer_refresh(answer);
        let client = client(&backend);
        let api = client.incoming(&stale("ada"));
        let error = api.get::<Value>("/page").await.unwrap_err();
        assert_ne!(error.kind(), Kind::Unauthorized, "{name}: {error:?}");
        assert!(api.set_cookies().is_empty(), "{name}");
        let again = client.incoming(&stale("ada"));
        again.get::<Value>("/page").await.unwrap();
        assert_eq!(kept(&again.set_cookies()).unwrap()["generation"], 2, "{name}");
    }
}

#[tokio::test]
async fn a_renewal_that_takes_too_long_ends_the_read_and_is_not_asked_for_again_and_again() {
    let backend = Backend::new().await;
    backend.hold();
    let client = settings(backend.url()).timeout(Duration::from_millis(100)).build().unwrap();
    let api = client.incoming(&stale("ada"));
    // The read has more time than the renewal that it waits for.
    let read = api.get::<Value>("/page").timeout(Duration::from_secs(30));
    assert_eq!(read.await.unwrap_err().code(), Code::TimedOut);
    assert!(backend.hits() <= 2, "{} requests", backend.hits());
    assert!(api.set_cookies().is_empty());
}

#[tokio::test]
async fn f_49_a_refresh_that_hangs_ends_in_time_and_keeps_the_session() {
    let backend = Backend::new().await;
    backend.hold();
    let client = settings(backend.url()).head_timeout(Duration::from_secs(2)).build().unwrap();
    let api = client.incoming(&stale("ada"));
    assert_eq!(api.get::<Value>("/page").await.unwrap_err().kind(), Kind::Timeout);
    assert!(api.set_cookies().is_empty());
}

#[tokio::test]
async fn f_30_a_backend_that_is_down_keeps_the_session() {
    let client = settings(&nobody().await).build().unwrap();
    let api = client.incoming(&stale("ada"));
    assert_eq!(api.get::<Value>("/page").await.unwrap_err().kind(), Kind::Network);
    assert_eq!(api.session().await.unwrap_err().kind(), Kind::Network);
    assert!(api.set_cookies().is_empty());
}

#[tokio::test]
async fn f_49_a_refresh_endpoint_that_fails_again_and_again_is_left_alone_for_a_while() {
    let backend = Backend::new().await;
    let client = client(&backend);
    for _ in 0..20 {
        backend.answer_refresh(StatusCode::SERVICE_UNAVAILABLE.into_response());
        let api = client.incoming(&stale("ada"));
        assert_eq!(api.get::<Value>("/page").await.unwrap_err().kind(), Kind::Status);
    }
    assert!(backend.refreshes() < 5, "{}", backend.refreshes());
    // Another user's is their own.
    backend.forget_answers();
    client.incoming(&stale("grace")).get::<Value>("/page").await.unwrap();
}

#[tokio::test]
async fn f_49_a_wait_that_the_backend_asks_for_is_kept_by_all_requests() {
    let backend = Backend::new().await;
    let limited: Response = (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")]).into_response();
    backend.answer_refresh(limited);
    let client = client(&backend);
    for _ in 0..10 {
        let error = client.incoming(&stale("ada")).get::<Value>("/page").await.unwrap_err();
        assert_eq!((error.code(), error.retry_after().unwrap().as_secs()), (Code::RateLimited, 30));
    }
    assert_eq!(backend.refreshes(), 1);
}

#[tokio::test]
async fn f_50_what_a_refresh_gives_never_makes_a_loop() {
    let expired = sign(&json!({ "sub": "ada", "type": "access", "iat": NOW - 100, "exp": NOW - 50 }), "of the backend");
    for (name, given, refusals) in [
        (
            "the same token",
            json!({ "accessToken": token("ada", "access", 0), "refreshToken": token("ada", "refresh", 1) }),
            1,
        ),
        (
            "the same token, and another refresh token",
            json!({ "accessToken": token("ada", "access", 0), "refreshToken": "r" }),
            1,
        ),
        ("an expired token", json!({ "accessToken": expired, "refreshToken": token("ada", "refresh", 1) }), 2),
        (
            "a token of nobody",
            json!({ "accessToken": token("nobody", "access", 9), "refreshToken": token("ada", "refresh", 1) }),
            2,
        ),
    ] {
        let backend = Backend::new().await;
        backend.give(given);
        let api = client(&backend).incoming(&stale("ada"));
        assert_eq!(api.get::<Value>("/page").await.unwrap_err().code(), Code::Unauthorized, "{name}");
        assert_eq!((backend.refreshes(), backend.hits()), (1, refusals + 1), "{name}");
    }
}

#[tokio::test]
async fn f_50_without_a_new_refresh_token_the_old_one_stays() {
    let backend = Backend::new().await;
    backend.give(json!({ "accessToken": token("ada", "access", 1) }));
    let client = client(&backend);
    let api = client.incoming(&stale("ada"));
    api.get::<Value>("/page").await.unwrap();
    let content = kept(&api.set_cookies()).unwrap();
    assert_eq!(
        (&content["access_token"], &content["refresh_token"]),
        (&json!(token("ada", "access", 1)), &json!(token("ada", "refresh", 1)))
    );
    // The next token is spent for anew: what the first refresh brought is not mistaken for it.
    backend.moved_on("ada", 2);
    backend.give(json!({ "accessToken": token("ada", "access", 2) }));
    let api = client.incoming(&sealed(&content));
    api.get::<Value>("/page").await.unwrap();
    assert_eq!(kept(&api.set_cookies()).unwrap()["access_token"], token("ada", "access", 2));
    // Who still comes with the first cookie gets the newest.
    let late = client.incoming(&stale("ada"));
    late.get::<Value>("/page").await.unwrap();
    assert_eq!(backend.refreshes(), 2);
}

#[tokio::test]
async fn a_token_that_is_about_to_end_is_renewed_before_it_is_refused() {
    let due = |until: u64| {
        let token = sign(&json!({ "sub": "ada", "type": "access", "iat": NOW - 880, "exp": until }), "of the backend");
        let mut content = content("ada", 1);
        content["access_token"] = token.into();
        content["iat"] = (NOW - 880).into();
        sealed(&content)
    };
    let backend = Backend::new().await;
    let api = client(&backend).incoming(&due(NOW + 5));
    api.get::<Value>("/page").await.unwrap();
    assert_eq!((backend.refreshes(), backend.hits()), (1, 2));
    assert_eq!(kept(&api.set_cookies()).unwrap()["iat"], NOW);
    // One that is good for longer is left alone; this backend refuses it, and it is renewed then.
    let backend = Backend::new().await;
    let api = client(&backend).incoming(&due(NOW + 120));
    api.get::<Value>("/page").await.unwrap();
    assert_eq!((backend.refreshes(), backend.hits()), (1, 3));
}

#[tokio::test]
async fn a_token_that_is_about_to_end_goes_out_when_it_cannot_be_renewed() {
    let backend = Backend::new().await;
    backend.answer_refresh(StatusCode::SERVICE_UNAVAILABLE.into_response());
    let token = sign(&json!({ "sub": "ada", "type": "access", "iat": NOW - 880, "exp": NOW + 5 }), "of the backend");
    let mut content = content("ada", 1);
    content["access_token"] = token.clone().into();
    backend.accept(&token);
    let api = client(&backend).incoming(&sealed(&content));
    api.get::<Value>("/page").await.unwrap();
    assert_eq!(backend.refreshes(), 1);
    assert!(api.set_cookies().is_empty());
}
