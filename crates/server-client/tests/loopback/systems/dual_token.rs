//! S1: an access and a refresh token, in an envelope.

use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use twinfetch_backend::System;
use twinfetch_canary::canary;
use twinfetch_core::seal::{SealError, SessionError};
use twinfetch_server_client::{Code, Kind, SignedIn};

use super::{Running, claims, sign};
use crate::stage::{ADA, GRACE, with_cookie};

async fn start() -> Running {
    Running::of(System::DualToken).await
}

fn ada() -> Value {
    json!({ "email": ADA.email, "password": ADA.password })
}

async fn signed_in(running: &Running) -> SignedIn {
    running.client.background().sign_in(&ada()).await.unwrap()
}

fn access(signed_in: &SignedIn) -> String {
    signed_in.tokens().unwrap().access.expose().to_owned()
}

fn refresh(signed_in: &SignedIn) -> String {
    signed_in.tokens().unwrap().refresh.unwrap().expose().to_owned()
}

#[tokio::test]
async fn s1_1_a_sign_in_gives_tokens_and_the_user() {
    let running = start().await;
    let signed_in = signed_in(&running).await;
    let me: Value = signed_in.api().get("/auth/me").await.unwrap();
    assert_eq!(me["email"], ADA.email);
    let session = signed_in.api().session().await.unwrap();
    assert_eq!(session.authenticated().unwrap().user::<Value>().unwrap(), me);
    assert_eq!(running.count("/auth/login").await, 1);
}

#[tokio::test]
async fn s1_1_an_account_is_made_and_signed_in() {
    let running = start().await;
    let account = json!({ "email": "new@example.com", "password": canary("password") });
    let new = running.client.background().register(&account).await.unwrap();
    let me: Value = new.api().get("/auth/me").await.unwrap();
    assert_eq!(me["email"], "new@example.com");
    let taken = running.client.background().register(&account).await.unwrap_err();
    assert_eq!((taken.kind(), taken.status().unwrap().as_u16()), (Kind::Rejected, 409));
}

#[tokio::test]
async fn s1_1_wrong_credentials_are_refused_with_the_backends_words() {
    let running = start().await;
    let wrong = json!({ "email": ADA.email, "password": canary("password") });
    let error = running.client.background().sign_in(&wrong).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), (Code::SignInRefused, Kind::Unauthorized));
    assert_ne!(error.message(), Code::SignInRefused.message());
    assert!(!format!("{error:?}").contains(ADA.email), "{error:?}");
    let list = running.client.background().sign_in(&json!(["ada"])).await.unwrap_err();
    assert_eq!(list.code(), Code::CallInvalid);
}

#[tokio::test]
async fn s1_2_the_envelope_is_opened_and_its_refusal_is_an_error() {
    let running = start().await;
    let api = signed_in(&running).await.api();
    let post: Value = api.post("/api/posts").json(&json!({ "title": "Hello" })).await.unwrap();
    assert_eq!((post["title"].as_str(), post.get("success")), (Some("Hello"), None));
    let refused = json!({ "success": false, "data": null, "message": "今天不行", "statusCode": 200, "timestamp": "" });
    running.fault(json!({ "path": "/api/posts", "status": 200, "body": refused.to_string() })).await;
    let error = api.get::<Value>("/api/posts").await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::EnvelopeRefused, "今天不行"));
}

#[tokio::test]
async fn s1_3_an_access_token_is_verified_with_no_network() {
    let running = start().await;
    let signed_in = signed_in(&running).await;
    let (access, refresh) = (access(&signed_in), refresh(&signed_in));
    let lifetime = |token| claims(token)["exp"].as_u64().unwrap() - claims(token)["iat"].as_u64().unwrap();
    assert_eq!((claims(&access)["type"].as_str(), lifetime(&access)), (Some("access"), 900));
    assert_eq!((claims(&refresh)["type"].as_str(), lifetime(&refresh)), (Some("refresh"), 7 * 24 * 3600));
    running.forget_calls().await;

    let api = running.incoming(&format!("accessToken={access}"));
    let session = api.session().await.unwrap();
    let session = session.authenticated().unwrap();
    assert_eq!(session.access_token().unwrap().expose(), access);
    assert_eq!(session.claims()["sub"], claims(&access)["sub"]);
    assert!(session.expires().is_some());
    assert_eq!(running.calls().await, Vec::<Value>::new());
}

