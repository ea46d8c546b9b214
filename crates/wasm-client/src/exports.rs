//! What the npm package gets: the core's decisions as synchronous calls.
//!
//! The package's own driver (`npm/src/driver`) performs the steps in JavaScript, next to `fetch`, streams and timers.
//! Nothing in here waits, so a panic is an exception in the caller's stack, and no executor has to be downloaded.

use js_sys::{Array, Object, Reflect};
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Accept, Call, Method, Request};
use twinfetch_core::dialect::{Dialect, Identity};
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Exchange, Payload, Reading, Refused, Sent, Step, Wants};
use twinfetch_core::file_name;
use twinfetch_core::head::Head;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Held, Presented, Read, Session};
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;
use crate::identity;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// One client's core. Every failure that it throws is a plain object with `kind`, `code`, `message` and what is known.
#[wasm_bindgen]
pub struct Core {
    /// Lives as long as the page, like the client it belongs to: exchanges borrow it.
    dialect: &'static Dialect,
    backend: BaseUrl,
    app: BaseUrl,
    held: Held<JsValue>,
    reading: Option<Read>,
    snapshot: JsValue,
}

#[wasm_bindgen]
impl Core {
    /// Builds a core; `sessionMaxAge` is in milliseconds.
    ///
    /// # Errors
    /// `config_invalid` and `dialect_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(dialect: JsValue, base_url: &str, app_url: &str, session_max_age: f64) -> Result<Self, JsValue> {
        let build = || {
            Ok(Self {
                backend: BaseUrl::parse(base_url, "baseUrl")?,
                app: BaseUrl::parse(app_url, "appUrl")?,
                dialect: Box::leak(Box::new(Dialect::read_checked(&JsDocument(dialect))?)),
                held: Held::new(milliseconds(session_max_age)),
                reading: None,
                snapshot: JsValue::UNDEFINED,
            })
        };
        build().map_err(|error: Error| failure(&error))
    }

    /// Whether the session may be used without being read again; `now` is in milliseconds since 1970.
    pub fn fresh(&self, now: f64) -> bool {
        self.held.fresh(milliseconds(now)).is_some()
    }

    /// Notes that a session read begins, and returns the URL to read.
    ///
    /// # Errors
    /// `call_invalid` when the dialect's path cannot be joined to its site.
    pub fn begin(&mut self) -> Result<String, JsValue> {
        let url = identity::url(self.dialect, &self.app, &self.backend).map_err(|error| failure(&error))?;
        self.reading = Some(self.held.begin());
        Ok(url)
    }

    /// Takes over what a session read found; returns whether it is news.
    pub fn found(&mut self, status: u16, headers: &Headers, document: JsValue, now: f64) -> bool {
        self.finish(identity::session(self.dialect, &head(status, headers), Some(JsDocument(document))), now)
    }

    /// Notes why a session read failed, by the code's name; returns whether it is news.
    pub fn missed(&mut self, code: &str, now: f64) -> bool {
        self.finish(Err(Error::new(named(code))), now)
    }

    fn finish(&mut self, found: Result<Session<JsValue>, Error>, now: f64) -> bool {
        let Some(read) = self.reading.take() else { return false };
        let found = found.unwrap_or_else(Session::Unknown);
        let value = session_value(&found, self.dialect);
        let taken = self.held.finish(read, found, milliseconds(now));
        if taken {
            self.snapshot = value;
        }
        taken
    }

    /// The session as it was last read; the same object until it is read again.
    pub fn snapshot(&self) -> JsValue {
        self.snapshot.clone()
    }

    /// Has the session read again before its next use: it may have changed elsewhere.
    pub fn forget(&mut self) {
        self.held.forget();
    }

    /// Starts a call as who was signed in when the session was last read. `headers` is a list of pairs.
    pub fn start(&self, method: &str, path: &str, headers: &Array, raw: bool) -> Flight {
        let prepare = || {
            let path = Path::parse(path, &self.backend)?;
            let mut call = Call::new(Method::parse(method)?, path);
            for pair in headers.iter() {
                let pair: &Array = pair.unchecked_ref();
                let text = |index| pair.get(index).as_string().unwrap_or_default();
                call = call.header(&text(0), &text(1))?;
            }
            Ok(call.accept(if raw { Accept::Raw } else { Accept::Json }))
        };
        let step = match prepare() {
            Ok(call) => Exchange::start(self.dialect, &self.backend, call, self.present()),
            Err(error) => Step::Done(Err(error)),
        };
        Flight { step: Some(step) }
    }

    fn present(&self) -> Result<Presented, Error> {
        self.held.last().unwrap_or(&Session::Anonymous).present(self.held.generation())
    }
}

/// A call on its way. [`Flight::step`] says what to do next; exactly one of the other methods tells what came of it.
#[wasm_bindgen]
pub struct Flight {
    step: Option<Step<'static>>,
}

#[wasm_bindgen]
impl Flight {
    /// What to do next: `{ is: 'send', method, url, headers, body, follow }`, `{ is: 'read', what }` or `{ is: 'renew' }`.
    ///
    /// # Errors
    /// How the call failed.
    pub fn step(&self, core: &mut Core) -> Result<JsValue, JsValue> {
        let value = Object::new();
        let is = match &self.step {
            Some(Step::Send(_, request)) => {
                request_value(&value, request);
                "send"
            }
            Some(Step::Read(exchange)) => {
                let what = match exchange.wants() {
                    Wants::Document => "document",
                    Wants::Nothing => "nothing",
                    Wants::Raw => "raw",
                };
                set(&value, "what", &JsValue::from_str(what));
                "read"
            }
            Some(Step::Renew(_, generation)) => {
                if core.held.generation() == *generation {
                    core.held.forget();
                }
                "renew"
            }
            Some(Step::Done(Err(error))) => return Err(failure(error)),
            Some(Step::Done(Ok(_))) | None => "done",
        };
        set(&value, "is", &JsValue::from_str(is));
        Ok(value.into())
    }

