//! Taking over what a verb brought.

use js_sys::{Array, Object};
use twinfetch_core::error::Error;
use twinfetch_core::session::{Session, SignedOut, Taken};
use twinfetch_core::verb::{Outcome, Permissions};
use wasm_bindgen::prelude::*;

use super::Core;
use super::flight::Underway;
use super::output::{failure, link_value, session_value, set};
use crate::document::JsDocument;
use crate::identity;

impl Core {
    /// Takes over what a verb brought, and returns what JavaScript is to see of it.
    pub(super) fn take(
        &mut self,
        underway: &Underway,
        ended: Result<Outcome, Error>,
        document: Option<&JsDocument>,
        now: u64,
    ) -> Result<JsValue, Error> {
        let dialect = self.dialect;
        let ended = ended.map(|outcome| {
            outcome.with_session(|standing| {
                let claims = document.cloned().unwrap_or(JsDocument(JsValue::UNDEFINED));
                identity::session(dialect, standing, claims, self.held.tokens())
            })
        });
        let allow = |codes: &[String], claims: Option<&JsValue>| match &dialect.permissions {
            Some(fields) => Permissions::new(fields, codes.to_vec(), claims.cloned().map(JsDocument).as_ref()),
            None => Permissions::default(),
        };
        let value = Object::new();
        match self.held.take(underway.errand, ended, allow, now)? {
            Taken::Link(link) => return Ok(link_value(&link)),
            Taken::Permissions(codes) => {
                let list: Array = codes.iter().map(|code| JsValue::from_str(code)).collect();
                set(&value, "codes", &list);
            }
            Taken::Session => return Ok(JsValue::UNDEFINED),
            Taken::SignedOut(SignedOut { server_told, cause }) => {
                set(&value, "serverTold", &server_told.into());
                set(&value, "cause", &cause.as_ref().map_or(JsValue::UNDEFINED, failure));
            }
        }
        Ok(value.into())
    }

    pub(super) fn session_value(&self, session: &Session<JsValue>) -> JsValue {
        session_value(session, self.dialect)
    }
}
