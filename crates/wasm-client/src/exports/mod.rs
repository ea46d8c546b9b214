//! What the npm package gets: the core's decisions as synchronous calls.
//!
//! The package's own driver (`npm/src/driver`) performs the steps in JavaScript, next to `fetch`, streams and timers.
//! Nothing in here waits, so a panic is an exception in the caller's stack, and no executor has to be downloaded.
//!
//! An instance of the wasm works for one client and holds its core itself, so the exports are plain functions: a class
//! would cost 1 kB of glue. A call before `open` is a defect, and traps.

#![expect(unreachable_pub, reason = "what wasm-bindgen asks of an export")]

mod core;
mod file;
mod flight;
mod input;
mod output;
mod taken;

use js_sys::Array;
use twinfetch_core::secret::Secret;
use twinfetch_core::session::Tokens;
use twinfetch_core::verb::{sign_in_address, take_link_token};
use wasm_bindgen::prelude::*;

use self::core::{Core, core};
use input::{Location, Outcome};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Sets the core up from a dialect and from two URLs that were checked; `session_max_age` is in milliseconds, `attempts` how
/// many requests a verb may take where it can be repeated.
///
/// # Errors
/// `dialect_invalid`. Every failure that is thrown is a plain object with `kind`, `code`, `message` and what is known.
#[wasm_bindgen]
pub fn open(
    dialect: JsValue,
    backend: &Location,
    app: &Location,
    session_max_age: f64,
    attempts: u8,
) -> Result<(), JsValue> {
    Core::open(dialect, backend, app, milliseconds(session_max_age), attempts).map_err(|error| output::failure(&error))
}

/// Whether a call has to wait for a session read; `now` is in milliseconds since 1970.
#[wasm_bindgen]
pub fn waits(now: f64) -> bool {
    let core = core();
    core.held.waits(core.dialect, milliseconds(now))
}

/// The session, while it may be used without being read again; `now` is in milliseconds since 1970.
#[wasm_bindgen]
pub fn fresh(now: f64) -> JsValue {
    let mut core = core();
    let dialect = core.dialect;
    core.held.settle(dialect);
    output::session(core.held.fresh(milliseconds(now)), dialect)
}

/// The session as it was last known.
#[wasm_bindgen]
pub fn session() -> JsValue {
    let core = core();
    output::session(core.held.last(), core.dialect)
}

/// Has the session read again before its next use: it may have changed elsewhere.
#[wasm_bindgen]
pub fn forget() {
    core().held.forget();
}

/// Starts a call as who was signed in when the session was last read, and returns the number of its flight. `headers` is a
/// list of pairs, `mirrored` the value of the cookie that the dialect mirrors. The call takes at most as many `attempts`, and
/// 0 stands for one whose body can be sent once only.
#[wasm_bindgen]
pub fn start(method: &str, path: &str, headers: &Array, raw: bool, mirrored: Option<String>, attempts: u8) -> usize {
    core().start(method, path, headers, raw, mirrored, attempts)
}

/// Starts a download as who was signed in when the session was last read, and returns the number of its flight. `asked` is the
/// name that the caller gives the file; `restarts` says whether what was taken can be given up for a new beginning.
#[wasm_bindgen]
pub fn download(path: &str, headers: &Array, asked: Option<String>, restarts: bool, attempts: u8) -> usize {
    core().download(path, headers, asked, restarts, attempts)
}

/// Takes note of how many bytes of a flight's file there are: `{ rate, remaining }`, in bytes a second and milliseconds as far as
/// they are known, when it is time to tell of it, at most ten times a second. `now` is in milliseconds of any clock.
#[wasm_bindgen]
pub fn measure(flight: usize, now: f64, done: f64, total: Option<f64>) -> JsValue {
    output::pace(core().measure(flight, milliseconds(now), milliseconds(done), total.map(milliseconds)))
}

/// Starts a verb, by its name, and returns the number of its flight.
#[wasm_bindgen]
pub fn verb(name: &str, mirrored: Option<String>) -> usize {
    core().verb(name, mirrored)
}

/// Tells a flight what came of its last step, nothing at first, and returns the next:
///
/// | `is` | what to do, and the outcome to tell |
/// | --- | --- |
/// | `send` | `method`, `url`, `headers`, `credentials`, `body`: send it; `{ status, headers, filtered }` or `{ code }` |
/// | `read` | `what`: read the body; `{ document }`, `{}` or `{ code }` |
/// | `renew` | `verb`: perform it, if there is one; `{}` |
/// | `wait` | `milliseconds`: let them pass; `{}` |
/// | `take` | `anew`, `received`, `total`, `filename`: take the body, from the file's beginning or behind what was received; `{ received }` with the bytes that came, and `code` where it broke off |
/// | `done` | nothing: `status`, `requestId`, `data` |
/// | `failed` | nothing: `error` |
///
/// `{ code }` may be told of any step: the flight is stopped there. `now` is in milliseconds since 1970, `left` how many the call
/// still has.
#[wasm_bindgen]
pub fn advance(flight: usize, outcome: &Outcome, now: f64, left: f64) -> JsValue {
    core().advance(flight, outcome, milliseconds(now), milliseconds(left))
}

/// Gives a flight's number back, wherever it is.
#[wasm_bindgen]
pub fn end(flight: usize) {
    core().end(flight);
}

/// When the tokens are to be renewed without having been refused, in milliseconds since 1970; never, which is
/// infinite, when they cannot be. `random`, any number below 2³², is the client's own.
#[wasm_bindgen(js_name = dueAt)]
pub fn due_at(random: u32) -> f64 {
    core().due_at(random)
}

/// The tokens to keep, `{ access, refresh, expires }`, the end in milliseconds since 1970; none when there are none.
#[wasm_bindgen]
pub fn tokens() -> JsValue {
    output::tokens(core().held.tokens())
}

/// Takes over tokens that were kept by another page or tab; without an access token the session is over.
#[wasm_bindgen]
pub fn restore(access: Option<String>, refresh: Option<String>, same: bool) {
    let tokens = access.map(|access| Tokens { access: Secret::new(access), refresh: refresh.map(Secret::new) });
    match tokens {
        Some(tokens) if same => core().held.renew(tokens),
        other => core().held.sign_in(other),
    }
}

/// Whether the user may do this; nothing while that is unknown.
#[wasm_bindgen]
pub fn can(code: &str) -> Option<bool> {
    core().held.permissions().map(|permissions| permissions.can(code))
}

/// Takes a link's token out of an address's query and fragment, signs in by it, and returns what is left of both.
#[wasm_bindgen(js_name = takeLink)]
pub fn take_link(query: &str, fragment: &str) -> JsValue {
    let mut core = core();
    let taken = core.dialect.link.and_then(|link| take_link_token(query, fragment, link.parameter));
    let Some((access, query, fragment)) = taken else { return JsValue::UNDEFINED };
    core.held.sign_in(Some(Tokens { access, refresh: None }));
    output::pair(&query, &fragment)
}

/// The address of the provider's sign-in page, which leads back to a path of the app.
///
/// # Errors
/// `call_invalid` when the way back is no path of the app, `config_invalid` when the dialect has no such page.
#[wasm_bindgen(js_name = signInAddress)]
pub fn provider_address(return_to: &str) -> Result<JsValue, JsValue> {
    let core = core();
    let address = sign_in_address(core.dialect, &core.sites.backend, return_to);
    address.map(|address| JsValue::from_str(&address)).map_err(|error| output::failure(&error))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a negative time saturates to zero")]
const fn milliseconds(time: f64) -> u64 {
    time as u64
}
