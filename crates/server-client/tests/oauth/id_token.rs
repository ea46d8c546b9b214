//! What an `id_token` has to be.

use std::time::SystemTime;

use serde_json::{Value, json};
use twinfetch_canary::{canary, show_error, shown};
use twinfetch_server_client::oauth::{OAuth, OAuthCode, OAuthError, SignedIn};

use crate::fake::{Fake, Signed};
use crate::visit::{CLIENT_ID, Visit, oauth};

async fn sign_in(fake: &Fake, oauth: &OAuth) -> Result<SignedIn, OAuthError> {
    let visit = Visit::begin(oauth, None).await;
    visit.back_with(oauth, &fake.authorize(&visit)).await
}

/// Each claim is refused with its reason.
async fn refused(claims: Value, reason: &str) {
    let fake = Fake::new().await;
    fake.script().claims = claims.clone();
    let error = sign_in(&fake, &oauth(fake.url())).await.expect_err(&claims.to_string());
    assert_eq!(error.code(), OAuthCode::IdTokenInvalid, "{claims}");
    assert_eq!(error.log_detail(), format!("id_token_invalid, {reason}"), "{claims}");
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn a_right_one_says_who_signed_in() {
    let fake = Fake::new().await;
    let signed_in = sign_in(&fake, &oauth(fake.url())).await.unwrap();
    assert_eq!(signed_in.identity().key(), (fake.url(), "canary-sub"));
    assert_eq!(signed_in.identity().claim("hd"), Some(&json!("example.com")));
    assert_eq!(fake.calls("keys"), 1, "read once for start and callback");
}

#[tokio::test]
async fn of_another_sign_in() {
    refused(json!({ "nonce": "another" }), "nonce").await;
    refused(json!({ "nonce": null }), "nonce").await;
    refused(json!({ "nonce": "" }), "nonce").await;
}

#[tokio::test]
async fn of_another_issuer() {
    refused(json!({ "iss": "https://evil.test" }), "iss").await;
    let fake = Fake::new().await;
    fake.script().claims = json!({ "iss": "accounts.google.com" });
    let error = sign_in(&fake, &oauth(fake.url())).await.expect_err("no address");
    assert_eq!(error.code(), OAuthCode::ProviderUnfit);
}

#[tokio::test]
async fn for_another_client() {
    refused(json!({ "aud": "another" }), "aud").await;
    refused(json!({ "aud": [] }), "aud").await;
    refused(json!({ "aud": ["another"] }), "aud").await;
    refused(json!({ "aud": [CLIENT_ID, "another"] }), "aud").await;
    refused(json!({ "azp": "another" }), "azp").await;
}

#[tokio::test]
async fn out_of_its_time() {
    refused(json!({ "exp": now() - 30 }), "exp or iat").await;
    refused(json!({ "exp": 0 }), "exp or iat").await;
    refused(json!({ "iat": now() + 60 }), "exp or iat").await;
}

#[tokio::test]
async fn clocks_may_differ_a_little() {
    let fake = Fake::new().await;
    fake.script().claims = json!({ "exp": now() - 5, "iat": now() + 5 });
    sign_in(&fake, &oauth(fake.url())).await.unwrap();
}

#[tokio::test]
async fn with_another_access_token_or_without_a_user() {
    refused(json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }), "at_hash").await;
    refused(json!({ "sub": "" }), "sub").await;
}

#[tokio::test]
async fn not_signed_by_the_provider() {
    for (signed, reason) in [
        (Signed::None, "alg"),
        (Signed::ClientSecret, "alg"),
        (Signed::PublicKey, "alg"),
        (Signed::ByAnother, "signature"),
    ] {
        let fake = Fake::new().await;
        fake.script().signed = signed;
        let error = sign_in(&fake, &oauth(fake.url())).await.expect_err("refused");
        assert_eq!(error.log_detail(), format!("id_token_invalid, {reason}"), "{signed:?}");
    }
}

#[tokio::test]
async fn missing_or_malformed() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let tokens = |id_token: Value| {
        let mut tokens = json!({ "access_token": canary("access"), "token_type": "Bearer" });
        tokens["id_token"] = id_token;
        Some((200, tokens))
    };
    for (answer, code) in [
        (tokens(Value::Null), OAuthCode::IdTokenInvalid),
        (tokens(json!(canary("answer"))), OAuthCode::ProviderUnfit),
        (tokens(json!(format!("{0}.{0}.{0}", canary("answer")))), OAuthCode::ProviderUnfit),
        (tokens(json!("..")), OAuthCode::ProviderUnfit),
        (Some((200, json!(canary("answer")))), OAuthCode::ProviderUnfit),
        (Some((302, json!({}))), OAuthCode::ProviderUnfit),
        (Some((400, json!({ "error": canary("error") }))), OAuthCode::ProviderRefused),
        (
            Some((401, json!({ "error": "invalid_client", "error_description": canary("description") }))),
            OAuthCode::ClientRefused,
        ),
        (Some((503, json!({}))), OAuthCode::ProviderUnreachable),
    ] {
        let case = format!("{answer:?}");
        fake.script().answer = answer;
        let error = sign_in(&fake, &oauth).await.expect_err("refused");
        assert_eq!(error.code(), code, "{case}");
        show_error(&error);
        shown(&error.log_detail());
    }
}
