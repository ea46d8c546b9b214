//! Taking over what a verb brought.

use js_sys::Array;
use twinfetch_core::error::Error;
use twinfetch_core::session::{SignedOut, Taken};
use twinfetch_core::verb::{Outcome, Permissions};
use wasm_bindgen::prelude::*;

use super::core::Core;
use super::flight::Underway;
use super::output::{Record, failure, link};
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
    ) -> Result<Option<JsDocument>, Error> {
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
        let value = Record::new();
        match self.held.take(underway.errand, ended, allow, now)? {
            Taken::Link(token) => link(&value, &token),
            Taken::Permissions(codes) => {
                let list = Array::new();
                for code in &codes {
                    list.push(&JsValue::from_str(code));
                }
                value.set("codes", &list);
            }
            Taken::Session => return Ok(None),
            Taken::SignedOut(SignedOut { server_told, cause }) => {
                value.flag("serverTold", server_told);
                if let Some(cause) = cause {
                    value.set("cause", &failure(&cause));
                }
            }
        }
        Ok(Some(JsDocument(value.into())))
    }
}
