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
use twinfetch_core::exchange::{Exchange, Payload, Step, Wants};
use twinfetch_core::file_name;
use twinfetch_core::head::Head;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Held, Presented, Read, Session};
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;
use crate::identity;

#[cfg(target_arch = "wasm32")]
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// One client's core. Every failure that it throws is a plain object with `kind`, `code`, `message` and what is known.
#[wasm_bindgen]
pub struct Core {
    /// Lives as long as the page, like the client it belongs to: exchanges borrow it.
    dialect: &'static Dialect,
    backend: BaseUrl,
    session_url: String,
    held: Held<JsValue>,
    reading: Option<Read>,
    snapshot: JsValue,
}

#[wasm_bindgen]
impl Core {
    /// Builds a core from a dialect and from two URLs that were checked; `sessionMaxAge` is in milliseconds.
    ///
    /// # Errors
    /// `config_invalid` and `dialect_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(dialect: JsValue, backend: &Location, app: &Location, session_max_age: f64) -> Result<Self, JsValue> {
        let build = || {
            let dialect = Dialect::read_checked(&JsDocument(dialect))?;
            let (backend, app) = (backend.base_url("baseUrl")?, app.base_url("appUrl")?);
            let session_url = identity::url(&dialect, &app, &backend)?;
            let held = Held::new(milliseconds(session_max_age));
            let dialect: &'static Dialect = Box::leak(Box::new(dialect));
            Ok(Self { dialect, backend, session_url, held, reading: None, snapshot: JsValue::UNDEFINED })
        };
        build().map_err(|error: Error| failure(&error))
    }

    /// Whether the session may be used without being read again; `now` is in milliseconds since 1970.
    pub fn fresh(&self, now: f64) -> bool {
        self.held.fresh(milliseconds(now)).is_some()
    }

    /// Notes that a session read begins, and returns the URL to read.
    pub fn begin(&mut self) -> String {
        self.reading = Some(self.held.begin());
        self.session_url.clone()
    }

    /// Takes over what a session read found: an answer with its document, or a code.
    pub fn found(&mut self, outcome: &Outcome, now: f64) {
        let Some(read) = self.reading.take() else { return };
        let found = match outcome.head() {
            Ok(head) => identity::session(self.dialect, &head, Some(JsDocument(outcome.document()))),
            Err(code) => Err(Error::new(code)),
        };
        let found = found.unwrap_or_else(Session::Unknown);
        let value = session_value(&found, self.dialect);
        if self.held.finish(read, found, milliseconds(now)) {
            self.snapshot = value;
        }
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
        Flight(Some(match prepare() {
            Ok(call) => Exchange::start(self.dialect, &self.backend, call, self.present()),
            Err(error) => Step::Done(Err(error)),
        }))
    }

    fn present(&self) -> Result<Presented, Error> {
        self.held.last().unwrap_or(&Session::Anonymous).present(self.held.generation())
    }
}

/// A call on its way.
#[wasm_bindgen]
pub struct Flight(Option<Step<'static>>);

#[wasm_bindgen]
impl Flight {
    /// Tells what came of the last step, nothing at first, and returns the next:
    ///
    /// | `is` | what to do, and the outcome to tell |
    /// | --- | --- |
    /// | `send` | `method`, `url`, `headers`, `body`, `follow`: send it; `{ status, headers }` or `{ code }` |
    /// | `read` | `what`: read the body; `{ document }`, `{}` or `{ code }` |
    /// | `renew` | read the session again; `{}` |
    /// | `done` | nothing: `status`, `requestId`, `data` |
    /// | `failed` | nothing: `error` |
    pub fn advance(&mut self, core: &mut Core, outcome: &Outcome) -> JsValue {
        let told = !outcome.is_undefined();
        let document = JsDocument(if told { outcome.document() } else { JsValue::UNDEFINED });
        self.0 = match self.0.take() {
            Some(Step::Send(exchange, _)) if told => Some(exchange.settled(outcome.head())),
            Some(Step::Read(exchange)) if told => Some(exchange.received(match outcome.code() {
                Some(name) => Err(named(&name)),
                None => Ok((!document.0.is_undefined()).then_some(&document)),
            })),
            Some(Step::Renew(exchange, _)) if told => Some(exchange.renewed(core.present())),
            step => step,
        };
        let value = Object::new();
        let is = match &self.0 {
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
            Some(Step::Done(Ok(reply))) => {
                set(&value, "status", &reply.status.into());
                set(&value, "requestId", &text(reply.request_id.as_deref()));
                if let Payload::At(pointer) = reply.payload {
                    set(&value, "data", &document.at(pointer).map_or(JsValue::UNDEFINED, |JsDocument(data)| data));
                }
                "done"
            }
            Some(Step::Done(Err(error))) => {
                set(&value, "error", &failure(error));
                "failed"
            }
            None => "failed",
        };
        set(&value, "is", &JsValue::from_str(is));
        value.into()
    }
}

/// Chooses the name of a downloaded file: the server's, else the caller's, else the path's last part.
#[wasm_bindgen(js_name = fileName)]
#[expect(clippy::needless_pass_by_value, unreachable_pub, reason = "what wasm-bindgen asks of an export")]
pub fn choose_file_name(disposition: Option<String>, asked: Option<String>, path: &str) -> String {
    file_name::choose(disposition.as_deref(), asked.as_deref(), path)
}

#[wasm_bindgen]
extern "C" {
    /// What came of a step, read by duck typing.
    pub type Outcome;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Outcome) -> u16;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Outcome) -> Headers;
    #[wasm_bindgen(method, getter)]
    fn code(this: &Outcome) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn document(this: &Outcome) -> JsValue;

    /// A URL that the browser's parser has split.
    pub type Location;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &Location) -> String;
    #[wasm_bindgen(method, getter)]
    fn pathname(this: &Location) -> String;

    /// A response's headers.
    type Headers;

    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;
}

impl Location {
    fn base_url(&self, setting: &str) -> Result<BaseUrl, Error> {
        BaseUrl::from_parts(&self.origin(), &self.pathname(), setting)
    }
}

impl Outcome {
    fn head(&self) -> Result<Head, Code> {
        if let Some(code) = self.code() {
            return Err(named(&code));
        }
        let headers = self.headers();
        Ok(Head::new(self.status(), |name| headers.get(name)))
    }
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
