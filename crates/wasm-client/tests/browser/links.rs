//! Links that sign their bearer in, and sign-in pages.

use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Client, Options, dialect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::script::{answer, client, sent, settings, who};
use crate::verbs::{body, signed_in};

const ADA: &str = r#"{ "body": { "code": 0, "data": { "user": { "id": 1 } } } }"#;
const REFUSED: &str = r#"{ "status": 401, "body": { "code": 401, "message": "未授权" } }"#;

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    fn left_for() -> Vec<JsValue>;
}

/// The addresses that the page was left for since the last time.
pub(crate) fn left() -> Vec<String> {
    left_for().iter().map(|address| address.as_string().unwrap()).collect()
}

/// Puts an address of this origin into the address bar.
pub(crate) fn go(address: &str) {
    let history = web_sys::window().unwrap().history().unwrap();
    history.replace_state_with_url(&JsValue::from_str("state"), "", Some(address)).unwrap();
}

fn here() -> String {
    let location = web_sys::window().unwrap().location();
    location.search().unwrap() + &location.hash().unwrap()
}

#[wasm_bindgen_test]
async fn a_link_signs_its_bearer_in_and_its_token_leaves_the_address_bar() {
    for (address, rest) in [
        ("?a=1&token=t.1#top", "?a=1#top"),
        ("?token=t.1", ""),
        ("#token=t.1&x=2", "#x=2"),
        ("?token=old#token=t.1", ""),
    ] {
        go(address);
        let client = client(dialect::single_user(), &format!(r#"{{ "/auth/me": [{ADA}], "/posts": [{ADA}] }}"#));
        let session = client.sign_in_with_link().await.unwrap().unwrap();
        assert_eq!((who(&session).as_str(), here().as_str()), (r#"{"id":1}"#, rest), "{address}");
        client.get("/posts", Options::default()).await.unwrap();
        assert_eq!(sent(), ["GET /auth/me Bearer t.1", "GET /posts Bearer t.1"]);
        assert_eq!(web_sys::window().unwrap().history().unwrap().state().unwrap(), JsValue::from_str("state"));
    }
    go("?");
}

#[wasm_bindgen_test]
async fn a_link_that_the_backend_does_not_know_signs_nobody_in() {
    go("#token=t.1");
    let client = client(dialect::single_user(), &format!(r#"{{ "/auth/me": [{REFUSED}], "/posts": [{REFUSED}] }}"#));
    assert_eq!(client.sign_in_with_link().await.unwrap_err().code(), Code::SignInRefused);
    client.get("/posts", Options::default()).await.unwrap_err();
    assert_eq!(sent().last().unwrap(), "GET /posts -");
    go("?");
}

#[wasm_bindgen_test]
async fn an_address_without_a_token_is_left_as_it_is() {
    for dialect in [dialect::single_user(), dialect::dual_token()] {
        go(if dialect.as_ref().unwrap().link.is_some() { "?tokens=1#top" } else { "?token=t1" });
        let before = here();
        assert!(client(dialect, "{}").sign_in_with_link().await.unwrap().is_none());
        assert_eq!(here(), before);
        assert!(sent().is_empty());
    }
    go("?");
}

#[wasm_bindgen_test]
async fn a_token_for_a_link_is_made_or_not() {
    let token = r#"{ "body": { "code": 0, "data": { "token": "l1", "expiresAt": 1760548786 } } }"#;
    let signed_in_answers = format!(
        r#"{{ "/auth/login": [{{ "body": {{ "code": 0, "data": {{ "token": "t1" }} }} }}], "/auth/me": [{ADA}] }}"#
    );
    let client = client(dialect::single_user(), &signed_in_answers);
    client.sign_in(body("{}")).await.unwrap();
    answer(&format!(r#"{{ "/auth/generate-url-token": [{token}, {REFUSED}] }}"#));
    let link = client.create_link_token().await.unwrap();
    assert_eq!((link.token.expose(), link.expires_at), ("l1", Some(1_760_548_786_000)));
    assert_eq!(client.create_link_token().await.unwrap_err().code(), Code::Unauthorized);
    assert_eq!(sent(), ["POST /auth/generate-url-token Bearer t1 {}", "POST /auth/generate-url-token Bearer t1 {}"]);
    let error = signed_in("{}").await.create_link_token().await.unwrap_err();
    assert_eq!(error.code(), Code::ConfigInvalid);
}

#[wasm_bindgen_test]
fn a_provider_is_reached_with_the_way_back() {
    let client = client(dialect::oauth_cookie(), "{}");
    client.sign_in_with_redirect(Some("/posts?page=2#top")).unwrap();
    assert_eq!(left(), ["http://backend.test/api/auth/google?returnTo=%2Fposts%3Fpage%3D2%23top"]);
    go("?page=3");
    client.sign_in_with_redirect(None).unwrap();
    assert_eq!(left(), ["http://backend.test/api/auth/google?returnTo=%2F%3Fpage%3D3"]);
    go("?");
    for foreign in ["//evil.test", "https://evil.test", "posts"] {
        let error = client.sign_in_with_redirect(Some(foreign)).unwrap_err();
        assert_eq!(error.code(), Code::CallInvalid, "{foreign}");
    }
    assert!(left().is_empty() && sent().is_empty());
}

#[wasm_bindgen_test]
async fn a_refused_call_leads_to_the_sign_in_page_once() {
    let mut settings = settings(dialect::oauth_cookie(), &format!(r#"{{ "/posts": [{REFUSED}] }}"#));
    settings.sign_in_page = Some("/sign-in".to_owned());
    let client = Client::new(settings.clone()).unwrap();
    go("?page=2");
    for _ in 0..2 {
        client.get("/posts", Options::default()).await.unwrap_err();
    }
    let origin = web_sys::window().unwrap().location().origin().unwrap();
    assert_eq!(left(), [origin + "/sign-in?returnTo=%2F%3Fpage%3D2"]);
    go("?");
    for foreign in ["sign-in", "//evil.test", "https://evil.test/", "/\\evil.test"] {
        settings.sign_in_page = Some(foreign.to_owned());
        assert_eq!(Client::new(settings.clone()).err().unwrap().code(), Code::ConfigInvalid, "{foreign}");
    }
}
