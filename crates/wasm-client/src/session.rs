//! Reading the session: once for all callers.

use std::pin::Pin;

use js_sys::{Date, Promise};
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::{Presented, Session};
use twinfetch_core::verb::{Flow, Next, Outcome, Verb};
use wasm_bindgen::JsValue;
use web_sys::RequestCache;

use crate::client::Client;
use crate::deadline::Deadline;
use crate::document::JsDocument;
use crate::fetch::Sending;
use crate::identity;

/// How long a session read may take, in milliseconds.
const TIMEOUT: u32 = 10_000;

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
        if let Some(session) = self.inner.held.borrow().fresh(now()) {
            return Ok(session.clone());
        }
        deadline.wait(self.read()).await?;
        let held = self.inner.held.borrow();
        Ok(held.last().cloned().unwrap_or(Session::Anonymous))
    }

    /// What a call presents as credential.
    pub(crate) async fn present(&self, deadline: &Deadline) -> Result<Presented, Error> {
        let session = self.session_within(deadline).await.map_err(Error::new)?;
        session.present(self.inner.held.borrow().generation())
    }

    /// Gets a token newer than `generation`, if there is one.
    pub(crate) async fn renew(&self, generation: u64, deadline: &Deadline) -> Result<Presented, Error> {
        if self.inner.held.borrow().generation() == generation {
            self.inner.held.borrow_mut().forget();
        }
        self.present(deadline).await
    }

    /// The read that is under way, or a new one. It goes on when the caller who started it leaves.
    fn read(&self) -> Promise {
        if let Some(reading) = &*self.inner.reading.borrow() {
            return reading.clone();
        }
        let client = self.clone();
        let reading = wasm_bindgen_futures::future_to_promise(async move {
            let read = client.inner.held.borrow().begin();
            let found = client.find().await.unwrap_or_else(Session::Unknown);
            client.inner.held.borrow_mut().finish(read, found, now());
            client.inner.reading.replace(None);
            client.tell();
            Ok(JsValue::UNDEFINED)
        });
        self.inner.reading.replace(Some(reading.clone()));
        reading
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

impl Client {
    async fn find(&self) -> Result<Session<JsValue>, Error> {
        let deadline = Deadline::start(TIMEOUT, None).map_err(Error::new)?;
        let sending = Sending { cache: Some(RequestCache::NoStore), ..Sending::default() };
        let presented = self.inner.held.borrow().present(&self.inner.dialect).unwrap_or_default();
        let (mut flow, mut next) = Flow::start(&self.inner.dialect, &self.inner.sites, Verb::ReadSession, presented);
        let mut document = None;
        loop {
            next = match next {
                Next::Step(step) => {
                    let ended = Box::pin(self.perform(step, &sending, &deadline)).await;
                    let ended = ended.map(|ended| document = ended.document);
                    flow.next(&self.inner.sites, ended.map(|()| document.as_ref()))
                }
                Next::Done(ended) => {
                    let Outcome::Session(standing) = ended? else { return Ok(Session::Anonymous) };
                    let claims = document.unwrap_or(JsDocument(JsValue::UNDEFINED));
                    let tokens = self.inner.held.borrow().tokens().cloned();
                    return Ok(identity::session(&self.inner.dialect, standing, claims, tokens.as_ref()));
                }
            }
        }
    }
}

/// The time in milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the time is a positive integer")]
pub(crate) fn now() -> u64 {
    Date::now() as u64
}
