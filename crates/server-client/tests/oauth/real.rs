//! A real provider: `oidc-provider`.

use twinfetch_server_client::oauth::OAuthCode;

use crate::node::RealProvider;
use crate::visit::{CLIENT_ID, REDIRECT_URI, Visit, code_of, oauth, settings, text};

#[tokio::test]
async fn somebody_signs_in_and_goes_where_they_wanted_to() {
    let provider = RealProvider::new().await;
    let oauth = oauth(&provider.issuer);
    let visit = Visit::begin(&oauth, Some("/journeys?year=1843&q=ü")).await;
    assert_eq!(visit.parameter("client_id"), CLIENT_ID);
    assert_eq!(visit.parameter("redirect_uri"), REDIRECT_URI);
    assert_eq!(visit.parameter("response_type"), "code");
    assert_eq!(visit.parameter("scope"), "openid email profile");

    let query = provider.sign_in(&visit, None).await;
    assert!(query.contains("iss="), "the provider names itself: {query}");
    let signed_in = visit.back(&oauth, &query).await.unwrap();
    let identity = signed_in.identity();
    assert_eq!(identity.key(), (provider.issuer.as_str(), "ada"));
    assert_eq!(identity.email.as_deref(), Some("ada@example.com"));
    assert!(identity.email_verified);
    assert_eq!(identity.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(identity.picture, None);
    assert_eq!(signed_in.return_path(), "/journeys?year=1843&q=%C3%BC");

    let response = signed_in.redirect();
    assert_eq!(response.status(), 303);
    assert_eq!(text(response.headers(), "location"), "http://localhost:3000/journeys?year=1843&q=%C3%BC");

    let replayed = visit.back(&oauth, &query).await;
    assert_eq!(code_of(replayed), OAuthCode::CodeRefused, "a code is used once, also by who kept the cookie");
    let gone = crate::visit::callback(&oauth, &query, "theme=dark").await;
    assert_eq!(code_of(gone), OAuthCode::FlowMissing);
}

#[tokio::test]
async fn an_address_that_nobody_checked_is_not_verified() {
    let provider = RealProvider::new().await;
    let oauth = oauth(&provider.issuer);
    let visit = Visit::begin(&oauth, None).await;
    let signed_in = visit.back(&oauth, &provider.sign_in(&visit, Some("grace")).await).await.unwrap();
    assert_eq!(signed_in.identity().subject, "grace");
    assert!(!signed_in.identity().email_verified);
    assert_eq!(signed_in.return_path(), "/");
}

#[tokio::test]
async fn who_refuses_is_told_so() {
    let provider = RealProvider::new().await;
    let oauth = oauth(&provider.issuer);
    let visit = Visit::begin(&oauth, None).await;
    let query = provider.sign_in(&visit, Some("nobody")).await;
    assert_eq!(code_of(visit.back(&oauth, &query).await), OAuthCode::AccessDenied);
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_worth_nothing() {
    let provider = RealProvider::new().await;
    let oauth = oauth(&provider.issuer);
    let (mine, theirs) = (Visit::begin(&oauth, None).await, Visit::begin(&oauth, None).await);
    let query = provider.sign_in(&theirs, None).await.replace(&theirs.state(), &mine.state());
    assert_eq!(code_of(mine.back(&oauth, &query).await), OAuthCode::CodeRefused, "PKCE binds it to the cookie");
}

#[tokio::test]
async fn a_wrong_client_secret_is_the_apps_fault() {
    let provider = RealProvider::new().await;
    let oauth = settings(&provider.issuer).client_secret("wrong").build().unwrap();
    let visit = Visit::begin(&oauth, None).await;
    let query = provider.sign_in(&visit, None).await;
    assert_eq!(code_of(visit.back(&oauth, &query).await), OAuthCode::ClientRefused);
}
