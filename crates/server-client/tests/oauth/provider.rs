//! The provider's description and its keys.

use serde_json::json;
use twinfetch_server_client::oauth::OAuthCode;

use crate::fake::Fake;
use crate::visit::{Ahead, Visit, oauth, settings};

#[tokio::test]
async fn an_unfit_description_is_refused_before_anybody_is_sent_there() {
    for description in [
        json!({ "issuer": "https://evil.test" }),
        json!({ "issuer": null }),
        json!({ "token_endpoint": null }),
        json!({ "token_endpoint": "http://evil.test/token" }),
        json!({ "authorization_endpoint": "http://evil.test/authorize" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
        json!({ "code_challenge_methods_supported": [] }),
        json!({ "jwks_uri": 1 }),
    ] {
        let fake = Fake::new().await;
        fake.script().description = description.clone();
        let error = oauth(fake.url()).start(None).await.expect_err(&description.to_string());
        assert_eq!(error.code(), OAuthCode::ProviderUnfit, "{description}");
        assert!(!error.log_detail().contains("evil"), "{error:?}");
    }
}

#[tokio::test]
async fn a_description_that_says_nothing_of_pkce_is_believed_to_know_it() {
    let fake = Fake::new().await;
    fake.script().description = json!({ "code_challenge_methods_supported": null });
    let visit = Visit::begin(&oauth(fake.url()), None).await;
    assert_eq!(visit.parameter("code_challenge_method"), "S256");
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_again_next_time() {
    let fake = Fake::new().await;
    fake.script().down = true;
    let oauth = oauth(fake.url());
    assert_eq!(oauth.start(None).await.expect_err("down").code(), OAuthCode::ProviderUnreachable);
    fake.script().down = false;
    oauth.start(None).await.unwrap();
}

#[tokio::test]
async fn a_description_is_read_once_an_hour_and_an_old_one_is_better_than_none() {
    let fake = Fake::new().await;
    let ahead = Ahead::default();
    let oauth = settings(fake.url()).clock(ahead.clock()).build().unwrap();
    let (one, two) = tokio::join!(oauth.start(None), oauth.start(None));
    one.and(two).unwrap();
    assert_eq!(fake.calls("description"), 1, "one call for all who wait");
    ahead.set(3700);
    oauth.start(None).await.unwrap();
    assert_eq!(fake.calls("description"), 2);
    ahead.set(7400);
    fake.script().down = true;
    oauth.start(None).await.unwrap();
    oauth.start(None).await.unwrap();
    assert_eq!(fake.calls("description"), 3);
    ahead.set(7500);
    fake.script().down = false;
    oauth.start(None).await.unwrap();
    assert_eq!(fake.calls("description"), 4, "asked again after a minute");
}

#[tokio::test]
async fn new_keys_are_read_when_a_token_names_one() {
    let fake = Fake::new().await;
    let ahead = Ahead::default();
    let oauth = settings(fake.url()).clock(ahead.clock()).build().unwrap();
    let visit = Visit::begin(&oauth, None).await;
    fake.script().key = 1;
    let error = visit.back_with(&oauth, &fake.authorize(&visit)).await.expect_err("unknown key");
    assert_eq!(error.log_detail(), "id_token_invalid, key", "not asked twice within ten seconds");
    assert_eq!(fake.calls("keys"), 1);
    ahead.set(60);
    visit.back_with(&oauth, &fake.authorize(&visit)).await.unwrap();
    assert_eq!(fake.calls("keys"), 2);
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = oauth(&url).start(None).await.expect_err("nobody");
    assert_eq!(error.code(), OAuthCode::ProviderUnreachable);
    assert!(error.log_detail().contains("connect"), "{error:?}");
}

#[tokio::test]
async fn the_client_secret_goes_where_the_provider_wants_it() {
    for methods in [json!(["client_secret_post"]), json!(["client_secret_basic", "client_secret_post"]), json!(null)] {
        let fake = Fake::new().await;
        fake.script().description = json!({ "token_endpoint_auth_methods_supported": methods });
        let oauth = oauth(fake.url());
        let visit = Visit::begin(&oauth, None).await;
        visit.back_with(&oauth, &fake.authorize(&visit)).await.unwrap();
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let oauth = settings(&url).timeout(std::time::Duration::from_millis(50)).build().unwrap();
    let error = oauth.start(None).await.expect_err("silence");
    assert_eq!(error.code(), OAuthCode::ProviderUnreachable);
}
