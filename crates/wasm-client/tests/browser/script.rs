//! A scripted `fetch`: what is answered at which path, and what was sent.

use js_sys::{Array, Promise};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::Error;
use twinfetch_core::session::Session;
use twinfetch_wasm_client::{Client, Retry, Settings};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/tests/browser/page.js")]
extern "C" {
    fn script(answers: &JsValue);
    fn arrived(path: &str, times: u32) -> Promise;
    #[wasm_bindgen(js_name = release)]
    fn release_all(path: &str, answer: &JsValue);
    fn sent_lines() -> Array;
    pub(crate) fn credentials_of(path: &str) -> String;
    pub(crate) fn header_of(path: &str, name: &str) -> Option<String>;
    pub(crate) fn aborted(path: &str) -> bool;
    pub(crate) fn cancelled_bodies() -> u32;
    pub(crate) fn set_online(is: bool);
    pub(crate) fn parse(text: &str) -> JsValue;
}

/// Settings of a client for these answers: a JSON object of lists by path.
pub(crate) fn settings(dialect: Result<Dialect, Error>, answers: &str) -> Settings {
    script(&parse(answers));
    let settings = Settings::new(dialect.unwrap(), "http://backend.test", "http://app.test");
    Settings { retry: Retry::NONE, ..settings }
}

pub(crate) fn client(dialect: Result<Dialect, Error>, answers: &str) -> Client {
    Client::new(settings(dialect, answers)).unwrap()
}

/// Has the answers be others from now on.
pub(crate) fn answer(answers: &str) {
    script(&parse(answers));
}

/// Waits until so many requests have come to a path.
pub(crate) async fn requested(path: &str, times: u32) {
    JsFuture::from(arrived(path, times)).await.unwrap();
}

/// Answers all requests that hang at a path.
pub(crate) fn release(path: &str, answer: &str) {
    release_all(path, &parse(answer));
}

/// What was sent: method, path, authorization, body.
pub(crate) fn sent() -> Vec<String> {
    sent_lines().iter().map(|line| line.as_string().unwrap()).collect()
}

pub(crate) fn text(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).unwrap().into()
}

/// The user of a session as JSON, or how else it stands.
pub(crate) fn who(session: &Session<JsValue>) -> String {
    match session {
        Session::Authenticated(session) => session.user.clone(),
        Session::Anonymous => "anonymous".to_owned(),
        Session::Unknown(error) => error.code().name().to_owned(),
    }
}

/// Lets a future run beside the test; its end can be waited for.
pub(crate) fn begin<T: 'static>(work: impl Future<Output = T> + 'static) -> Running<T> {
    let result = std::rc::Rc::new(std::cell::RefCell::new(None));
    let own = result.clone();
    let promise = wasm_bindgen_futures::future_to_promise(async move {
        let found = work.await;
        own.replace(Some(found));
        Ok(JsValue::UNDEFINED)
    });
    Running { promise, result }
}

pub(crate) struct Running<T> {
    promise: Promise,
    result: std::rc::Rc<std::cell::RefCell<Option<T>>>,
}

impl<T> Running<T> {
    pub(crate) async fn end(self) -> T {
        JsFuture::from(self.promise).await.unwrap();
        self.result.take().unwrap()
    }
}
