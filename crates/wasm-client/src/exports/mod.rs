//! What the npm package gets: the core's decisions as synchronous calls.
//!
//! The package's own driver (`npm/src/driver`) performs the steps in JavaScript, next to `fetch`, streams and timers.
//! Nothing in here waits, so a panic is an exception in the caller's stack, and no executor has to be downloaded.

mod flight;
mod input;
mod output;

use js_sys::Array;
use twinfetch_core::address::{BaseUrl, Path};
use twinfetch_core::call::{Accept, Call, Method};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::Error;
use twinfetch_core::exchange::{Exchange, Step};
use twinfetch_core::file_name;
use twinfetch_core::session::{Held, Presented, Read, Session};
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;
use crate::identity;
use flight::Flight;
use input::{Location, Outcome};

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
}

#[wasm_bindgen]
impl Core {
    /// Builds a core from a dialect and from two URLs that were checked; `sessionMaxAge` is in milliseconds.
    ///
    /// # Errors
    /// `dialect_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(dialect: JsValue, backend: &Location, app: &Location, session_max_age: f64) -> Result<Self, JsValue> {
        let build = || {
            let dialect = Dialect::read_checked(&JsDocument(dialect))?;
            let (backend, app) = (backend.base_url(), app.base_url());
            let session_url = identity::url(&dialect, &app, &backend)?;
            let held = Held::new(milliseconds(session_max_age));
            let dialect: &'static Dialect = Box::leak(Box::new(dialect));
            Ok(Self { dialect, backend, session_url, held, reading: None })
        };
        build().map_err(|error: Error| output::failure(&error))
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

    /// Takes over what a session read found, an answer with its document or a code, and returns the session.
    pub fn found(&mut self, outcome: &Outcome, now: f64) -> JsValue {
        let read = self.reading.take().unwrap_or_else(|| self.held.begin());
        let found = match outcome.head() {
            Ok(head) => identity::session(self.dialect, &head, Some(JsDocument(outcome.document()))),
            Err(code) => Err(Error::new(code)),
        };
        let found = found.unwrap_or_else(Session::Unknown);
        let value = output::session_value(&found, self.dialect);
        self.held.finish(read, found, milliseconds(now));
        value
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

/// Chooses the name of a downloaded file: the server's, else the caller's, else the path's last part.
#[wasm_bindgen(js_name = fileName)]
#[expect(clippy::needless_pass_by_value, unreachable_pub, reason = "what wasm-bindgen asks of an export")]
pub fn choose_file_name(disposition: Option<String>, asked: Option<String>, path: &str) -> String {
    file_name::choose(disposition.as_deref(), asked.as_deref(), path)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a negative time saturates to zero")]
const fn milliseconds(time: f64) -> u64 {
    time as u64
}
