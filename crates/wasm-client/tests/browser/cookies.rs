//! Backends that know the user by a cookie, and cookies that are mirrored.

use twinfetch_core::call::Method;
use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Options, dialect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::script::{client, credentials_of, header_of, sent, who};
use crate::verbs::body;

const OK: &str = r#"{ "body": { "code": 0, "data": { "token": "t1" } } }"#;
const ADA: &str = r#"{ "body": { "code": 0, "data": { "user": { "id": 1 } } } }"#;

pub(crate) fn set_cookie(cookie: &str) {
    let document: web_sys::HtmlDocument = web_sys::window().unwrap().document().unwrap().unchecked_into();
    document.set_cookie(cookie).unwrap();
}

pub(crate) fn cookies() -> String {
    let document: web_sys::HtmlDocument = web_sys::window().unwrap().document().unwrap().unchecked_into();
    document.cookie().unwrap()
}

#[wasm_bindgen_test]
async fn calls_with_a_cookie_wait_for_no_session_read() {
    let client = client(dialect::cookie_jwt(), r#"{ "/users": [{ "body": { "code": 0, "data": [] } }] }"#);
    client.get("/users", Options::default()).await.unwrap();
    assert_eq!(sent(), ["GET /users -"]);
    assert_eq!(credentials_of("/users"), "include");
}

#[wasm_bindgen_test]
async fn a_sign_in_by_cookie_leaves_the_token_in_the_body_alone() {
    let answers = format!(r#"{{ "/auth/login": [{OK}], "/auth/session": [{ADA}], "/users": [{OK}] }}"#);
    let client = client(dialect::cookie_jwt(), &answers);
    assert_eq!(who(&client.sign_in(body("{}")).await.unwrap()), r#"{"id":1}"#);
    client.get("/users", Options::default()).await.unwrap();
    assert_eq!(sent(), ["POST /auth/login - {}", "GET /auth/session -", "GET /users -"]);
    assert_eq!(credentials_of("/auth/login"), "include");
}

#[wasm_bindgen_test]
async fn cookies_are_kept_back_after_a_sign_out_of_which_the_server_does_not_know() {
    let answers = format!(
        r#"{{ "/auth/logout": ["reject"], "/auth/login": [{OK}], "/auth/session": [{ADA}], "/users": [{OK}] }}"#
    );
    let client = client(dialect::cookie_jwt(), &answers);
    assert_eq!(who(&client.session().await), r#"{"id":1}"#);
    assert!(!client.sign_out().await.server_told);
    assert_eq!(who(&client.session().await), "anonymous");
    client.get("/users", Options::default()).await.unwrap();
    assert_eq!(credentials_of("/users"), "omit");
    client.sign_in(body("{}")).await.unwrap();
    client.get("/users", Options::default()).await.unwrap();
    assert_eq!(credentials_of("/users"), "include");
}

#[wasm_bindgen_test]
async fn a_cookie_is_mirrored_in_what_changes_something() {
    let text = twinfetch_core::dialect::shipped::cookie_jwt().replacen(
        '{',
        r#"{ "csrf": { "kind": "mirrored", "cookie": "XSRF-TOKEN", "header": "X-XSRF-Token" },"#,
        1,
    );
    let client = client(dialect::from_json(&text), &format!(r#"{{ "/users": [{OK}] }}"#));
    set_cookie("XSRF-TOKEN=m1%3D; Path=/");
    client.get("/users", Options::default()).await.unwrap();
    assert_eq!(header_of("/users", "x-xsrf-token"), None);
    client.call(Method::Post, "/users", Options::default()).await.unwrap();
    assert_eq!(header_of("/users", "x-xsrf-token").as_deref(), Some("m1%3D"));
    set_cookie("XSRF-TOKEN=\u{8d85}; Path=/");
    let error = client.call(Method::Post, "/users", Options::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::CallInvalid);
    set_cookie("XSRF-TOKEN=; Path=/; Max-Age=0");
    client.call(Method::Post, "/users", Options::default()).await.unwrap();
    assert_eq!(header_of("/users", "x-xsrf-token"), None);
}
