//! What the npm package gets: the core's decisions as synchronous calls.
//!
//! The package's own driver (`npm/src/driver`) performs the steps in JavaScript, next to `fetch`, streams and timers.
//! Nothing in here waits, so a panic is an exception in the caller's stack, and no executor has to be downloaded.

mod flight;
mod input;
mod output;
mod taken;

use js_sys::Array;
use twinfetch_core::address::Path;
use twinfetch_core::call::{Accept, Call, Method};
use twinfetch_core::dialect::Dialect;
use twinfetch_core::error::Error;
use twinfetch_core::exchange::{Exchange, Step};
use twinfetch_core::file_name;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::{Held, Tokens};
use twinfetch_core::verb::{Flow, Sites, Verb, sign_in_address, take_link_token};
use wasm_bindgen::prelude::*;

use crate::document::JsDocument;
use flight::{Flight, Underway};
use input::Location;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// One client's core. Every failure that it throws is a plain object with `kind`, `code`, `message` and what is known.
#[wasm_bindgen]
pub struct Core {
    /// Lives as long as the page, like the client it belongs to: exchanges borrow it.
    dialect: &'static Dialect,
    sites: Sites,
    held: Held<JsValue>,
}

#[wasm_bindgen]
impl Core {
    /// Builds a core from a dialect and from two URLs that were checked; `sessionMaxAge` is in milliseconds.
    ///
    /// # Errors
    /// `dialect_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(dialect: JsValue, backend: &Location, app: &Location, session_max_age: f64) -> Result<Self, JsValue> {
        let dialect = Dialect::read_checked(&JsDocument(dialect)).map_err(|error| output::failure(&error))?;
        let sites = Sites { backend: backend.base_url(), app: Some(app.base_url()) };
        let held = Held::new(milliseconds(session_max_age));
        Ok(Self { dialect: Box::leak(Box::new(dialect)), sites, held })
    }

    /// Whether a call has to wait for a session read; `now` is in milliseconds since 1970.
    pub fn waits(&self, now: f64) -> bool {
        self.held.waits(self.dialect, milliseconds(now))
    }

    /// The session, while it may be used without being read again; `now` is in milliseconds since 1970.
    pub fn fresh(&mut self, now: f64) -> JsValue {
        self.held.settle(self.dialect);
        self.held.fresh(milliseconds(now)).map_or(JsValue::UNDEFINED, |session| self.session_value(session))
    }

    /// The session as it was last known.
    pub fn session(&self) -> JsValue {
        self.held.last().map_or(JsValue::UNDEFINED, |session| self.session_value(session))
    }

    /// Has the session read again before its next use: it may have changed elsewhere.
    pub fn forget(&mut self) {
        self.held.forget();
    }

    /// Starts a call as who was signed in when the session was last read. `headers` is a list of pairs, `mirrored` the
    /// value of the cookie that the dialect mirrors.
    pub fn start(&self, method: &str, path: &str, headers: &Array, raw: bool, mirrored: Option<String>) -> Flight {
        let prepare = || {
            let path = Path::parse(path, &self.sites.backend)?;
            let mut call = Call::new(Method::parse(method)?, path);
            for pair in headers.iter() {
                let pair: &Array = pair.unchecked_ref();
                let text = |index| pair.get(index).as_string().unwrap_or_default();
                call = call.header(&text(0), &text(1))?;
            }
            Ok(call.accept(if raw { Accept::Raw } else { Accept::Json }))
        };
        Flight::call(match prepare() {
            Ok(call) => {
                let mut presented = self.held.present(self.dialect);
                if let Ok(presented) = &mut presented {
                    presented.mirrored = mirrored;
                }
                Exchange::start(self.dialect, &self.sites.backend, call, presented)
            }
            Err(error) => Step::Done(Err(error)),
        })
    }

    /// Starts a verb, by its name.
    pub fn verb(&self, name: &str, mirrored: Option<String>) -> Flight {
        let verb = Verb::ALL.iter().find(|verb| verb.name() == name).copied().unwrap_or(Verb::ReadSession);
        let mut presented = self.held.present(self.dialect).unwrap_or_default();
        presented.mirrored = mirrored;
        let (flow, next) = Flow::start(self.dialect, &self.sites, verb, presented);
        Flight::verb(next, Underway { flow, errand: self.held.set_out(verb) })
    }

    /// The tokens to keep, `{ access, refresh, expires }`, the end in milliseconds since 1970; none when there are none.
    pub fn tokens(&self) -> JsValue {
        output::tokens_value(self.held.tokens())
    }

    /// Takes over tokens that were kept by another page or tab; without an access token the session is over.
    pub fn restore(&mut self, access: Option<String>, refresh: Option<String>, same: bool) {
        match access {
            Some(access) => {
                let tokens = Tokens { access: Secret::new(access), refresh: refresh.map(Secret::new) };
                if same {
                    self.held.renew(tokens);
                } else {
                    self.held.sign_in(Some(tokens));
                }
            }
            None => self.held.sign_in(None),
        }
    }

    /// Whether the user may do this; nothing while that is unknown.
    pub fn can(&self, code: &str) -> Option<bool> {
        self.held.permissions().map(|permissions| permissions.can(code))
    }

    /// Takes a link's token out of an address's query and fragment, signs in by it, and returns what is left of both.
    #[wasm_bindgen(js_name = takeLink)]
    pub fn take_link(&mut self, query: &str, fragment: &str) -> Option<Array> {
        let parameter = &self.dialect.link.as_ref()?.parameter;
        let (access, query, fragment) = take_link_token(query, fragment, parameter)?;
        self.held.sign_in(Some(Tokens { access, refresh: None }));
        Some(Array::of2(&JsValue::from_str(&query), &JsValue::from_str(&fragment)))
    }

    /// The address of the provider's sign-in page, which leads back to a path of the app.
    ///
    /// # Errors
    /// `call_invalid` when the way back is no path of the app, `config_invalid` when the dialect has no such page.
    #[wasm_bindgen(js_name = signInAddress)]
    pub fn sign_in_address(&self, return_to: &str) -> Result<String, JsValue> {
        sign_in_address(self.dialect, &self.sites.backend, return_to).map_err(|error: Error| output::failure(&error))
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
