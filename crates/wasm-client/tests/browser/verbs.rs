//! Signing in and out, registering, updating.

use std::cell::RefCell;
use std::rc::Rc;

use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Body, Client, Options, dialect};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::script::{aborted, answer, begin, client, credentials_of, parse, release, requested, sent, text, who};

pub(crate) const PAIR: &str =
    r#"{ "body": { "success": true, "data": { "accessToken": "a1", "refreshToken": "r1" } } }"#;
pub(crate) const ADA: &str = r#"{ "body": { "success": true, "data": { "id": 1 } } }"#;

pub(crate) fn body(json: &str) -> Body {
    Body::new(parse(json)).unwrap().unwrap()
}

/// A client of the dual-token backend which Ada has signed in to; what is answered is then `answers`.
pub(crate) async fn signed_in(answers: &str) -> Client {
    signed_in_with(PAIR, answers).await
}

/// The same with other tokens.
pub(crate) async fn signed_in_with(pair: &str, answers: &str) -> Client {
    let client = client(dialect::dual_token(), &format!(r#"{{ "/auth/login": [{pair}], "/auth/me": [{ADA}] }}"#));
    client.sign_in(body("{}")).await.unwrap();
    answer(answers);
    client
}

#[wasm_bindgen_test]
fn every_shipped_dialect_is_read() {
    let all = [
        dialect::authjs(),
        dialect::cookie_jwt(),
        dialect::dual_token(),
        dialect::next_auth_v4(),
        dialect::oauth_cookie(),
        dialect::single_user(),
    ];
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(all.len(), twinfetch_core::dialect::Dialect::SHIPPED.len());
}

#[wasm_bindgen_test]
async fn a_sign_in_is_followed_by_calls_as_that_user() {
    let answers = format!(
        r#"{{ "/auth/login": [{PAIR}], "/auth/me": [{ADA}], "/posts": [{{ "body": {{ "success": true, "data": [7] }} }}] }}"#
    );
    let client = client(dialect::dual_token(), &answers);
    let session = client.sign_in(body(r#"{ "email": "ada@x", "password": "p" }"#)).await.unwrap();
    assert_eq!(who(&session), r#"{"id":1}"#);
    assert_eq!(text(&client.get("/posts", Options::default()).await.unwrap().data), "[7]");
    assert_eq!(
        sent(),
        [r#"POST /auth/login - {"email":"ada@x","password":"p"}"#, "GET /auth/me Bearer a1", "GET /posts Bearer a1"]
    );
    assert_eq!(credentials_of("/posts"), "same-origin");
}

#[cfg(feature = "serde")]
#[wasm_bindgen_test]
async fn credentials_may_be_a_value_of_a_rust_type() {
    let answers = format!(r#"{{ "/auth/login": [{PAIR}], "/auth/me": [{ADA}] }}"#);
    let client = client(dialect::dual_token(), &answers);
    let credentials = std::collections::BTreeMap::from([("email", "ada@x"), ("password", "p")]);
    client.sign_in(Body::json(&credentials).unwrap()).await.unwrap();
    assert_eq!(sent().first().unwrap(), r#"POST /auth/login - {"email":"ada@x","password":"p"}"#);
}

#[wasm_bindgen_test]
async fn wrong_credentials_are_told_in_the_backends_words_and_leave_nobody() {
    let refusal =
        r#"{ "/auth/login": [{ "status": 401, "body": { "success": false, "message": "邮箱或密码错误" } }] }"#;
    let client = client(dialect::dual_token(), refusal);
    let error = client.sign_in(body("{}")).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::SignInRefused, "邮箱或密码错误"));
    assert_eq!(who(&client.session().await), "anonymous");
    assert_eq!(sent(), ["POST /auth/login - {}"]);
}

#[wasm_bindgen_test]
async fn an_account_is_made_and_signed_in_to_or_refused() {
    let answers = format!(
        r#"{{ "/auth/register": [{{ "status": 400, "body": {{ "success": false, "message": "too short" }} }}, {PAIR}], "/auth/me": [{ADA}] }}"#
    );
    let client = client(dialect::dual_token(), &answers);
    let error = client.register(body("{}")).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Rejected, "too short"));
    assert_eq!(who(&client.register(body("{}")).await.unwrap()), r#"{"id":1}"#);
}

#[wasm_bindgen_test]
async fn a_form_carries_the_token_that_belongs_to_it() {
    let session = r#"{ "body": { "user": { "name": "ada" }, "accessToken": "a1" } }"#;
    let client = client(
        dialect::authjs(),
        &format!(
            r#"{{ "/api/auth/csrf": [{{ "body": {{ "csrfToken": "c1" }} }}], "/api/auth/session": [{session}],
                "/api/auth/callback/credentials": [{{ "body": {{ "url": "http://app.test/?error=CredentialsSignin" }} }},
                    {{ "body": {{ "url": "http://app.test" }} }}] }}"#
        ),
    );
    let error = client.sign_in(body(r#"{ "password": "a&b" }"#)).await.unwrap_err();
    assert_eq!(error.code(), Code::SignInRefused);
    assert_eq!(who(&client.sign_in(body(r#"{ "password": "p" }"#)).await.unwrap()), r#"{"name":"ada"}"#);
    let form = |password| {
        format!(
            "POST /api/auth/callback/credentials - csrfToken=c1&json=true&callbackUrl=http%3A%2F%2Fapp.test&password={password}"
        )
    };
    let csrf = "GET /api/auth/csrf -".to_owned();
    assert_eq!(sent(), [&csrf, &form("a%26b"), &csrf, &form("p"), "GET /api/auth/session -"]);
    assert_eq!(credentials_of("/api/auth/callback/credentials"), "include");
}

#[wasm_bindgen_test]
async fn a_sign_out_tells_the_server_and_leaves_no_credential() {
    let client =
        signed_in(r#"{ "/auth/logout": [{ "body": { "success": true, "data": null } }], "/posts": [{ "status": 401, "body": {} }] }"#)
            .await;
    let told = Rc::new(RefCell::new(Vec::new()));
    let telling = told.clone();
    client.on_session(move |session| telling.borrow_mut().push(who(session)));
    let signed_out = client.sign_out().await;
    assert!(signed_out.server_told && signed_out.cause.is_none());
    assert_eq!(*told.borrow(), ["anonymous"]);
    assert_eq!(who(&client.session().await), "anonymous");
    client.get("/posts", Options::default()).await.unwrap_err();
    assert_eq!(sent(), [r#"POST /auth/logout Bearer a1 {"refreshToken":"r1"}"#, "GET /posts -"]);
}

#[wasm_bindgen_test]
async fn a_sign_out_counts_here_also_when_the_server_could_not_be_told() {
    for (answer, told, cause) in [
        (r#""reject""#, false, Some(Code::NetworkFailed)),
        (r#"{ "status": 500, "body": {} }"#, false, Some(Code::ServerFailed)),
        (r#"{ "status": 401, "body": {} }"#, true, None),
    ] {
        let client =
            signed_in(&format!(r#"{{ "/auth/logout": [{answer}], "/auth/refresh": [{{ "status": 401 }}] }}"#)).await;
        let signed_out = client.sign_out().await;
        assert_eq!((signed_out.server_told, signed_out.cause.map(|cause| cause.code())), (told, cause), "{answer}");
        assert_eq!(who(&client.session().await), "anonymous");
    }
}

#[wasm_bindgen_test]
async fn a_read_that_began_before_a_sign_out_is_ended_and_dropped() {
    let client = signed_in(r#"{ "/auth/me": ["hang"], "/auth/logout": [{ "body": { "success": true } }] }"#).await;
    client.forget();
    let reading = client.clone();
    let reading = begin(async move { reading.session().await });
    requested("/auth/me", 1).await;
    client.sign_out().await;
    assert_eq!(who(&reading.end().await), "anonymous");
    assert!(aborted("/auth/me"));
    assert_eq!(who(&client.session().await), "anonymous");
}

#[wasm_bindgen_test]
async fn a_sign_in_that_began_before_a_sign_out_is_ended() {
    let client = signed_in(r#"{ "/auth/login": ["hang"], "/auth/logout": [{ "body": { "success": true } }] }"#).await;
    let entering = client.clone();
    let entering = begin(async move { entering.sign_in(body("{}")).await.map_err(|error| error.code()) });
    requested("/auth/login", 1).await;
    client.sign_out().await;
    assert_eq!(entering.end().await.unwrap_err(), Code::Aborted);
    assert!(aborted("/auth/login"));
    assert_eq!(who(&client.session().await), "anonymous");
}

#[wasm_bindgen_test]
async fn a_read_that_began_before_a_sign_in_shows_who_has_signed_in() {
    let grace = r#"{ "body": { "success": true, "data": { "id": 2 } } }"#;
    let client = signed_in(&format!(r#"{{ "/auth/me": ["hang", {grace}], "/auth/login": [{PAIR}] }}"#)).await;
    client.forget();
    let reading = client.clone();
    let reading = begin(async move { reading.session().await });
    requested("/auth/me", 1).await;
    assert_eq!(who(&client.sign_in(body("{}")).await.unwrap()), r#"{"id":2}"#);
    assert_eq!(who(&reading.end().await), r#"{"id":2}"#);
}

#[wasm_bindgen_test]
async fn a_read_that_cannot_be_ended_holds_up_nobody_who_signs_in() {
    let client = signed_in(&format!(r#"{{ "/auth/me": ["deaf", {ADA}], "/auth/login": [{PAIR}] }}"#)).await;
    client.forget();
    let reading = client.clone();
    let reading = begin(async move { reading.session().await });
    requested("/auth/me", 1).await;
    assert_eq!(who(&client.sign_in(body("{}")).await.unwrap()), r#"{"id":1}"#);
    drop(reading);
}

#[wasm_bindgen_test]
async fn a_renewal_that_ends_after_the_sign_out_signs_nobody_in() {
    let client = signed_in(
        r#"{ "/auth/refresh": ["hang"], "/auth/logout": [{ "body": { "success": true } }], "/posts": [{ "status": 401, "body": {} }] }"#,
    )
    .await;
    let calling = client.clone();
    let call = begin(async move { calling.get("/posts", Options::default()).await });
    requested("/auth/refresh", 1).await;
    client.sign_out().await;
    release("/auth/refresh", &PAIR.replace("a1", "a2"));
    assert_eq!(call.end().await.unwrap_err().code(), Code::Unauthorized);
    client.get("/posts", Options::default()).await.unwrap_err();
    assert_eq!(sent().last().unwrap(), "GET /posts -");
    assert_eq!(who(&client.session().await), "anonymous");
}

#[wasm_bindgen_test]
async fn an_update_changes_the_session_where_the_dialect_knows_it() {
    let session = r#"{ "body": { "user": { "name": "Countess" }, "accessToken": "a1" } }"#;
    let client = client(
        dialect::authjs(),
        &format!(
            r#"{{ "/api/auth/csrf": [{{ "body": {{ "csrfToken": "c1" }} }}], "/api/auth/session": [{session}, {{ "status": 500 }}] }}"#
        ),
    );
    let updated = client.update(body(r#"{ "name": "Countess" }"#)).await.unwrap();
    assert_eq!(who(&updated), r#"{"name":"Countess"}"#);
    assert_eq!(
        sent(),
        ["GET /api/auth/csrf -", r#"POST /api/auth/session - {"csrfToken":"c1","data":{"name":"Countess"}}"#]
    );
    let error = client.update(body("{}")).await.unwrap_err();
    assert_eq!(error.code(), Code::ServerFailed);
    assert_eq!(who(&client.session().await), r#"{"name":"Countess"}"#);
    let error = signed_in("{}").await.update(body("{}")).await.unwrap_err();
    assert_eq!(error.code(), Code::ConfigInvalid);
    assert!(sent().is_empty());
}

#[wasm_bindgen_test]
async fn nothing_of_credentials_and_tokens_is_shown() {
    let session = r#"{ "body": { "user": { "name": "ada" }, "accessToken": "a1-secret" } }"#;
    let client = client(dialect::authjs(), &format!(r#"{{ "/api/auth/session": [{session}] }}"#));
    let shown = format!("{:?} {:?}", client.session().await, body(r#"{ "password": "secret" }"#));
    assert!(shown.contains("Authenticated") && !shown.contains("secret"), "{shown}");
}
