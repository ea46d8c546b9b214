//! Who is signed in, by the cookies of a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use twinfetch_canary::canary;
use twinfetch_core::cookie::Broken;
use twinfetch_core::seal::{SealError, SealVersion};
use twinfetch_server_client::{Api, Authenticated, Code, Dialect, ServerClient, Session, SessionError};

use crate::stage::{ACCESS, ADA, COOKIE_NAME, SECRET, claims_of, client, request_of, seal, with_cookie};

const NOWHERE: &str = "http://localhost:1";

fn api(cookie: &str) -> Api {
    client(NOWHERE).incoming(&with_cookie(cookie))
}

async fn signed_in(api: &Api) -> Authenticated {
    match api.session().await.unwrap() {
        Session::Authenticated(session) => session,
        Session::Anonymous => panic!("anonymous: {:?}", api.session_refusal()),
    }
}

async fn token(api: &Api) -> String {
    signed_in(api).await.access_token().unwrap().expose().to_owned()
}

fn sealed(claims: &Value) -> String {
    seal(SealVersion::V5, SECRET, COOKIE_NAME, claims)
}

#[tokio::test]
async fn a_session_has_its_user_its_claims_and_its_token() {
    let token = canary("access");
    let claims = json!({ "name": "ada", "email": ADA.email, "accessToken": token, "exp": 4_000_000_000_u64 });
    let api = client(NOWHERE).incoming(&with_cookie(&format!("{COOKIE_NAME}={}", sealed(&claims))));
    let session = signed_in(&api).await;
    assert_eq!(session.user::<Value>().unwrap()["name"], "ada");
    assert_eq!(session.claims()["email"], ADA.email);
    assert_eq!(session.access_token().unwrap().expose(), token);
    assert_eq!(session.expires(), Some(UNIX_EPOCH + Duration::from_secs(4_000_000_000)));
    assert_eq!(session.user::<Vec<u8>>().unwrap_err().code(), Code::SessionMalformed);
    assert_eq!(api.session_refusal(), None);
}

#[tokio::test]
async fn without_a_session_cookie_nobody_is_signed_in() {
    for cookie in ["", "theme=dark", "authjs.session-token=", "authjs.session-token-backup=abc"] {
        let api = api(cookie);
        assert!(!api.session().await.unwrap().is_authenticated(), "{cookie}");
        assert_eq!(api.session_refusal(), None);
    }
    assert!(!client(NOWHERE).incoming(&HeaderMap::new()).session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn next_auth_v4_and_the_names_under_https_are_read() {
    let claims = claims_of(ADA, ACCESS);
    let v4 = ServerClient::builder().base_url(NOWHERE).dialect(Dialect::next_auth_v4()).secrets([SECRET]);
    let v4 = v4.build().unwrap();
    for name in ["next-auth.session-token", "__Secure-next-auth.session-token"] {
        let sealed = seal(SealVersion::V4, SECRET, name, &claims);
        assert_eq!(token(&v4.incoming(&with_cookie(&format!("{name}={sealed}")))).await, ACCESS);
    }
    for name in ["__Secure-authjs.session-token", "__Host-authjs.session-token"] {
        let sealed = seal(SealVersion::V5, SECRET, name, &claims);
        assert_eq!(token(&api(&format!("{name}={sealed}"))).await, ACCESS);
    }
}

#[tokio::test]
async fn an_app_may_name_its_cookie() {
    let own = ServerClient::builder().base_url(NOWHERE).secrets([SECRET]).cookie_name("shop.sid").build().unwrap();
    let sealed = seal(SealVersion::V5, SECRET, "shop.sid", &claims_of(ADA, ACCESS));
    assert_eq!(token(&own.incoming(&with_cookie(&format!("shop.sid={sealed}")))).await, ACCESS);
}

#[tokio::test]
async fn chunks_are_joined_whatever_their_order_and_headers() {
    let mut claims = claims_of(ADA, ACCESS);
    claims["padding"] = json!("x".repeat(30_000));
    let sealed = sealed(&claims);
    let mut headers = HeaderMap::new();
    for (index, chunk) in sealed.as_bytes().chunks(3_936).enumerate().collect::<Vec<_>>().into_iter().rev() {
        let cookie = format!("{COOKIE_NAME}.{index}={}", str::from_utf8(chunk).unwrap());
        headers.append("cookie", HeaderValue::from_str(&cookie).unwrap());
    }
    assert!(headers.len() > 10);
    headers.append("cookie", HeaderValue::from_static("authjs.session-token-backup=zz; authjs.session-token.x=zz"));
    assert_eq!(token(&client(NOWHERE).incoming(&headers)).await, ACCESS);
}

#[tokio::test]
async fn a_rotated_secret_still_opens_old_sessions() {
    let newer = canary("secret");
    let rotated = ServerClient::builder().base_url(NOWHERE).secrets([newer, SECRET]).build().unwrap();
    assert_eq!(token(&rotated.incoming(&request_of(ADA, ACCESS))).await, ACCESS);
    let forgotten = ServerClient::builder().base_url(NOWHERE).secrets([newer]).build().unwrap();
    let api = forgotten.incoming(&request_of(ADA, ACCESS));
    assert!(!api.session().await.unwrap().is_authenticated());
    assert_eq!(api.session_refusal(), Some(SessionError::Seal(SealError::NoMatchingSecret)));
}

#[tokio::test]
async fn a_session_ends_with_its_expiry() {
    let mut claims = claims_of(ADA, ACCESS);
    claims["exp"] = json!(2_000_000_000);
    let headers = with_cookie(&format!("{COOKIE_NAME}={}", sealed(&claims)));
    for (now, alive) in [(1_999_999_999, true), (2_000_000_014, true), (2_000_000_015, false)] {
        let clock = move || UNIX_EPOCH + Duration::from_secs(now);
        let client = ServerClient::builder().base_url(NOWHERE).secrets([SECRET]).clock(clock).build().unwrap();
        let api = client.incoming(&headers);
        assert_eq!(api.session().await.unwrap().is_authenticated(), alive, "{now}");
        assert_eq!(api.session_refusal().is_none(), alive);
    }
}

#[tokio::test]
async fn the_cookies_are_read_once_per_request() {
    let reads = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&reads);
    let clock = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        SystemTime::now()
    };
    let client = ServerClient::builder().base_url(NOWHERE).secrets([SECRET]).clock(clock).build().unwrap();
    for request in 1..=2 {
        let api = client.incoming(&request_of(ADA, ACCESS));
        assert!(!api.session_was_read());
        let (other, read) = (api.clone(), api.get::<Value>("/").into_future());
        let (first, second, failed) = tokio::join!(api.session(), other.session(), read);
        assert!(first.unwrap().is_authenticated() && second.unwrap().is_authenticated() && failed.is_err());
        assert_eq!(reads.load(Ordering::SeqCst), request);
    }
}

