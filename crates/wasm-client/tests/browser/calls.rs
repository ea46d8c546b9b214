//! Calls, and the session that they are made as.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use twinfetch_core::call::Method;
use twinfetch_core::error::Code;
use twinfetch_wasm_client::{Body, Client, JsDocument, Options, Progress, Session, dialect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::script::{client, parse, sent, text};

const SESSION: &str =
    r#"{ "body": { "user": { "name": "ada" }, "accessToken": "a1", "expires": "2030-01-01T00:00:00Z" } }"#;

fn with_session(posts: &str) -> Client {
    client(dialect::authjs(), &format!(r#"{{ "/api/auth/session": [{SESSION}], "/api/posts": {posts} }}"#))
}

#[wasm_bindgen_test]
async fn twenty_calls_at_once_read_the_session_once() {
    let client = with_session(r#"[{ "body": [1] }]"#);
    let calls: Array = (0..20)
        .map(|_| {
            let client = client.clone();
            wasm_bindgen_futures::future_to_promise(async move {
                Ok(client.get("/api/posts", Options::default()).await.unwrap().data)
            })
        })
        .collect();
    JsFuture::from(Promise::all(&calls)).await.unwrap();
    let sent = sent();
    assert_eq!(sent.iter().filter(|line| line.contains("/api/auth/session")).count(), 1);
    assert_eq!(sent.iter().filter(|line| *line == "GET /api/posts Bearer a1").count(), 20);
}

#[wasm_bindgen_test]
async fn a_failing_session_endpoint_means_unknown_and_sends_nothing() {
    for answer in [
        r#"{ "status": 500, "body": {} }"#,
        r#"{ "headers": { "content-type": "text/html" }, "body": "<p>" }"#,
        r#""reject""#,
    ] {
        let client = client(dialect::authjs(), &format!(r#"{{ "/api/auth/session": [{answer}] }}"#));
        assert!(matches!(client.session().await, Session::Unknown(_)), "{answer}");
        client.get("/api/posts", Options::default()).await.unwrap_err();
        assert!(sent().iter().all(|line| line.starts_with("GET /api/auth/session")));
    }
    for answer in [r#"{ "body": null }"#, r#"{ "body": {} }"#] {
        let client = client(dialect::authjs(), &format!(r#"{{ "/api/auth/session": [{answer}] }}"#));
        assert!(matches!(client.session().await, Session::Anonymous), "{answer}");
    }
}

#[wasm_bindgen_test]
async fn a_redirect_is_refused() {
    let client = with_session(r#"["redirect"]"#);
    let error = client.get("/api/posts", Options::default()).await.unwrap_err();
    assert_eq!((error.code(), error.status()), (Code::RedirectRefused, None));
    assert_eq!(sent().len(), 2);
}

#[wasm_bindgen_test]
async fn a_refused_token_is_read_again_and_the_call_repeated_once() {
    let newer = SESSION.replace("a1", "a2");
    let client = client(
        dialect::authjs(),
        &format!(
            r#"{{ "/api/auth/session": [{SESSION}, {newer}], "/api/posts": [{{ "status": 401, "body": {{}} }}, {{ "status": 201, "body": {{ "id": 7 }} }}] }}"#
        ),
    );
    let body = Body::new(parse(r#"{ "title": "é" }"#)).unwrap();
    let received = client.call(Method::Post, "/api/posts", Options { body, ..Options::default() }).await.unwrap();
    assert_eq!((received.status, text(&received.data).as_str()), (201, r#"{"id":7}"#));
    assert_eq!(
        sent(),
        [
            "GET /api/auth/session -",
            r#"POST /api/posts Bearer a1 {"title":"é"}"#,
            "GET /api/auth/session -",
            r#"POST /api/posts Bearer a2 {"title":"é"}"#,
        ]
    );
}

#[wasm_bindgen_test]
async fn time_and_the_caller_end_a_call_with_different_errors() {
    let client = with_session(r#"["hang"]"#);
    let error = client.get("/api/posts", Options { timeout: Some(20), ..Options::default() }).await.unwrap_err();
    assert_eq!(error.code(), Code::TimedOut);
    let controller = web_sys::AbortController::new().unwrap();
    let signal = Some(controller.signal());
    controller.abort_with_reason(&JsValue::from_str("not an Error"));
    let error = client.get("/api/posts", Options { signal, ..Options::default() }).await.unwrap_err();
    assert_eq!(error.code(), Code::Aborted);
}

#[wasm_bindgen_test]
async fn a_download_keeps_its_name_and_tells_its_progress() {
    let client = with_session(
        r#"[{ "headers": { "content-type": "text/csv", "content-length": "5", "content-disposition": "attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A.csv" }, "body": "a,b\n1" }]"#,
    );
    let told: Rc<RefCell<Vec<Progress>>> = Rc::default();
    let telling = told.clone();
    let tell = move |progress| telling.borrow_mut().push(progress);
    let download = client.download("/api/posts", Options::default(), Some("posts.csv"), tell).await.unwrap();
    assert_eq!((download.filename.as_str(), download.blob.size()), ("报告.csv", 5.0));
    let last = *told.borrow().last().unwrap();
    assert_eq!((last.received, last.total), (5.0, Some(5.0)));
    download.save().unwrap();
}

#[wasm_bindgen_test]
async fn an_address_outside_the_backend_is_refused_before_anything_is_sent() {
    let client = with_session(r#"[{ "body": [] }]"#);
    for path in ["https://evil.test/", "//evil.test/", "/a/../b", "/\\evil", "http://backend.test.evil.test/"] {
        let error = client.get(path, Options::default()).await.unwrap_err();
        assert_eq!(error.code(), Code::CallInvalid, "{path}");
    }
    assert!(sent().is_empty());
}

#[wasm_bindgen_test]
fn a_polluted_prototype_answers_for_nothing() {
    use twinfetch_core::document::Document;
    let document = JsDocument(parse(r#"{ "a": [1, { "b": null }] }"#));
    assert!(document.member("toString").is_none() && document.member("constructor").is_none());
    assert!(document.at("/a/1/b").unwrap().is_null());
    assert_eq!((document.size(), document.at("/a").unwrap().size()), (Some(1), None));
}
