//! Taking over what a verb brought.

use js_sys::{Array, Object};
use twinfetch_core::error::{Code, Error};
use twinfetch_core::session::Session;
use twinfetch_core::verb::{Outcome, Permissions, Verb};
use wasm_bindgen::prelude::*;

use super::Core;
use super::flight::Errand;
use super::output::{failure, link_value, session_value, set};
use crate::document::JsDocument;
use crate::identity;

impl Core {
    /// Takes over what a verb brought, and returns what JavaScript is to see of it.
    pub(super) fn take(
        &mut self,
        errand: &Errand,
        ended: Result<Outcome, Error>,
        document: Option<&JsDocument>,
        now: u64,
    ) -> Result<JsValue, Error> {
        match (errand.verb, ended) {
            (Verb::SignOut, ended) => {
                let told = Verb::was_told(&ended);
                self.held.sign_out(told, now);
                let value = Object::new();
                set(&value, "serverTold", &told.into());
                if let (false, Err(cause)) = (told, ended) {
                    set(&value, "cause", &failure(&cause));
                }
                return Ok(value.into());
            }
            (Verb::Refresh, Ok(Outcome::Tokens(tokens))) => self.held.renew(tokens),
            (Verb::Refresh, Err(cause)) => {
                self.held.fail_renewal(cause.clone(), now);
                return Err(cause);
            }
            (Verb::ReadSession, Err(cause)) => self.held.finish(errand.read, Session::Unknown(cause), now),
            (_, Err(error)) => return Err(error),
            (_, Ok(Outcome::Session(standing))) => {
                let claims = document.cloned().unwrap_or(JsDocument(JsValue::UNDEFINED));
                let session = identity::session(self.dialect, standing, claims, self.held.tokens());
                self.held.finish(errand.read, session, now);
            }
            (_, Ok(Outcome::Tokens(tokens))) => self.held.sign_in(Some(tokens)),
            (_, Ok(Outcome::Accepted)) => self.held.sign_in(None),
            (_, Ok(Outcome::Gone)) => self.held.sign_out(true, now),
            (_, Ok(Outcome::Link(link))) => return Ok(link_value(&link)),
            (_, Ok(Outcome::Permissions(codes))) => {
                let fields = self.dialect.permissions.as_ref().ok_or_else(|| Error::new(Code::ConfigInvalid))?;
                let list: Array = codes.iter().map(|code| JsValue::from_str(code)).collect();
                let claims = match self.held.last() {
                    Some(Session::Authenticated(session)) => Some(JsDocument(session.claims.clone())),
                    _ => None,
                };
                self.held.allow(errand.read, Permissions::new(fields, codes, claims.as_ref()));
                let value = Object::new();
                set(&value, "codes", &list);
                return Ok(value.into());
            }
        }
        Ok(JsValue::UNDEFINED)
    }

    pub(super) fn session_value(&self, session: &Session<JsValue>) -> JsValue {
        session_value(session, self.dialect)
    }
}
