//! Reading the session: once for all callers.

use std::pin::Pin;

use js_sys::{Date, Promise};
use twinfetch_core::call::{Method, Request};
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::{Presented, Session};
use wasm_bindgen::JsValue;
use web_sys::RequestCache;

use crate::client::{Client, Inner};
use crate::deadline::Deadline;
use crate::fetch::{self, Sending};
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
            let found = client.inner.find().await.unwrap_or_else(Session::Unknown);
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

impl Inner {
    async fn find(&self) -> Result<Session<JsValue>, Error> {
        let deadline = Deadline::start(TIMEOUT, None).map_err(Error::new)?;
        let request = Request {
            method: Method::Get,
            url: identity::url(&self.dialect, &self.app, &self.backend)?,
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            authorization: None,
            with_body: false,
        };
        let sending = Sending { cache: Some(RequestCache::NoStore), with_cookies: true, ..Sending::default() };
        let response = fetch::send(&request, &sending, &deadline).await.map_err(Error::new)?;
        let head = fetch::head(&response);
        let document = if head.is_json() {
            fetch::document(response, &deadline).await.map_err(|code| Error::new(code).with_head(&head))?
        } else {
            None
        };
        identity::session(&self.dialect, &head, document)
    }
}

/// The time in milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the time is a positive integer")]
pub(crate) fn now() -> u64 {
    Date::now() as u64
}
