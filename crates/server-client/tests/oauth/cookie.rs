//! The flow cookie: what is in it, and what is not taken for it.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use twinfetch_canary::canary;
use twinfetch_core::seal::{Keyring, SealVersion};
use twinfetch_server_client::oauth::OAuthCode;
use twinfetch_server_client::{Dialect, Secret, ServerClient};

use crate::fake::Fake;
use crate::visit::{SECRET, Visit, callback, code_of, oauth, settings};

const NAME: &str = "twinfetch.sign-in";

#[tokio::test]
async fn it_is_sealed_and_lives_ten_minutes() {
    let fake = Fake::new().await;
    let visit = Visit::begin(&oauth(fake.url()), Some("/canary")).await;
    let (value, attributes) = visit.set_cookie.split_once(';').unwrap();
    assert!(value.starts_with("twinfetch.sign-in=ey") && value.matches('.').count() == 5, "{value}");
    assert_eq!(attributes, " Max-Age=600; Path=/; HttpOnly; SameSite=Lax");
    assert!(!value.contains(&visit.state()));
}

#[tokio::test]
async fn under_https_no_sibling_host_can_set_it() {
    let fake = Fake::new().await;
    let oauth = settings(fake.url()).redirect_uri("https://app.example.com/callback").build().unwrap();
    let visit = Visit::begin(&oauth, None).await;
    assert!(visit.set_cookie.starts_with("__Host-twinfetch.sign-in=ey"), "{}", visit.set_cookie);
    assert!(visit.set_cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"), "{}", visit.set_cookie);
    let (_, value) = visit.cookie.split_once('=').unwrap();
    let query = format!("code=x&state={}", visit.state());
    let unprefixed = callback(&oauth, &query, &format!("{NAME}={value}")).await;
    assert_eq!(code_of(unprefixed), OAuthCode::FlowMissing);
}

#[tokio::test]
async fn a_changed_one_is_refused() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let query = format!("code={}&state={}", fake.authorize(&visit), visit.state());
    let (_, value) = visit.cookie.split_once('=').unwrap();
    for place in (0..value.len()).step_by(7) {
        let mut changed = value.as_bytes().to_vec();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let cookie = format!("{NAME}={}", String::from_utf8(changed).unwrap());
        assert_eq!(code_of(callback(&oauth, &query, &cookie).await), OAuthCode::FlowInvalid, "at {place}");
    }
    for cookie in ["x", "a.b.c.d.e", "%", "eyJhbGciOiJub25lIn0.e30.", "\"\""] {
        let cookie = format!("{NAME}={cookie}");
        assert_eq!(code_of(callback(&oauth, &query, &cookie).await), OAuthCode::FlowInvalid, "{cookie}");
    }
    for cookie in [String::new(), format!("{NAME}="), format!("{NAME}x={value}"), format!("__Host-{NAME}={value}")] {
        assert_eq!(code_of(callback(&oauth, &query, &cookie).await), OAuthCode::FlowMissing, "{cookie}");
    }
    assert_eq!(fake.calls("token"), 0);
}

#[tokio::test]
async fn one_of_another_client_provider_or_secret_is_refused() {
    let (fake, other) = (Fake::new().await, Fake::new().await);
    let mine = oauth(fake.url());
    for theirs in [
        oauth(other.url()),
        settings(fake.url()).client_id("another").build().unwrap(),
        settings(fake.url()).secrets([canary("secret")]).build().unwrap(),
    ] {
        let visit = Visit::begin(&theirs, None).await;
        let query = format!("code=x&state={}", visit.state());
        assert_eq!(code_of(visit.back(&mine, &query).await), OAuthCode::FlowInvalid);
    }
}

#[tokio::test]
async fn a_rotated_secret_ends_no_sign_in() {
    let fake = Fake::new().await;
    let visit = Visit::begin(&oauth(fake.url()), None).await;
    let rotated = settings(fake.url()).secrets([canary("secret"), SECRET]).build().unwrap();
    visit.back_with(&rotated, &fake.authorize(&visit)).await.unwrap();
}

/// One secret for all, each value in each other's place.
#[tokio::test]
async fn a_session_is_no_flow_and_a_flow_is_no_session() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let (_, flow) = visit.cookie.split_once('=').unwrap();
    for (dialect, version, cookie) in [
        (Dialect::authjs(), SealVersion::V5, "authjs.session-token"),
        (Dialect::authjs(), SealVersion::V5, NAME),
        (Dialect::next_auth_v4(), SealVersion::V4, "next-auth.session-token"),
        (Dialect::next_auth_v4(), SealVersion::V4, NAME),
    ] {
        let client = ServerClient::builder().dialect(dialect).cookie_name(cookie).secrets([SECRET]).build().unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&format!("{cookie}={flow}")).unwrap())]);
        assert!(!client.incoming(&headers).session().await.unwrap().is_authenticated(), "{cookie}");

        let salt = if version == SealVersion::V4 { "" } else { cookie };
        let keyring = Keyring::new(version, &[Secret::new(SECRET)], salt).unwrap();
        let state = visit.state();
        let claims = format!(
            r#"{{"purpose":"twinfetch sign-in flow","state":"{state}","nonce":"n","verifier":"v","return_path":"/","exp":9999999999}}"#
        );
        let session = keyring.encode(&claims, &vec![7; keyring.iv_bytes()]).unwrap();
        let outcome = callback(&oauth, &format!("code=x&state={state}"), &format!("{NAME}={session}")).await;
        assert_eq!(code_of(outcome), OAuthCode::FlowInvalid, "{cookie}");
    }
    assert_eq!(fake.calls("token"), 0);
}
