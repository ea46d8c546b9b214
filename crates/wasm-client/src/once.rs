//! Work that is done once for all who want it at the same time.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// Work that is done once for all who want it at the same time. It goes on when the caller who started it leaves.
#[derive(Clone, Default)]
pub(crate) struct Once {
    underway: Rc<RefCell<Option<Underway>>>,
}

/// Work on its way, with what tells it from later work.
struct Underway {
    turn: Rc<()>,
    promise: Promise,
}

impl Once {
    /// The work that is under way, or new work: a promise which is resolved at its end.
    pub(crate) fn join<F: Future<Output = ()> + 'static>(&self, start: impl FnOnce() -> F) -> Promise {
        if let Some(underway) = &*self.underway.borrow() {
            return underway.promise.clone();
        }
        let (turn, work, once) = (Rc::new(()), start(), self.clone());
        let own = turn.clone();
        let promise = future_to_promise(async move {
            work.await;
            once.underway.borrow_mut().take_if(|underway| Rc::ptr_eq(&underway.turn, &own));
            Ok(JsValue::UNDEFINED)
        });
        self.underway.replace(Some(Underway { turn, promise: promise.clone() }));
        promise
    }

    /// Leaves the work that is under way to those who wait for it; who comes now begins anew.
    pub(crate) fn leave(&self) {
        self.underway.replace(None);
    }
}
