//! A call on its way, step by step.

use js_sys::Object;
use twinfetch_core::document::Document;
use twinfetch_core::exchange::{Payload, Step, Wants};
use wasm_bindgen::prelude::*;

use super::Core;
use super::input::{Outcome, named};
use super::output::{failure, request_value, set, text};
use crate::document::JsDocument;

/// A call on its way.
#[wasm_bindgen]
pub struct Flight(pub(super) Option<Step<'static>>);

#[wasm_bindgen]
impl Flight {
    /// Tells what came of the last step, nothing at first, and returns the next:
    ///
    /// | `is` | what to do, and the outcome to tell |
    /// | --- | --- |
    /// | `send` | `method`, `url`, `headers`, `body`, `follow`: send it; `{ status, headers }` or `{ code }` |
    /// | `read` | `what`: read the body; `{ document }`, `{}` or `{ code }` |
    /// | `renew` | read the session again; `{}` |
    /// | `done` | nothing: `status`, `requestId`, `data` |
    /// | `failed` | nothing: `error` |
    pub fn advance(&mut self, core: &mut Core, outcome: &Outcome) -> JsValue {
        let told = !outcome.is_undefined();
        let document = JsDocument(if told { outcome.document() } else { JsValue::UNDEFINED });
        self.0 = match self.0.take() {
            Some(Step::Send(exchange, _)) if told => Some(exchange.settled(outcome.head())),
            Some(Step::Read(exchange)) if told => Some(exchange.received(match outcome.code() {
                Some(name) => Err(named(&name)),
                None => Ok((!document.0.is_undefined()).then_some(&document)),
            })),
            Some(Step::Renew(exchange, _)) if told => Some(exchange.renewed(core.present())),
            step => step,
        };
        let value = Object::new();
        let is = match &self.0 {
            Some(Step::Send(_, request)) => {
                request_value(&value, request);
                "send"
            }
            Some(Step::Read(exchange)) => {
                let what = match exchange.wants() {
                    Wants::Document => "document",
                    Wants::Nothing => "nothing",
                    Wants::Raw => "raw",
                };
                set(&value, "what", &JsValue::from_str(what));
                "read"
            }
            Some(Step::Renew(_, generation)) => {
                if core.held.generation() == *generation {
                    core.held.forget();
                }
                "renew"
            }
            Some(Step::Done(Ok(reply))) => {
                set(&value, "status", &reply.status.into());
                set(&value, "requestId", &text(reply.request_id.as_deref()));
                if let Payload::At(pointer) = reply.payload {
                    set(&value, "data", &document.at(pointer).map_or(JsValue::UNDEFINED, |JsDocument(data)| data));
                }
                "done"
            }
            Some(Step::Done(Err(error))) => {
                set(&value, "error", &failure(error));
                "failed"
            }
            None => "failed",
        };
        set(&value, "is", &JsValue::from_str(is));
        value.into()
    }
}
