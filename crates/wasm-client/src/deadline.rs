//! When something stops waiting: its time is over, or its caller gave up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise};
use twinfetch_core::error::Code;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

/// A limit in time, together with the caller's own signal.
pub(crate) struct Deadline {
    controller: AbortController,
    timed_out: Rc<Cell<bool>>,
    timer: RefCell<JsValue>,
    on_time: Closure<dyn FnMut()>,
    abort: Option<(AbortSignal, Closure<dyn FnMut()>)>,
    timeout: Cell<u32>,
    /// When the time is over, by the page's own clock.
    end: Cell<f64>,
}

/// What a timer can wait at most, in milliseconds: a longer wait would be none.
const LONGEST: u32 = i32::MAX as u32;

impl Deadline {
    /// Starts the clock; `timeout` is in milliseconds, 0 means no limit.
    pub(crate) fn start(timeout: u32, signal: Option<&AbortSignal>) -> Result<Self, Code> {
        if signal.is_some_and(AbortSignal::aborted) {
            return Err(Code::Aborted);
        }
        let controller = AbortController::new().map_err(|_| Code::WasmUnavailable)?;
        let timed_out = Rc::new(Cell::new(false));
        let on_time = {
            let (controller, timed_out) = (controller.clone(), timed_out.clone());
            Closure::new(move || {
                timed_out.set(true);
                controller.abort();
            })
        };
        let abort = signal.map(|signal| {
            let controller = controller.clone();
            let closure = Closure::<dyn FnMut()>::new(move || controller.abort());
            listen(signal, closure.as_ref().unchecked_ref());
            (signal.clone(), closure)
        });
        let (timer, end) = (RefCell::new(JsValue::UNDEFINED), Cell::default());
        let deadline = Self { controller, timed_out, timer, on_time, abort, timeout: Cell::new(timeout), end };
        deadline.extend();
        Ok(deadline)
    }

    /// Starts the clock anew: something has arrived.
    pub(crate) fn extend(&self) {
        let timeout = self.timeout.get();
        self.end.set(now() + f64::from(timeout));
        let timer = match timeout {
            0 => JsValue::UNDEFINED,
            timeout => set_timeout(self.on_time.as_ref().unchecked_ref(), timeout.min(LONGEST)),
        };
        clear_timeout(&self.timer.replace(timer));
    }

    /// Starts the clock anew, with another limit.
    pub(crate) fn limit(&self, timeout: u32) {
        self.timeout.set(timeout);
        self.extend();
    }

    /// How much time there is, in milliseconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a wait that is negative is none")]
    pub(crate) fn left(&self) -> u64 {
        if self.timeout.get() == 0 { u64::MAX } else { (self.end.get() - now()) as u64 }
    }

    /// What `fetch` listens to.
    pub(crate) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// Ends what listens to the signal.
    pub(crate) fn abort(&self) {
        self.controller.abort();
    }

    /// Waits for a promise, but not longer than the deadline.
    pub(crate) async fn wait(&self, promise: Promise) -> Result<JsValue, Code> {
        let signal = self.signal();
        if signal.aborted() {
            return Err(self.cause(Code::Aborted));
        }
        let listener = RefCell::new(None);
        let over = Promise::new(&mut |_, reject| {
            listen(&signal, &reject);
            listener.replace(Some(reject));
        });
        let both = js_sys::Array::of2(&promise, &over);
        let ended = JsFuture::from(Promise::race(&both)).await.map_err(|_| self.cause(Code::NetworkFailed));
        if let Some(listener) = listener.take() {
            drop(signal.remove_event_listener_with_callback("abort", &listener));
        }
        ended
    }

    /// Waits for a time, in milliseconds, but not longer than the deadline.
    pub(crate) async fn sleep(&self, milliseconds: u64) -> Result<(), Code> {
        let milliseconds = u32::try_from(milliseconds).unwrap_or(LONGEST).min(LONGEST);
        let timer = RefCell::new(JsValue::UNDEFINED);
        let over = Promise::new(&mut |resolve, _| drop(timer.replace(set_timeout(&resolve, milliseconds))));
        let ended = self.wait(over).await;
        clear_timeout(&timer.borrow());
        ended.map(drop)
    }

    /// Why something failed: the deadline, the caller, or else `other`.
    pub(crate) fn cause(&self, other: Code) -> Code {
        if self.timed_out.get() {
            Code::TimedOut
        } else if self.controller.signal().aborted() {
            Code::Aborted
        } else {
            other
        }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        clear_timeout(&self.timer.borrow());
        if let Some((signal, closure)) = &self.abort {
            drop(signal.remove_event_listener_with_callback("abort", closure.as_ref().unchecked_ref()));
        }
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    pub(crate) fn set_timeout(handler: &Function, delay: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);

    /// A clock that nobody sets.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// Now, in milliseconds of a clock that nobody sets.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it counts from the page's beginning")]
pub(crate) fn milliseconds() -> u64 {
    now() as u64
}

fn listen(signal: &AbortSignal, listener: &Function) {
    drop(signal.add_event_listener_with_callback("abort", listener));
}
