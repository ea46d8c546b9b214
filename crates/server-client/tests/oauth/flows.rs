//! State, issuer, code: what a callback has to bring.

use serde_json::json;
use twinfetch_server_client::oauth::OAuthCode;

use crate::fake::Fake;
use crate::visit::{Ahead, Visit, callback, code_of, oauth, settings};

#[tokio::test]
async fn a_state_that_is_missing_or_another_is_refused_before_the_code_is_sent() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let code = fake.authorize(&visit);
    let other = Visit::begin(&oauth, None).await;
    let state = visit.state();
    for query in [
        format!("code={code}"),
        format!("code={code}&state="),
        format!("code={code}&state={}", other.state()),
        format!("code={code}&state={state}x"),
        format!("code={code}&state={}", &state[1..]),
        format!("code={code}&state={}", state.to_lowercase().replace('a', "b")),
        "error=access_denied".to_owned(),
        format!("error=access_denied&state={}", other.state()),
    ] {
        assert_eq!(code_of(visit.back(&oauth, &query).await), OAuthCode::StateMismatch, "{query}");
    }
    assert_eq!(fake.calls("token"), 0);
    visit.back_with(&oauth, &code).await.unwrap();
}

#[tokio::test]
async fn a_state_and_its_code_are_of_one_browser() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let (mine, theirs) = (Visit::begin(&oauth, None).await, Visit::begin(&oauth, None).await);
    let query = format!("code={}&state={}", fake.authorize(&theirs), theirs.state());
    assert_eq!(code_of(mine.back(&oauth, &query).await), OAuthCode::StateMismatch, "login CSRF");
    assert_eq!(code_of(callback(&oauth, &query, "").await), OAuthCode::FlowMissing);
    assert_eq!(fake.calls("token"), 0);
}

#[tokio::test]
async fn each_flow_has_its_own_chance() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let (one, two) = (Visit::begin(&oauth, None).await, Visit::begin(&oauth, None).await);
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.parameter(name), two.parameter(name));
        assert!(one.parameter(name).len() >= 22, "128 bits");
    }
    assert!(!one.location.as_str().contains("code_verifier"));
}

#[tokio::test]
async fn a_used_code_is_refused() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let code = fake.authorize(&visit);
    visit.back_with(&oauth, &code).await.unwrap();
    assert_eq!(code_of(visit.back_with(&oauth, &code).await), OAuthCode::CodeRefused);
    let next = Visit::begin(&oauth, None).await;
    fake.script().forgetful = true;
    let code = fake.authorize(&visit);
    assert_eq!(code_of(next.back_with(&oauth, &code).await), OAuthCode::CodeRefused, "the verifier is another");
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let code = fake.authorize(&visit);
    let query = format!("code={code}&state={}", visit.state());
    for issuer in ["https://evil.test", "", &format!("{}/", fake.url())] {
        let outcome = visit.back(&oauth, &format!("{query}&iss={issuer}")).await;
        assert_eq!(code_of(outcome), OAuthCode::IssuerMismatch, "{issuer}");
    }
    visit.back(&oauth, &format!("{query}&iss={}", fake.url())).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_names_itself_always_has_to() {
    let fake = Fake::new().await;
    fake.script().description = json!({ "authorization_response_iss_parameter_supported": true });
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let code = fake.authorize(&visit);
    assert_eq!(code_of(visit.back_with(&oauth, &code).await), OAuthCode::IssuerMismatch);
    assert_eq!(fake.calls("token"), 0);
}

#[tokio::test]
async fn a_malformed_answer_is_refused() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    let (code, state) = (fake.authorize(&visit), visit.state());
    for query in [
        format!("state={state}"),
        format!("code=&state={state}"),
        format!("code={code}&code={code}&state={state}"),
        format!("code={code}&state={state}&state={state}"),
        format!("code={code}&state={state}&iss=a&iss=a"),
        format!("code={code}&state={state}&x={}", "x".repeat(9000)),
    ] {
        assert_eq!(code_of(visit.back(&oauth, &query).await), OAuthCode::CallbackInvalid, "{query}");
    }
    assert_eq!(fake.calls("token"), 0);
}

#[tokio::test]
async fn what_the_provider_refuses_is_typed_and_never_repeated() {
    let fake = Fake::new().await;
    let oauth = oauth(fake.url());
    let visit = Visit::begin(&oauth, None).await;
    for (error, code, detail) in [
        ("access_denied", OAuthCode::AccessDenied, "says so"),
        ("login_required", OAuthCode::ProviderRefused, "login_required"),
        ("temporarily_unavailable", OAuthCode::ProviderRefused, "temporarily_unavailable"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", OAuthCode::ProviderRefused, "no standard names"),
        ("%0d%0aSet-Cookie:%20a=b", OAuthCode::ProviderRefused, "no standard names"),
    ] {
        let query = format!("error={error}&error_description=%3Cb%3Ecanary&state={}", visit.state());
        let refusal = visit.back(&oauth, &query).await.unwrap_err();
        assert_eq!(refusal.code(), code);
        let shown = format!("{refusal} {refusal:?} {}", refusal.log_detail());
        assert!(shown.contains(detail) && !shown.contains("script") && !shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn ten_minutes_are_enough() {
    let fake = Fake::new().await;
    let ahead = Ahead::default();
    let oauth = settings(fake.url()).clock(ahead.clock()).build().unwrap();
    let visit = Visit::begin(&oauth, None).await;
    let code = fake.authorize(&visit);
    for late in [601, 614, 640, 86_400] {
        ahead.set(late);
        assert_eq!(code_of(visit.back_with(&oauth, &code).await), OAuthCode::FlowExpired, "{late}");
    }
    assert_eq!(fake.calls("token"), 0);
    ahead.set(290);
    visit.back_with(&oauth, &code).await.unwrap();
}
