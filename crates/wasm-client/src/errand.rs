//! Performing a verb, and taking over what it brings.

use std::pin::Pin;

use twinfetch_core::error::Error;
use twinfetch_core::session::{Read, Taken};
use twinfetch_core::verb::{Flow, Next, Permissions, Verb};
use wasm_bindgen::JsValue;
use web_sys::RequestCache;

use crate::body::Body;
use crate::client::Client;
use crate::deadline::Deadline;
use crate::document::JsDocument;
use crate::fetch::Sending;
use crate::identity;
use crate::session::now;

impl Client {
    /// Performs a verb with what its caller gave. Boxed: a call may renew, and a renewal is a verb.
    pub(crate) fn perform_verb<'a>(
        &'a self,
        verb: Verb,
        body: Option<&'a Body>,
        deadline: &'a Deadline,
    ) -> Pin<Box<dyn Future<Output = Result<Taken, Error>> + 'a>> {
        Box::pin(self.run_errand(verb, body, deadline))
    }

    async fn run_errand(&self, verb: Verb, body: Option<&Body>, deadline: &Deadline) -> Result<Taken, Error> {
        let (dialect, sites) = (&self.inner.dialect, &self.inner.sites);
        let sending = Sending { body, cache: Some(RequestCache::NoStore), verb: Some(verb) };
        let errand = self.inner.held.borrow().set_out(verb);
        let (mut flow, mut next) =
            Flow::start(dialect, sites, verb, self.presented().unwrap_or_default(), self.inner.retry);
        let mut document = None;
        let ended = loop {
            next = match next {
                Next::Step(step) => {
                    let ended = self.perform(step, &sending, deadline).await;
                    let ended = ended.map(|ended| document = ended.document);
                    flow.next(sites, ended.map(|()| document.as_ref()))
                }
                Next::Done(ended) => break ended,
            }
        };
        let mut held = self.inner.held.borrow_mut();
        let ended = ended.map(|outcome| {
            let claims = document.unwrap_or(JsDocument(JsValue::UNDEFINED));
            outcome.with_session(|standing| identity::session(dialect, standing, claims, held.tokens()))
        });
        let permissions = |codes: &[String], claims: Option<&JsValue>| self.allowed(codes, claims);
        let taken = held.take(errand, ended, permissions, now());
        drop(held);
        if verb == Verb::Refresh {
            // What another tab has kept meanwhile is newer, or somebody else's: what came here is dropped for it.
            self.synchronize();
        }
        self.settle_since(errand.read);
        taken
    }

    /// Has the tokens that are held now outlive the page, and ends a session read from before a sign-in or a sign-out.
    pub(crate) fn settle_since(&self, before: Read) {
        let held = self.inner.held.borrow();
        self.inner.keeping.keep(held.tokens(), !held.concerns(before));
        drop(held);
        self.drop_stale_read();
    }

    /// What codes and the claims of a session allow.
    pub(crate) fn allowed(&self, codes: &[String], claims: Option<&JsValue>) -> Permissions {
        let claims = claims.map(|claims| JsDocument(claims.clone()));
        let fields = self.inner.dialect.permissions.as_ref();
        fields.map(|fields| Permissions::new(fields, codes.to_vec(), claims.as_ref())).unwrap_or_default()
    }
}
