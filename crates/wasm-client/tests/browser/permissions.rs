//! What a user may do.

use std::cell::RefCell;
use std::rc::Rc;

use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Client, dialect};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::script::{answer, client, release, requested, sent, who};
use crate::verbs::signed_in;

const ADA: &str = r#"{ "body": { "code": 0, "data": { "user": { "id": 1 } } } }"#;
const CODES: &str = r#"{ "body": { "code": 0, "data": ["account.user.read"] } }"#;

async fn somebody(permissions: &str) -> Client {
    let answers = format!(r#"{{ "/auth/session": [{ADA}], "/auth/permissions": [{permissions}] }}"#);
    let client = client(dialect::cookie_jwt(), &answers);
    client.session().await;
    client
}

#[wasm_bindgen_test]
async fn what_the_user_may_do_is_asked_once_and_kept() {
    let client = somebody(CODES).await;
    let permissions = client.permissions().await.unwrap();
    assert_eq!(permissions.codes(), ["account.user.read"]);
    assert!(client.can("account.user.read") && !client.can("account.user.write"));
    assert_eq!(sent(), ["GET /auth/session -", "GET /auth/permissions -"]);
}

#[wasm_bindgen_test]
async fn what_is_not_known_is_denied_asked_for_and_told() {
    let client = somebody(r#""hang""#).await;
    let told = Rc::new(RefCell::new(Vec::new()));
    let (telling, asking) = (told.clone(), client.clone());
    client.on_session(move |session| telling.borrow_mut().push((who(session), asking.can("account.user.read"))));
    assert!(!client.can("account.user.read") && !client.can("account.user.read"));
    requested("/auth/permissions", 1).await;
    release("/auth/permissions", CODES);
    // Its own answer comes after that of the request before it.
    answer(&format!(r#"{{ "/auth/permissions": [{CODES}] }}"#));
    client.permissions().await.unwrap();
    assert_eq!(told.borrow().first(), Some(&(r#"{"id":1}"#.to_owned(), true)));
    assert_eq!(sent(), ["GET /auth/permissions -"]);
}

#[wasm_bindgen_test]
async fn a_refusal_to_say_is_an_error_and_asked_once_a_session() {
    let client = somebody(r#"{ "status": 403, "body": { "code": -1, "message": "no" } }"#).await;
    assert_eq!(client.permissions().await.unwrap_err().code(), Code::Forbidden);
    for _ in 0..3 {
        assert!(!client.can("account.user.read"));
    }
    requested("/auth/permissions", 2).await;
    client.session().await;
    assert!(!client.can("account.user.read"));
    assert_eq!(sent().iter().filter(|line| line.contains("permissions")).count(), 2);
}

#[wasm_bindgen_test]
async fn what_one_user_may_do_is_forgotten_with_the_sign_out() {
    let client = somebody(CODES).await;
    client.permissions().await.unwrap();
    answer(r#"{ "/auth/logout": [{ "body": { "code": 0 } }] }"#);
    client.sign_out().await;
    assert!(!client.can("account.user.read"));
    assert_eq!(sent(), ["POST /auth/logout - {}"]);
}

#[wasm_bindgen_test]
async fn a_dialect_without_permissions_says_so_and_sends_nothing() {
    let client = signed_in("{}").await;
    assert!(!client.can("anything"));
    assert_eq!(client.permissions().await.unwrap_err().code(), Code::ConfigInvalid);
    assert!(sent().is_empty());
}