#[tokio::test]
async fn every_changed_character_makes_the_session_anonymous() {
    let sealed = sealed(&claims_of(ADA, ACCESS));
    let client = client(NOWHERE);
    for index in 0..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let cookie = format!("{COOKIE_NAME}={}", String::from_utf8(changed).unwrap());
        let api = client.incoming(&with_cookie(&cookie));
        assert!(!api.session().await.unwrap().is_authenticated(), "{index}");
        assert!(api.session_refusal().is_some());
    }
}

#[tokio::test]
async fn garbage_makes_the_session_anonymous_and_says_why() {
    let (sealed, long) = (sealed(&claims_of(ADA, ACCESS)), "x".repeat(70_000));
    let many: Vec<_> = (0..20).map(|index| format!("{COOKIE_NAME}.{index}=x")).collect();
    for (cookie, refusal) in [
        (format!("{COOKIE_NAME}={long}"), SessionError::Cookie(Broken::TooLong)),
        (many.join("; "), SessionError::Cookie(Broken::TooManyChunks)),
        (format!("{COOKIE_NAME}.1={sealed}"), SessionError::Cookie(Broken::ChunkMissing { index: 0 })),
        (format!("{COOKIE_NAME}=...."), SessionError::Seal(SealError::Malformed)),
        (format!("{COOKIE_NAME}=%zz%%%"), SessionError::Seal(SealError::Malformed)),
        (format!("{COOKIE_NAME}=null"), SessionError::Seal(SealError::Malformed)),
        (format!("{COOKIE_NAME}={}", &sealed[..sealed.len() / 2]), SessionError::Seal(SealError::Malformed)),
    ] {
        let api = api(&cookie);
        assert!(!api.session().await.unwrap().is_authenticated());
        assert_eq!(api.session_refusal(), Some(refusal));
    }
    let mut headers = HeaderMap::new();
    headers.append("cookie", HeaderValue::from_bytes(b"\xff\xfe; authjs.session-token=\xff").unwrap());
    assert!(!client(NOWHERE).incoming(&headers).session().await.unwrap().is_authenticated());
}

#[tokio::test]
async fn a_genuine_cookie_in_another_form_is_unknown_not_anonymous() {
    for token in [json!(7), json!("two words"), json!(["a"])] {
        let cookie = format!("{COOKIE_NAME}={}", sealed(&json!({ "name": "ada", "accessToken": token })));
        let api = api(&cookie);
        assert_eq!(api.session().await.unwrap_err().code(), Code::SessionMalformed);
        assert_eq!(api.get::<Value>("/").await.unwrap_err().code(), Code::SessionMalformed);
    }
}

#[tokio::test]
async fn a_dialect_without_a_seal_leaves_the_session_unknown() {
    let mut dialect = Dialect::authjs();
    dialect.seal = twinfetch_core::dialect::Seal::None {};
    let client = ServerClient::builder().base_url(NOWHERE).dialect(dialect).build().unwrap();
    let error = client.incoming(&HeaderMap::new()).session().await.unwrap_err();
    assert!(error.message().contains("seal"), "{error}");
}

proptest::proptest! {
    #[test]
    fn no_cookie_header_stops_the_server(
        headers in proptest::collection::vec("([ -~]|\\xe9){0,200}", 0..4),
        value in "[A-Za-z0-9._%=-]{0,300}",
        chunk in 0_u8..20,
    ) {
        let mut all = HeaderMap::new();
        for header in headers.into_iter().chain([
            format!("{COOKIE_NAME}={value}"), format!("{COOKIE_NAME}.{chunk}={value}"), format!("__Secure-{COOKIE_NAME}={value}"),
        ]) {
            all.append("cookie", HeaderValue::from_bytes(header.as_bytes()).unwrap());
        }
        let session = client(NOWHERE).incoming(&all).session().now_or_never().unwrap();
        proptest::prop_assert!(!session.unwrap().is_authenticated());
    }
}