#[tokio::test]
async fn s1_3_a_refresh_token_in_the_cookie_signs_nobody_in() {
    let running = start().await;
    let refresh = refresh(&signed_in(&running).await);
    let bearer = HeaderMap::from_iter([(http::header::AUTHORIZATION, format!("Bearer {refresh}").parse().unwrap())]);
    for headers in [with_cookie(&format!("accessToken={refresh}")), bearer] {
        let api = running.client.incoming(&headers);
        assert!(!api.session().await.unwrap().is_authenticated());
        assert_eq!(api.session_refusal(), Some(SessionError::Seal(SealError::NotAccess)));
    }
}

#[tokio::test]
async fn s1_4_the_refresh_token_is_never_sent_as_bearer() {
    let running = start().await;
    let signed_in = signed_in(&running).await;
    let spent = [refresh(&signed_in)];
    signed_in.refresh().await.unwrap();
    let refreshes = [&spent[0], &refresh(&signed_in)].map(|token| hexadecimal(&Sha256::digest(token)));
    let () = signed_in.api().get::<Value>("/api/posts").await.map(drop).unwrap();
    signed_in.api().sign_out().await.unwrap();
    let calls = running.calls().await;
    assert!(calls.iter().any(|call| call["path"] == "/auth/logout" && call["bearer_sha256"].is_string()));
    for call in calls {
        assert!(refreshes.iter().all(|hash| call["bearer_sha256"] != **hash), "{call}");
    }
}

#[tokio::test]
async fn s1_4_the_backend_refuses_a_token_of_the_wrong_type() {
    let running = start().await;
    let refresh = refresh(&signed_in(&running).await);
    let error = running.client.background().bearer(refresh).get::<Value>("/auth/me").await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Unauthorized, "无效的令牌类型"));
}

