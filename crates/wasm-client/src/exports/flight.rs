//! A call or a verb on its way, step by step.

use js_sys::Object;
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Payload, Reply, Step, Wants};
use twinfetch_core::session::Errand;
use twinfetch_core::verb::{Flow, Next, Verb};
use wasm_bindgen::prelude::*;

use super::input::{Outcome, named};
use super::output::{failure, request_value, set, text};
use super::{Core, milliseconds};
use crate::document::JsDocument;

/// A call or a verb on its way.
#[wasm_bindgen]
pub struct Flight {
    pub(super) step: Option<Step<'static>>,
    pub(super) verb: Option<Underway>,
}

/// A verb on its way, with what is needed to take over what it brings.
pub(super) struct Underway {
    pub(super) flow: Flow<'static>,
    pub(super) errand: Errand,
}

#[wasm_bindgen]
impl Flight {
    /// Tells what came of the last step, nothing at first, and returns the next:
    ///
    /// | `is` | what to do, and the outcome to tell |
    /// | --- | --- |
    /// | `send` | `method`, `url`, `headers`, `credentials`, `body`, `follow`: send it; `{ status, headers }` or `{ code }` |
    /// | `read` | `what`: read the body; `{ document }`, `{}` or `{ code }` |
    /// | `renew` | `verb`: perform it, if there is one; `{}` |
    /// | `done` | nothing: `status`, `requestId`, `data` |
    /// | `failed` | nothing: `error` |
    ///
    /// `now` is in milliseconds since 1970.
    pub fn advance(&mut self, core: &mut Core, outcome: &Outcome, now: f64) -> JsValue {
        let told = !outcome.is_undefined();
        let document = JsDocument(if told { outcome.document() } else { JsValue::UNDEFINED });
        self.step = match self.step.take() {
            Some(Step::Send(exchange, _)) if told => Some(exchange.settled(outcome.head())),
            Some(Step::Read(exchange)) if told => Some(exchange.received(match outcome.code() {
                Some(name) => Err(named(&name)),
                None => Ok((!document.0.is_undefined()).then_some(&document)),
            })),
            Some(Step::Renew(exchange, generation)) if told => {
                Some(exchange.renewed(core.held.present_renewed(core.dialect, generation)))
            }
            step => step,
        };
        let value = Object::new();
        let ended = match (self.step.take(), &mut self.verb) {
            (Some(Step::Done(ended)), Some(underway)) => {
                let document = (!document.0.is_undefined()).then_some(&document);
                let ended = ended.map(|reply| match reply.payload {
                    Payload::At(_) => document,
                    Payload::Nothing | Payload::Raw => None,
                });
                match underway.flow.next(&core.sites, ended) {
                    Next::Step(step) => {
                        self.step = Some(step);
                        None
                    }
                    Next::Done(ended) => Some(core.take(underway, ended, document, milliseconds(now))),
                }
            }
            (Some(Step::Done(ended)), None) => Some(ended.map(|reply| reply_value(&value, &reply, &document))),
            (step, _) => {
                self.step = step;
                None
            }
        };
        let is = match (ended, &self.step) {
            (Some(Ok(data)), _) => {
                set(&value, "data", &data);
                "done"
            }
            (Some(Err(error)), _) => {
                set(&value, "error", &failure(&error));
                "failed"
            }
            (None, Some(Step::Send(_, request))) => {
                request_value(&value, request);
                "send"
            }
            (None, Some(Step::Read(exchange))) => {
                let what = match exchange.wants() {
                    Wants::Document => "document",
                    Wants::Nothing => "nothing",
                    Wants::Raw => "raw",
                };
                set(&value, "what", &JsValue::from_str(what));
                "read"
            }
            (None, Some(Step::Renew(_, generation))) => {
                let verb = core.held.renewal(core.dialect, *generation, milliseconds(now));
                set(&value, "verb", &text(verb.map(Verb::name)));
                "renew"
            }
            (None, _) => "failed",
        };
        set(&value, "is", &JsValue::from_str(is));
        value.into()
    }
}

fn reply_value(value: &Object, reply: &Reply<'_>, document: &JsDocument) -> JsValue {
    set(value, "status", &reply.status.into());
    set(value, "requestId", &text(reply.request_id.as_deref()));
    match reply.payload {
        Payload::At(pointer) => document.at(pointer).map_or(JsValue::UNDEFINED, |JsDocument(data)| data),
        Payload::Nothing | Payload::Raw => JsValue::UNDEFINED,
    }
}

impl Flight {
    pub(super) const fn call(step: Step<'static>) -> Self {
        Self { step: Some(step), verb: None }
    }

    pub(super) fn verb(next: Next<'static>, underway: Underway) -> Self {
        let step = match next {
            Next::Step(step) => step,
            Next::Done(ended) => Step::Done(Err(ended.err().unwrap_or_else(|| Error::new(Code::ConfigInvalid)))),
        };
        Self { step: Some(step), verb: Some(underway) }
    }
}