    /// Tells the head of the response to a request that was sent.
    pub fn answered(&mut self, status: u16, headers: &Headers) {
        if let Some(exchange) = self.sent() {
            self.step = Some(exchange.answered(Ok(head(status, headers))));
        }
    }

    /// Tells why there is no response, by the code's name.
    pub fn unanswered(&mut self, code: &str) {
        if let Some(exchange) = self.sent() {
            self.step = Some(exchange.answered(Err(named(code))));
        }
    }

    /// Tells that the session was read again.
    pub fn renewed(&mut self, core: &Core) {
        if let Some(exchange) = self.refused() {
            self.step = Some(exchange.renewed(core.present()));
        }
    }

    /// Tells what was read: the document, or `undefined`; returns `{ status, requestId?, data }`.
    ///
    /// # Errors
    /// How the call failed.
    pub fn received(&mut self, document: JsValue) -> Result<JsValue, JsValue> {
        let document = JsDocument(document);
        let document = (!document.0.is_undefined()).then_some(document);
        self.end(Ok(document.as_ref()))
    }

    /// Tells why the body could not be read, by the code's name.
    ///
    /// # Errors
    /// How the call failed.
    pub fn unreadable(&mut self, code: &str) -> Result<JsValue, JsValue> {
        self.end(Err(named(code)))
    }

    fn end(&mut self, body: Result<Option<&JsDocument>, Code>) -> Result<JsValue, JsValue> {
        let Some(exchange) = self.reading() else { return Ok(JsValue::UNDEFINED) };
        match exchange.received(body) {
            Step::Done(Ok(reply)) => {
                let value = Object::new();
                set(&value, "status", &reply.status.into());
                set(&value, "requestId", &text(reply.request_id.as_deref()));
                if let (Payload::At(pointer), Ok(Some(document))) = (reply.payload, body) {
                    set(&value, "data", &document.at(pointer).map_or(JsValue::UNDEFINED, |JsDocument(data)| data));
                }
                Ok(value.into())
            }
            Step::Done(Err(error)) => Err(failure(&error)),
            _ => Ok(JsValue::UNDEFINED),
        }
    }

    fn sent(&mut self) -> Option<Exchange<'static, Sent>> {
        match self.step.take() {
            Some(Step::Send(exchange, _)) => Some(exchange),
            _ => None,
        }
    }

    fn refused(&mut self) -> Option<Exchange<'static, Refused>> {
        match self.step.take() {
            Some(Step::Renew(exchange, _)) => Some(exchange),
            _ => None,
        }
    }

    fn reading(&mut self) -> Option<Exchange<'static, Reading>> {
        match self.step.take() {
            Some(Step::Read(exchange)) => Some(exchange),
            _ => None,
        }
    }
}

/// Chooses the name of a downloaded file: the server's, else the caller's, else the path's last part.
#[wasm_bindgen(js_name = fileName)]
pub fn choose_file_name(disposition: Option<String>, asked: Option<String>, path: &str) -> String {
    file_name::choose(disposition.as_deref(), asked.as_deref(), path)
}

#[wasm_bindgen]
extern "C" {
    /// A response's headers, by duck typing.
    pub type Headers;

    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;
}

fn head(status: u16, headers: &Headers) -> Head {
    Head::new(status, |name| headers.get(name))
}

fn named(code: &str) -> Code {
    Code::ALL.iter().find(|known| known.name() == code).copied().unwrap_or(Code::NetworkFailed)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a negative time saturates to zero")]
const fn milliseconds(time: f64) -> u64 {
    time as u64
}

fn text(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::UNDEFINED, JsValue::from_str)
}

fn set(object: &Object, name: &str, value: &JsValue) {
    if !value.is_undefined() {
        drop(Reflect::set(object, &JsValue::from_str(name), value));
    }
}

fn request_value(value: &Object, request: &Request) {
    let headers = Array::new();
    let pair = |name: &str, value: &str| headers.push(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)));
    for (name, value) in &request.headers {
        pair(name, value);
    }
    if let Some(authorization) = &request.authorization {
        pair("authorization", authorization.expose());
    }
    set(value, "method", &JsValue::from_str(request.method.as_str()));
    set(value, "url", &JsValue::from_str(&request.url));
    set(value, "headers", &headers);
    set(value, "body", &request.with_body.into());
    set(value, "follow", &request.may_be_redirected_anywhere().into());
}

fn session_value(session: &Session<JsValue>, dialect: &Dialect) -> JsValue {
    let value = Object::new();
    let status = match session {
        Session::Authenticated(session) => {
            let Identity::Endpoint { session: fields, .. } = &dialect.identity;
            let claims = JsDocument(session.claims.clone());
            set(&value, "user", &claims.at(fields.user.as_str()).map_or(JsValue::UNDEFINED, |user| user.0));
            set(&value, "accessToken", &text(session.access_token.as_ref().map(Secret::expose)));
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
    set(&value, "requestId", &text(error.request_id()));
    #[expect(clippy::cast_precision_loss, reason = "a wait is at most an hour")]
    set(&value, "retryAfter", &error.retry_after().map(|wait| wait as f64).into());
    value.into()
}
