//! Renewing what was refused or is about to end: once for all calls, and in one tab at a time.

use js_sys::{Array, Object, Promise, Reflect};
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::Presented;
use twinfetch_core::token::Lifetime;
use twinfetch_core::verb::Verb;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

use crate::client::Client;
use crate::deadline::{Deadline, set_timeout};
use crate::identity::lifetime;
use crate::session::{TIMEOUT, now};

/// How long a tab waits for its turn, in milliseconds.
const LONGEST: u32 = 15_000;

/// How long before their end tokens are renewed early at most, in milliseconds.
const MARGIN: u64 = 30_000;

/// How long it takes until all tabs see what one has written, in milliseconds. Storage travels on its own way: in
/// Chromium a tab that gets a lock at once may still read what was there before.
const SPREAD: u32 = 100;

impl Client {
    /// Renews tokens that are about to end, beside the call that found it out; a call with a token that has ended waits.
    pub(crate) async fn renew_early(&self, deadline: &Deadline) -> Result<(), Error> {
        let lifetime = self.lifetime();
        let due_at = self.inner.held.borrow().due_at(&self.inner.dialect, lifetime, self.inner.chance);
        let now = now();
        if self.inner.mistimed.get() || due_at.is_none_or(|due_at| now < due_at) {
            return Ok(());
        }
        let renewal = self.renew_by(Verb::Refresh);
        if lifetime.is_some_and(|lifetime| lifetime.expires_at <= now) {
            deadline.wait(renewal).await.map_err(Error::new)?;
        }
        Ok(())
    }

    /// How long the access token says that it lives.
    fn lifetime(&self) -> Option<Lifetime> {
        lifetime(self.inner.held.borrow().tokens()?.access.expose())
    }

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
                let turn = alone(key, async move { work.renew_alone(verb, generation).await }).await;
                if let Err(cause) = turn {
                    client.inner.held.borrow_mut().fail_renewal(Error::new(cause), now());
                }
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
            // A clock by which new tokens have all but ended says nothing of those of another tab.
            let ends = self.lifetime().map(|lifetime| lifetime.expires_at);
            self.inner.mistimed.set(ends.is_some_and(|ends| ends < now() + MARGIN));
        }
    }
}

/// Does work while no other tab does: a refresh token is spent once. Where there are no locks it is done at once. The lock
/// has the name of the entry that holds the token; the npm package takes the same.
async fn alone(lock: &str, work: impl Future<Output = ()> + 'static) -> Result<(), Code> {
    let mut finish = None;
    let finished = Promise::new(&mut |resolve, _| finish = Some(resolve));
    let work = future_once(async move {
        work.await;
        // Who renewed here goes on; the others wait for what was written.
        if let Some(finish) = finish {
            drop(finish.call0(&JsValue::UNDEFINED));
        }
        let spread = Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, SPREAD)));
        drop(JsFuture::from(spread).await);
    });
    let options = Object::new();
    drop(Reflect::set(&options, &"signal".into(), &AbortSignal::timeout_with_u32(LONGEST)));
    let refusal = match request_lock(lock, &options, &work) {
        Ok(locked) => JsFuture::from(Promise::race(&Array::of2(&finished, &locked))).await.err(),
        Err(refusal) => Some(refusal),
    };
    let Some(refusal) = refusal else { return Ok(()) };
    let name = Reflect::get(&refusal, &"name".into()).ok().and_then(|name| name.as_string());
    if name.as_deref() == Some("TimeoutError") {
        return Err(Code::TimedOut);
    }
    if work.call0(&JsValue::UNDEFINED).is_ok() {
        drop(JsFuture::from(finished).await);
    }
    Ok(())
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
    fn request_lock(name: &str, options: &Object, work: &js_sys::Function) -> Result<Promise, JsValue>;
}