#[tokio::test]
async fn s1_6_a_sign_out_ends_the_refresh_token() {
    let running = start().await;
    let signed_in = signed_in(&running).await;
    let refresh = refresh(&signed_in);
    let out = signed_in.api().sign_out().await.unwrap();
    assert!(out.server_told && out.cause.is_none());
    assert_eq!(signed_in.tokens(), None);
    assert!(!signed_in.api().session().await.unwrap().is_authenticated());
    let error = running.client.background().refresh(refresh).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unauthorized);
    assert_eq!(signed_in.api().get::<Value>("/auth/me").await.unwrap_err().kind(), Kind::Unauthorized);
    assert_eq!(signed_in.refresh().await.unwrap_err().kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn s1_6_an_expired_access_token_is_renewed_to_sign_out() {
    let running = start().await;
    let mut tokens = signed_in(&running).await.tokens().unwrap();
    tokens.access = twinfetch_server_client::Secret::new(canary("refused"));
    let spent = tokens.refresh.clone().unwrap();
    let signed_in = running.client.background().with_tokens(tokens);
    assert!(signed_in.api().sign_out().await.unwrap().server_told);
    assert_eq!(running.count("/auth/logout").await, 2);
    assert_eq!(running.count("/auth/refresh").await, 1);
    assert_eq!(running.client.background().refresh(spent.expose()).await.unwrap_err().kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn s1_6_a_server_that_cannot_be_told_keeps_nobody_signed_in_here() {
    let running = start().await;
    let signed_in = signed_in(&running).await;
    running.shut_down().await;
    let out = signed_in.api().sign_out().await.unwrap();
    assert!(!out.server_told);
    assert_eq!(out.cause.unwrap().kind(), Kind::Network);
    assert_eq!(signed_in.tokens(), None);
}

#[tokio::test]
async fn s1_7_the_limit_of_sign_ins_is_told_with_the_wait() {
    let running = start().await;
    for _ in 0..5 {
        signed_in(&running).await;
    }
    let error = running.client.background().sign_in(&ada()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::RateLimited);
    assert!((1..=60).contains(&error.retry_after().unwrap().as_secs()), "{:?}", error.retry_after());
    assert_eq!(running.count("/auth/login").await, 6);
}

#[tokio::test]
async fn s1_9_a_bad_request_carries_the_message_of_the_validation() {
    let running = start().await;
    let error = signed_in(&running).await.api().post::<Value>("/api/posts").json(&json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (Kind::Rejected, 400));
    assert_ne!(error.message(), Code::Rejected.message());
    let short = json!({ "email": "no address", "password": "x" });
    let error = running.client.background().register(&short).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (Kind::Rejected, 400));
    assert_ne!(error.message(), Code::Rejected.message());
}

#[tokio::test]
async fn users_never_cross_when_both_sign_in_through_one_client() {
    let running = start().await;
    let grace = json!({ "email": GRACE.email, "password": GRACE.password });
    let (ada, background) = (ada(), running.client.background());
    let (ada, grace) = tokio::join!(background.sign_in(&ada), background.sign_in(&grace));
    let (ada, grace) = (ada.unwrap().api(), grace.unwrap().api());
    let (first, second): (Result<Value, _>, Result<Value, _>) =
        tokio::join!(ada.get("/auth/me"), grace.get("/auth/me"));
    assert_eq!(
        (first.unwrap()["email"].as_str(), second.unwrap()["email"].as_str()),
        (Some(ADA.email), Some(GRACE.email))
    );
}

#[tokio::test]
async fn a_forged_or_ended_token_is_anonymous_and_says_why() {
    let running = start().await;
    let now = super::now();
    let good = json!({ "sub": "1", "type": "access", "iat": now, "exp": now + 60 });
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        sign(&claims, super::SECRET)
    };
    for (token, refusal) in [
        (sign(&good, "another"), SealError::DecryptionFailed),
        (with("exp", json!(now - 60)), SealError::Expired),
        (with("nbf", json!(now + 60)), SealError::NotYetValid),
        (with("exp", json!("tomorrow")), SealError::ClaimInvalid { claim: "exp" }),
        (with("type", json!("link")), SealError::NotAccess),
        ("garbage".to_owned(), SealError::Malformed),
    ] {
        let api = running.incoming(&format!("accessToken={token}"));
        assert!(!api.session().await.unwrap().is_authenticated(), "{refusal}");
        assert_eq!(api.session_refusal(), Some(SessionError::Seal(refusal)));
    }
    let api = running.incoming(&format!("__Secure-accessToken={}", sign(&good, super::SECRET)));
    assert!(api.session().await.unwrap().is_authenticated());
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

proptest::proptest! {
    #[test]
    fn no_header_stops_the_server(
        bearer in "([ -~]|\\xe9){0,200}",
        parts in proptest::collection::vec("[A-Za-z0-9._%=-]{0,60}", 1..5),
    ) {
        use futures_util::FutureExt as _;
        let client = twinfetch_server_client::ServerClient::builder().base_url("http://localhost:1");
        let client = client.dialect(twinfetch_server_client::Dialect::dual_token()).secrets([super::SECRET]);
        let client = client.build().unwrap();
        let token = parts.join(".");
        let bearers = [bearer.clone(), format!("Bearer {bearer}"), format!("bearer  {token}")];
        for authorization in bearers.iter().filter_map(|value| http::HeaderValue::from_bytes(value.as_bytes()).ok()) {
            let mut headers = with_cookie(&format!("accessToken={token}; __Host-accessToken={token}"));
            headers.insert("authorization", authorization);
            let session = client.incoming(&headers).session().now_or_never().unwrap();
            proptest::prop_assert!(!session.unwrap().is_authenticated());
        }
    }
}
