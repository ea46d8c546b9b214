//! Renewing what was refused: once for all calls, and in one tab at a time.

use js_sys::Promise;
use twinfetch_core::error::Error;
use twinfetch_core::session::Presented;
use twinfetch_core::verb::Verb;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::client::Client;
use crate::deadline::Deadline;
use crate::session::{TIMEOUT, now};

impl Client {
    /// Gets a token newer than `generation` by what the core names, if there is one to be had. `within` is the verb that
    /// waits for it.
    pub(crate) async fn renew(
        &self,
        generation: u64,
        within: Option<Verb>,
        deadline: &Deadline,
    ) -> Result<Presented, Error> {
        self.synchronize();
        let dialect = &self.inner.dialect;
        let verb = self.inner.held.borrow_mut().renewal(dialect, generation, now());
        let work = match verb {
            // A verb cannot wait for itself.
            verb if verb == within => None,
            Some(Verb::ReadSession) => Some(self.read()),
            Some(verb) => Some(self.renew_by(verb)),
            None => None,
        };
        if let Some(work) = work {
            deadline.wait(work).await.map_err(Error::new)?;
        }
        self.with_cookie(self.inner.held.borrow().present_renewed(dialect, generation))
    }

    /// The renewal that is under way, or a new one. What it brought, or why it failed, is held.
    fn renew_by(&self, verb: Verb) -> Promise {
        self.inner.renewing.join(|| {
            let client = self.clone();
            async move {
                let generation = client.inner.held.borrow().generation();
                let work = client.clone();
                let key = client.inner.keeping.key();
                alone(key, async move { work.renew_alone(verb, generation).await }).await;
                if client.inner.held.borrow().tokens().is_none() {
                    client.tell();
                }
            }
        })
    }

    async fn renew_alone(&self, verb: Verb, generation: u64) {
        // Another tab may have spent the refresh token, and kept what it got for it.
        self.synchronize();
        if self.inner.held.borrow().generation() != generation {
            return;
        }
        if let Ok(deadline) = Deadline::start(TIMEOUT, None) {
            drop(self.perform_verb(verb, None, &deadline).await);
        }
    }
}

/// Does work while no other tab does: a refresh token is spent once. Where there are no locks it is done at once. The lock
/// has the name of the entry that holds the token; the npm package takes the same.
async fn alone(lock: &str, work: impl Future<Output = ()> + 'static) {
    let work = future_once(work);
    let locked = request_lock(lock, &work).map(JsFuture::from);
    let refused = match locked {
        Ok(locked) => locked.await.is_err(),
        Err(_) => true,
    };
    if refused && let Ok(promise) = work.call0(&JsValue::UNDEFINED) {
        drop(JsFuture::from(Promise::from(promise)).await);
    }
}

/// A function which does the work when it is called first.
fn future_once(work: impl Future<Output = ()> + 'static) -> js_sys::Function {
    let mut work = Some(work);
    let run = Closure::<dyn FnMut() -> Promise>::new(move || match work.take() {
        Some(work) => future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        }),
        None => Promise::resolve(&JsValue::UNDEFINED),
    });
    run.into_js_value().unchecked_into()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, work: &js_sys::Function) -> Result<Promise, JsValue>;
}
