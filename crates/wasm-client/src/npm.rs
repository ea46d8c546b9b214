//! The class behind the npm package. Its TypeScript face is written by hand in `npm/src`.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use twinfetch_core::call::{Accept, Method};
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::Session;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestCache};

use crate::body::Body;
use crate::client::{Client, Options, Settings};
use crate::document::JsDocument;
use crate::download::{Download, Progress};
use crate::driver::Received;

/// A client, as JavaScript sees it: every failure is a plain object with `kind`, `code`, `message` and what is known.
#[wasm_bindgen]
pub struct Core {
    client: Client,
    snapshot: Rc<RefCell<JsValue>>,
}

#[wasm_bindgen]
impl Core {
    /// Builds a client from `{ dialect, baseUrl, appUrl, timeout?, sessionMaxAge?, onSession? }`.
    ///
    /// # Errors
    /// `config_invalid` and `dialect_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &Config) -> Result<Self, JsValue> {
        let build = || {
            let dialect = Dialect::read(&JsDocument(config.dialect()))?;
            let mut settings = Settings::new(dialect, config.base_url(), config.app_url());
            settings.timeout = config.timeout().unwrap_or(settings.timeout);
            settings.session_max_age = config.session_max_age().unwrap_or(settings.session_max_age);
            Client::new(settings)
        };
        let client = build().map_err(|error| failure(&error))?;
        let snapshot = Rc::new(RefCell::new(JsValue::UNDEFINED));
        let (kept, fields, listener) = (snapshot.clone(), client.clone(), config.on_session());
        // The listener lives in the client: it must not hold the client itself.
        let dialect = fields.inner.dialect.clone();
        client.on_session(move |session| {
            let value = session_value(session, &dialect);
            kept.replace(value.clone());
            if let Some(listener) = &listener {
                drop(listener.call1(&JsValue::UNDEFINED, &value));
            }
        });
        Ok(Self { client, snapshot })
    }

    /// Makes a call; resolves to `{ data, status, requestId? }`.
    pub fn call(&self, method: String, path: String, init: Init) -> Promise {
        let client = self.client.clone();
        promise(Box::pin(async move {
            let method = Method::parse(&method)?;
            let options = options(&init)?;
            let form = init.form().unwrap_or_default();
            let accept = if form.is_empty() || form == "json" { Accept::Json } else { Accept::Raw };
            let received = client.call_for(accept, method, &path, &options).await?;
            let data = read_as(&form, &received).await?;
            Ok(received_value(&received, &data))
        }))
    }

    /// Downloads a file; resolves to `{ blob, filename, status, requestId? }`.
    pub fn download(&self, path: String, init: Init) -> Promise {
        download(self.client.clone(), path, init, false)
    }

    /// Downloads a file and has the browser save it; resolves to `{ filename, size, status, requestId? }`.
    #[wasm_bindgen(js_name = saveDownload)]
    pub fn save_download(&self, path: String, init: Init) -> Promise {
        download(self.client.clone(), path, init, true)
    }

    /// Who is signed in; `fresh` reads it again. Rejects only when `signal` fires.
    pub fn session(&self, fresh: bool, signal: Option<AbortSignal>) -> Promise {
        let client = self.client.clone();
        promise(Box::pin(async move {
            if fresh {
                client.forget();
            }
            let deadline = crate::deadline::Deadline::start(0, signal.as_ref()).map_err(Error::new)?;
            let session = client.session_within(&deadline).await.map_err(Error::new)?;
            Ok(session_value(&session, &client.inner.dialect))
        }))
    }

    /// The session as it was last read; the same object until it is read again.
    pub fn snapshot(&self) -> JsValue {
        self.snapshot.borrow().clone()
    }

    /// Has the session read again before its next use: it may have changed elsewhere.
    pub fn forget(&self) {
        self.client.forget();
    }
}

#[wasm_bindgen]
extern "C" {
    /// The settings, read by duck typing.
    pub type Config;

    #[wasm_bindgen(method, getter)]
    fn dialect(this: &Config) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = baseUrl)]
    fn base_url(this: &Config) -> String;
    #[wasm_bindgen(method, getter, js_name = appUrl)]
    fn app_url(this: &Config) -> String;
    #[wasm_bindgen(method, getter)]
    fn timeout(this: &Config) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = sessionMaxAge)]
    fn session_max_age(this: &Config) -> Option<u32>;
    #[wasm_bindgen(method, getter, js_name = onSession)]
    fn on_session(this: &Config) -> Option<Function>;

    /// What a call says besides method and path, read by duck typing.
    pub type Init;

    #[wasm_bindgen(method, getter)]
    fn query(this: &Init) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Init) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Init) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn signal(this: &Init) -> Option<AbortSignal>;
    #[wasm_bindgen(method, getter, js_name = timeout)]
    fn call_timeout(this: &Init) -> Option<u32>;
    #[wasm_bindgen(method, getter)]
    fn cache(this: &Init) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = as)]
    fn form(this: &Init) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn filename(this: &Init) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = onProgress)]
    fn on_progress(this: &Init) -> Option<Function>;

    #[wasm_bindgen(js_name = String)]
    fn text_of(value: &JsValue) -> String;
}

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

