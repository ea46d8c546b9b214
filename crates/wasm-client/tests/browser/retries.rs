//! Calls that are sent again, and the limits of their waits.

use std::cell::RefCell;
use std::rc::Rc;

use twinfetch_core::call::Method;
use twinfetch_core::error::{Code, Error, Sent};
use twinfetch_wasm_client::{Body, Client, Options, Progress, Retry, Settings, dialect};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::AbortController;

use crate::script::{
    aborted, begin, cancelled_bodies, header_of, parse, release, requested, sent, set_online, settings,
};

const PATH: &str = "/api/posts";

const CSV: &str = r#"{ "content-type": "text/csv" }"#;

/// Two attempts, without a wait between them.
const TWICE: Retry = Retry { attempts: 2, base: 0, ..Retry::DEFAULT };

fn client(posts: &str, set: impl FnOnce(&mut Settings)) -> Client {
    let mut settings = settings(dialect::single_user(), &format!(r#"{{ "{PATH}": {posts} }}"#));
    settings.retry = TWICE;
    set(&mut settings);
    Client::new(settings).unwrap()
}

async fn failure(client: &Client) -> (Code, u32, Sent) {
    told(&client.get(PATH, Options::default()).await.unwrap_err())
}

fn told(error: &Error) -> (Code, u32, Sent) {
    (error.code(), error.attempts(), error.sent())
}

#[wasm_bindgen_test]
async fn s_74_a_read_is_repeated_and_a_write_only_with_a_key() {
    let answers = r#"["reject", { "body": { "code": 0, "message": "OK", "data": [1] } }]"#;
    let received = client(answers, |_| ()).get(PATH, Options::default()).await.unwrap();
    assert_eq!((received.status, received.attempts), (200, 2));
    let write = async |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options { headers, body: Body::new(parse("[]")).unwrap(), ..Options::default() };
        client(answers, |_| ()).call(Method::Post, PATH, options).await
    };
    assert_eq!(told(&write(&[]).await.unwrap_err()), (Code::NetworkFailed, 1, Sent::Maybe));
    assert_eq!(write(&[("Idempotency-Key", "k1")]).await.unwrap().attempts, 2);
}

#[wasm_bindgen_test]
async fn one_calls_own_word_counts_before_the_clients() {
    let options = Options { retry: Some(Retry::NONE), ..Options::default() };
    let error = client(r#"["reject"]"#, |_| ()).get(PATH, options).await.unwrap_err();
    assert_eq!(told(&error), (Code::NetworkFailed, 1, Sent::Maybe));
}

#[wasm_bindgen_test]
async fn f_11_one_attempt_a_body_and_the_whole_call_have_limits_of_their_own() {
    let brief = 20;
    let slow = client(r#"["hang"]"#, |settings| settings.attempt_timeout = brief);
    assert_eq!(failure(&slow).await, (Code::ResponseTimedOut, 2, Sent::Maybe));
    assert!(aborted(PATH));

    let stops = client(r#"[{ "body": "[1,", "then": "stop" }]"#, |settings| settings.idle_timeout = brief);
    let before = cancelled_bodies();
    assert_eq!(failure(&stops).await, (Code::BodyStalled, 1, Sent::Acknowledged));
    assert_eq!(cancelled_bodies(), before + 1);

    let whole = client(r#"["hang"]"#, |settings| settings.timeout = brief);
    assert_eq!(failure(&whole).await, (Code::TimedOut, 1, Sent::Maybe));
}

#[wasm_bindgen_test]
async fn f_09_a_body_that_breaks_off_is_truncated() {
    let breaks = client(r#"[{ "body": "[1,", "then": "break" }]"#, |_| ());
    assert_eq!(failure(&breaks).await, (Code::BodyTruncated, 1, Sent::Acknowledged));
}

#[wasm_bindgen_test]
async fn a_download_that_stops_or_breaks_off_says_so() {
    for (then, code) in [("stop", Code::BodyStalled), ("break", Code::BodyTruncated)] {
        let answer = format!(r#"[{{ "headers": {CSV}, "body": "a,b", "then": "{then}" }}]"#);
        let client = client(&answer, |settings| settings.idle_timeout = 20);
        for (retry, attempts) in [(Retry::NONE, 1), (Retry { base: 1, ..Retry::DEFAULT }, 3)] {
            let options = Options { retry: Some(retry), ..Options::default() };
            let error = client.download(PATH, options, None, |_| ()).await.unwrap_err();
            assert_eq!((told(&error), error.status()), ((code, attempts, Sent::Acknowledged), Some(200)));
        }
    }
}

#[wasm_bindgen_test]
async fn a_download_goes_on_behind_the_last_byte_or_anew() {
    let first = r#"{ "headers": { "content-type": "text/csv", "content-length": "6", "etag": "\"a\"" }, "body": "a,b", "then": "break" }"#;
    let rest = r#"{ "status": 206, "headers": { "content-type": "text/csv", "etag": "\"a\"", "content-range": "bytes 3-5/6" }, "body": "\n1," }"#;
    let other = r#"{ "headers": { "content-type": "text/csv", "etag": "\"b\"" }, "body": "c" }"#;
    for (second, content) in [(rest, "a,b\n1,"), (other, "c")] {
        let client = client(&format!("[{first}, {second}]"), |_| ());
        let told: Rc<RefCell<Vec<Progress>>> = Rc::default();
        let telling = told.clone();
        let tell = move |progress| telling.borrow_mut().push(progress);
        let download = client.download(PATH, Options::default(), None, tell).await.unwrap();
        assert_eq!(
            (header_of(PATH, "range").unwrap(), header_of(PATH, "if-range").unwrap()),
            ("bytes=3-".into(), "\"a\"".into())
        );
        let text = JsFuture::from(download.blob.text()).await.unwrap().as_string();
        assert_eq!(text.as_deref(), Some(content));
        let length = download.blob.size();
        let last = *told.borrow().last().unwrap();
        assert_eq!((last.received, last.total), (length, Some(length)));
    }
}

#[wasm_bindgen_test]
async fn a_page_or_a_message_is_no_download() {
    for (kind, code) in [("text/html", Code::UnexpectedContentType), ("application/json", Code::EnvelopeRefused)] {
        let client = client(&format!(r#"[{{ "headers": {{ "content-type": "{kind}" }}, "body": {{}} }}]"#), |_| ());
        let error = client.download(PATH, Options::default(), None, |_| ()).await.unwrap_err();
        assert_eq!(error.code(), code, "{kind}");
    }
}

#[wasm_bindgen_test]
async fn f_16_a_wait_that_the_call_has_no_time_for_ends_it_at_once() {
    let busy = r#"[{ "status": 503, "headers": { "retry-after": "25" }, "body": {} }]"#;
    let client = client(busy, |settings| settings.timeout = 20_000);
    assert_eq!(failure(&client).await, (Code::ServerFailed, 1, Sent::Acknowledged));
}

#[wasm_bindgen_test]
async fn a_caller_ends_the_wait_for_the_next_attempt() {
    let busy = r#"[{ "status": 503, "headers": { "retry-after": "25" }, "body": {} }]"#;
    let client = client(busy, |_| ());
    let controller = AbortController::new().unwrap();
    let options = Options { signal: Some(controller.signal()), ..Options::default() };
    let call = begin({
        let client = client.clone();
        async move { client.get(PATH, options).await }
    });
    requested(PATH, 1).await;
    // What hangs of the first attempt is ended when the pause begins.
    while !aborted(PATH) {
        turn().await;
    }
    controller.abort();
    assert_eq!(told(&call.end().await.unwrap_err()), (Code::Aborted, 1, Sent::Acknowledged));
    assert_eq!(sent().len(), 1);
}

/// Lets everything else have its turn.
async fn turn() {
    wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&wasm_bindgen::JsValue::UNDEFINED)).await.unwrap();
}

#[wasm_bindgen_test]
async fn what_fails_while_the_network_goes_may_have_been_received() {
    let client = client(r#"["hang"]"#, |settings| settings.retry = Retry::NONE);
    let call = begin({
        let client = client.clone();
        async move { client.call(Method::Post, PATH, Options::default()).await }
    });
    requested(PATH, 1).await;
    set_online(false);
    release(PATH, r#""reject""#);
    let ended = told(&call.end().await.unwrap_err());
    set_online(true);
    assert_eq!(ended, (Code::NetworkFailed, 1, Sent::Maybe));
}

#[wasm_bindgen_test]
async fn a_device_without_a_network_says_so_and_asks_once() {
    set_online(false);
    let ended = failure(&client(r#"["reject"]"#, |_| ())).await;
    set_online(true);
    assert_eq!(ended, (Code::Offline, 1, Sent::Unsent));
}
