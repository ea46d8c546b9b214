//! Reading the session: once for all callers.

use std::pin::Pin;

use js_sys::{Date, Promise};
use twinfetch_core::dialect::Csrf;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::{Presented, Session};
use twinfetch_core::verb::Verb;
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::client::Client;
use crate::deadline::Deadline;
use crate::page;

/// How long a session read or a renewal may take, in milliseconds: it is nobody's call, and so has its own limit.
pub(crate) const TIMEOUT: u32 = 10_000;

impl Client {
    /// Who is signed in, read at most once at a time and kept for a while.
    ///
    /// # Errors
    /// `aborted` or `timed_out` when the caller's wait ended first. What made a read fail is told by
    /// [`Session::Unknown`].
    pub(crate) fn session_within<'a>(
        &'a self,
        deadline: &'a Deadline,
    ) -> Pin<Box<dyn Future<Output = Result<Session<JsValue>, Code>> + 'a>> {
        Box::pin(self.wait_for_session(deadline))
    }

    async fn wait_for_session(&self, deadline: &Deadline) -> Result<Session<JsValue>, Code> {
        self.synchronize();
        loop {
            if let Some(session) = self.settled() {
                return Ok(session);
            }
            deadline.wait(self.read()).await?;
            // Nothing is known where somebody has signed in meanwhile.
            if let Some(session) = self.inner.held.borrow().last() {
                return Ok(session.clone());
            }
        }
    }

    /// The session, while it may be used without being read.
    fn settled(&self) -> Option<Session<JsValue>> {
        let mut held = self.inner.held.borrow_mut();
        held.settle(&self.inner.dialect);
        held.fresh(now()).cloned()
    }

    /// What a call presents as credential; it waits for a session read only where that tells the token.
    pub(crate) async fn present(&self, deadline: &Deadline) -> Result<Presented, Error> {
        self.synchronize();
        if self.inner.held.borrow().waits(&self.inner.dialect, now()) {
            self.session_within(deadline).await.map_err(Error::new)?;
        } else {
            self.renew_early(deadline).await?;
        }
        self.presented()
    }

    /// What a request presents by what is known now.
    pub(crate) fn presented(&self) -> Result<Presented, Error> {
        self.with_cookie(self.inner.held.borrow().present(&self.inner.dialect))
    }

    /// Adds the value of the cookie that the dialect has repeated in a header.
    pub(crate) fn with_cookie(&self, presented: Result<Presented, Error>) -> Result<Presented, Error> {
        let mirrored = match &self.inner.dialect.csrf {
            Some(Csrf::Mirrored { cookie, .. }) => page::cookie(cookie),
            _ => None,
        };
        presented.map(|presented| Presented { mirrored, ..presented })
    }

    /// The read that is under way, or a new one.
    pub(crate) fn read(&self) -> Promise {
        self.inner.reading.join(|| {
            let client = self.clone();
            let started = AbortController::new().map_err(|_| Code::WasmUnavailable).and_then(|controller| {
                let deadline = Deadline::start(TIMEOUT, Some(&controller.signal()))?;
                let read = self.inner.held.borrow().begin();
                self.inner.reader.replace(Some((read, controller.clone())));
                Ok((controller, deadline))
            });
            async move { client.read_once(started).await }
        })
    }

    async fn read_once(&self, started: Result<(AbortController, Deadline), Code>) {
        match started {
            Ok((controller, deadline)) => {
                // What failed is held as an unknown session.
                drop(self.perform_verb(Verb::ReadSession, None, &deadline).await);
                // What a sign-out has ended is nobody's session.
                if controller.signal().aborted() {
                    return;
                }
            }
            Err(code) => {
                let mut held = self.inner.held.borrow_mut();
                let read = held.begin();
                held.finish(read, Session::Unknown(Error::new(code)), now());
            }
        }
        self.inner.asked.set(false);
        self.tell();
    }

    /// Ends a read which began before somebody signed in or out.
    pub(crate) fn drop_stale_read(&self) {
        let held = self.inner.held.borrow();
        let stale = self.inner.reader.borrow_mut().take_if(|(read, _)| !held.concerns(*read));
        drop(held);
        if let Some((_, controller)) = stale {
            self.inner.reading.leave();
            controller.abort();
        }
    }

    /// Takes over what another page or tab keeps by now.
    pub(crate) fn synchronize(&self) {
        let Some((found, before)) = self.inner.keeping.changed() else { return };
        let same = found.continues(&before);
        let mut held = self.inner.held.borrow_mut();
        match found.tokens {
            Some(tokens) if same => held.renew(tokens),
            tokens => held.sign_in(tokens),
        }
        let ended = held.tokens().is_none();
        held.settle(&self.inner.dialect);
        drop(held);
        self.drop_stale_read();
        if ended {
            self.tell();
        }
    }

    /// Calls the listener with the session as it is now.
    pub(crate) fn tell(&self) {
        let listener = self.inner.listener.borrow().clone();
        let session = self.inner.held.borrow().last().cloned();
        if let (Some(listener), Some(session)) = (listener, session) {
            listener(&session);
        }
    }
}

/// The time in milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the time is a positive integer")]
pub(crate) fn now() -> u64 {
    Date::now() as u64
}
