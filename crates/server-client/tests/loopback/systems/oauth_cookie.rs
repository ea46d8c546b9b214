//! S4: a sign-in at a provider, and a session in a cookie. Start and callback are tested in `tests/oauth`.

use http::HeaderMap;
use serde_json::{Value, json};
use twinfetch_backend::{Options, System};
use twinfetch_canary::canary;
use twinfetch_core::seal::{SealError, SessionError};
use twinfetch_server_client::{Code, Kind};

use super::{Running, SECRET, claims, now, sign};
use crate::stage::with_cookie;

async fn start() -> Running {
    Running::of(System::OauthCookie).await
}

/// The value of the session cookie of somebody who signed in at the provider.
async fn session(running: &Running, secret: &str) -> String {
    let identity = json!({ "issuer": "https://issuer.example", "subject": "ada", "email": "ada@example.com" });
    let user = running.test("POST", "/test/session", Some(identity)).await;
    let claims = json!({ "sub": user["id"], "email": user["email"], "iat": now(), "exp": now() + 7 * 24 * 3600 });
    sign(&claims, secret)
}

#[tokio::test]
async fn s4_1_the_way_to_the_provider_keeps_the_way_back() {
    let running = start().await;
    let address = running.client.background().sign_in_address("/journeys?page=2#top").unwrap();
    let (_, query) = address.split_once("/api/auth/google?").unwrap();
    assert_eq!(query, "returnTo=%2Fjourneys%3Fpage%3D2%23top");
    for foreign in ["https://evil.test", "//evil.test", "/\\evil.test", ""] {
        assert_eq!(running.client.background().sign_in_address(foreign).unwrap_err().code(), Code::CallInvalid);
    }
}

#[tokio::test]
async fn s4_3_the_cookie_says_who_is_signed_in_with_no_network() {
    let running = start().await;
    let session = session(&running, SECRET).await;
    running.forget_calls().await;
    let api = running.incoming(&format!("app_session={session}"));
    let known = api.session().await.unwrap();
    assert_eq!(known.authenticated().unwrap().user::<Value>().unwrap()["email"], "ada@example.com");
    assert_eq!(running.calls().await, Vec::<Value>::new());
    let journeys: Vec<Value> = api.get("/api/v1/journeys").await.unwrap();
    assert!(journeys.is_empty());
    let nobody = running.incoming("app_session=garbage");
    assert!(!nobody.session().await.unwrap().is_authenticated());
    assert_eq!(nobody.session_refusal(), Some(SessionError::Seal(SealError::Malformed)));
}

#[tokio::test]
async fn s4_3_a_sign_out_takes_the_cookie_away() {
    let running = start().await;
    let cookie = format!("app_session={}", session(&running, SECRET).await);
    let api = running.incoming(&cookie);
    assert!(api.sign_out().await.unwrap().server_told);
    let [line] = &api.set_cookies()[..] else { panic!("not one cookie") };
    let line = line.to_str().unwrap();
    assert!(line.starts_with("app_session=;") && line.contains("Max-Age=0"), "{line}");
    assert!(!api.session().await.unwrap().is_authenticated());
    let client = running.shut_down().await;
    let api = client.incoming(&with_cookie(&cookie));
    let out = api.sign_out().await.unwrap();
    assert_eq!((out.server_told, api.set_cookies().len()), (false, 1));
}

#[tokio::test]
async fn s4_4_the_token_of_the_cookie_goes_on_as_bearer() {
    let running = start().await;
    let session = session(&running, SECRET).await;
    let api = running.incoming(&format!("app_session={session}"));
    let profile: Value = api.get("/api/auth/profile").await.unwrap();
    assert_eq!(profile["id"], claims(&session)["sub"]);
    let script = HeaderMap::from_iter([(http::header::AUTHORIZATION, format!("Bearer {session}").parse().unwrap())]);
    let again: Value = running.client.incoming(&script).get("/api/auth/profile").await.unwrap();
    assert_eq!(again, profile);
    // The backend reads no cookie there: what came was the header.
    let nobody = running.incoming("other=1").get::<Value>("/api/auth/profile").await.unwrap_err();
    assert_eq!(nobody.kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn s4_5_a_refusal_leads_to_the_sign_in_page_and_a_bad_request_says_why() {
    let running = start().await;
    let nobody = running.client.incoming(&HeaderMap::new());
    let error = nobody.get::<Value>("/api/v1/journeys").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthorized);
    assert!(nobody.sign_in_address("/journeys").unwrap().ends_with("/api/auth/google?returnTo=%2Fjourneys"));
    let api = running.incoming(&format!("app_session={}", session(&running, SECRET).await));
    let error = api.post::<Value>("/api/v1/journeys").json(&json!({ "title": "" })).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (Kind::Rejected, 400));
    assert_ne!(error.message(), Code::Rejected.message());
    let journey: Value = api.post("/api/v1/journeys").json(&json!({ "title": "North" })).await.unwrap();
    assert_eq!(journey["title"], "North");
}

#[tokio::test]
async fn s4_6_old_sessions_end_with_their_secret_unless_it_is_kept() {
    let newer = canary("secret");
    let secrets = vec![newer.to_owned(), SECRET.to_owned()];
    let running = Running::with(Options { secrets, ..Running::options(System::OauthCookie) }).await;
    let old = format!("app_session={}", session(&running, SECRET).await);
    for (secrets, alive) in [(vec![newer], false), (vec![newer, SECRET], true)] {
        let client = running.client(System::OauthCookie, |builder| builder.secrets(secrets));
        let api = client.incoming(&with_cookie(&old));
        assert_eq!(api.session().await.unwrap().is_authenticated(), alive);
        assert_eq!(api.get::<Value>("/api/auth/profile").await.is_ok(), alive);
        let new = format!("app_session={}", session(&running, newer).await);
        assert!(client.incoming(&with_cookie(&new)).session().await.unwrap().is_authenticated());
    }
}