type Work = Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>;

/// One place where a future becomes a promise: each further one would cost its own state machine in wasm.
fn promise(work: Work) -> Promise {
    wasm_bindgen_futures::future_to_promise(async move { work.await.map_err(|error| failure(&error)) })
}

fn options(init: &Init) -> Result<Options, Error> {
    Ok(Options {
        query: pairs(&init.query()),
        headers: pairs(&init.headers()),
        body: Body::new(init.body())?,
        signal: init.signal(),
        timeout: init.call_timeout(),
        cache: RequestCache::from_js_value(&init.cache()),
    })
}

/// The entries of an object; a list gives its name once for each item, `null` and `undefined` give none.
fn pairs(value: &JsValue) -> Vec<(String, String)> {
    if !value.is_object() {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for entry in Object::entries(value.unchecked_ref()).iter() {
        let entry: &Array = entry.unchecked_ref();
        let (name, value) = (text_of(&entry.get(0)), JsDocument(entry.get(1)));
        for item in value.items().unwrap_or_else(|| vec![value.clone()]).iter().filter(|item| !item.is_null()) {
            pairs.push((name.clone(), text_of(&item.0)));
        }
    }
    pairs
}

async fn read_as(form: &str, received: &Received) -> Result<JsValue, Error> {
    let Some(response) = &received.response else { return Ok(received.data.clone()) };
    let reading = match form {
        "blob" => response.blob(),
        "response" => return Ok(response.into()),
        "text" => response.text(),
        _ => {
            return Err(
                Error::new(Code::CallInvalid).with_message("The option `as` must be json, text, blob or response.")
            );
        }
    };
    let failed = |_| Error::new(Code::NetworkFailed);
    JsFuture::from(reading.map_err(failed)?).await.map_err(failed)
}

fn download(client: Client, path: String, init: Init, save: bool) -> Promise {
    promise(Box::pin(async move {
        let listener = init.on_progress();
        let tell = move |progress: Progress| {
            if let Some(listener) = &listener {
                let value = Object::new();
                set(&value, "received", &progress.received.into());
                set(&value, "total", &progress.total.into());
                drop(listener.call1(&JsValue::UNDEFINED, &value));
            }
        };
        let download = client.download(&path, options(&init)?, init.filename().as_deref(), tell).await?;
        if save {
            download.save()?;
        }
        Ok(download_value(&download))
    }))
}

fn set(object: &Object, name: &str, value: &JsValue) {
    if !value.is_undefined() {
        drop(Reflect::set(object, &JsValue::from_str(name), value));
    }
}

fn reply_value(status: u16, request_id: Option<&str>) -> Object {
    let value = Object::new();
    set(&value, "status", &status.into());
    set(&value, "requestId", &request_id.map_or(JsValue::UNDEFINED, JsValue::from_str));
    value
}

fn received_value(received: &Received, data: &JsValue) -> JsValue {
    let value = reply_value(received.status, received.request_id.as_deref());
    set(&value, "data", data);
    value.into()
}

fn download_value(download: &Download) -> JsValue {
    let value = reply_value(download.status, download.request_id.as_deref());
    set(&value, "blob", &download.blob);
    set(&value, "filename", &JsValue::from_str(&download.filename));
    set(&value, "size", &download.blob.size().into());
    value.into()
}

fn session_value(session: &Session<JsValue>, dialect: &Dialect) -> JsValue {
    let value = Object::new();
    let status = match session {
        Session::Authenticated(session) => {
            let Identity::Endpoint { session: fields, .. } = &dialect.identity;
            let claims = JsDocument(session.claims.clone());
            set(&value, "user", &claims.at(fields.user.as_str()).map_or(JsValue::UNDEFINED, |user| user.0));
            let token = session.access_token.as_ref().map(|token| JsValue::from_str(token.expose()));
            set(&value, "accessToken", &token.unwrap_or(JsValue::UNDEFINED));
            set(&value, "expires", &claims.member("expires").map_or(JsValue::UNDEFINED, |expires| expires.0));
            set(&value, "claims", &claims.0);
            "authenticated"
        }
        Session::Anonymous => "anonymous",
        Session::Unknown(error) => {
            set(&value, "error", &failure(error));
            "unknown"
        }
    };
    set(&value, "status", &JsValue::from_str(status));
    value.into()
}

fn failure(error: &Error) -> JsValue {
    let value = Object::new();
    set(&value, "kind", &JsValue::from_str(error.kind().name()));
    set(&value, "code", &JsValue::from_str(error.code().name()));
    set(&value, "message", &JsValue::from_str(error.message()));
    set(&value, "retryable", &error.retryable().into());
    set(&value, "status", &error.status().into());
    set(&value, "requestId", &error.request_id().map_or(JsValue::UNDEFINED, JsValue::from_str));
    #[expect(clippy::cast_precision_loss, reason = "a wait is at most an hour")]
    set(&value, "retryAfter", &error.retry_after().map(|wait| wait as f64).into());
    value.into()
}
