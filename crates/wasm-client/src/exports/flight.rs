//! A call or a verb on its way, step by step.

use twinfetch_core::document::Document;
use twinfetch_core::download::Meter;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Payload, Reply, Step, Wants};
use twinfetch_core::session::Errand;
use twinfetch_core::verb::{Flow, Next, Verb};
use wasm_bindgen::prelude::*;

use super::core::Core;
use super::file::File;
use super::input::{Outcome, named};
use super::output::{Record, failure, request_value};
use crate::document::JsDocument;

/// A call or a verb on its way.
pub(super) struct Flight {
    step: Option<Step<'static>>,
    verb: Option<Underway>,
    file: Option<Box<File>>,
    pub(super) meter: Meter,
}
/// A verb on its way, with what is needed to take over what it brings.
pub(super) struct Underway {
    pub(super) flow: Flow<'static>,
    pub(super) errand: Errand,
}

impl Flight {
    /// Takes over what came of the last step, and says the next.
    pub(super) fn advance(&mut self, core: &mut Core, outcome: &Outcome, now: u64, left: u64) -> JsValue {
        let told = !outcome.is_undefined();
        let document = JsDocument(if told { outcome.document() } else { JsValue::UNDEFINED });
        self.step = match self.step.take() {
            Some(Step::Send(exchange, _)) if told => {
                if let Some(file) = &mut self.file {
                    file.heard(outcome);
                }
                Some(exchange.settled(outcome.head(now)))
            }
            Some(Step::Read(exchange)) if told => Some(exchange.received(match outcome.code() {
                Some(name) => Err(named(&name)),
                None => Ok((!document.0.is_undefined()).then_some(&document)),
            })),
            Some(Step::Renew(exchange, generation)) if told => Some(match outcome.code() {
                Some(name) => Step::Done(Err(exchange.interrupted(named(&name)))),
                None => exchange.renewed(core.held.present_renewed(core.dialect, generation)),
            }),
            Some(Step::Sleep(exchange, _)) if told => Some(match outcome.code() {
                Some(name) => Step::Done(Err(exchange.interrupted(named(&name)))),
                None => exchange.resumed(core.held.present(core.dialect)),
            }),
            step => step,
        };
        if let Some(Step::Retry(_)) = self.step
            && let Some(Step::Retry(exchange)) = self.step.take()
        {
            self.step = Some(exchange.pause(&mut core.budget, chance(), left));
        }
        let value = Record::new();
        if let Some(file) = &mut self.file
            && let Some(is) = file.advance(core, &mut self.step, outcome, &value)
        {
            value.text("is", is);
            return value.into();
        }
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
                    Next::Done(ended) => Some(core.take(underway, ended, document, now)),
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
                value.some_value("data", data);
                "done"
            }
            (Some(Err(error)), _) => {
                value.set("error", &failure(&error));
                "failed"
            }
            (None, Some(Step::Send(_, request))) => {
                request_value(&value, request);
                "send"
            }
            (None, Some(Step::Read(exchange))) => {
                value.text(
                    "what",
                    match exchange.wants() {
                        Wants::Document => "document",
                        Wants::Nothing => "nothing",
                        Wants::Raw => "raw",
                    },
                );
                "read"
            }
            (None, Some(Step::Renew(_, generation))) => {
                value.some_text("verb", core.held.renewal(core.dialect, *generation, now).map(Verb::name));
                "renew"
            }
            (None, Some(Step::Sleep(_, wait))) => {
                value.some_time("milliseconds", Some(*wait));
                "wait"
            }
            (None, _) => "failed",
        };
        value.text("is", is);
        value.into()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "chance may be cut")]
pub(super) fn chance() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

fn reply_value(value: &Record, reply: &Reply<'_>, document: &JsDocument) -> Option<JsDocument> {
    value.number("status", reply.status.into());
    value.some_text("requestId", reply.request_id.as_deref());
    match reply.payload {
        Payload::At(pointer) => document.at(pointer),
        Payload::Nothing | Payload::Raw => None,
    }
}

impl Flight {
    pub(super) const fn call(step: Step<'static>) -> Self {
        Self { step: Some(step), verb: None, file: None, meter: Meter::new() }
    }

    pub(super) const fn download(step: Step<'static>, file: Box<File>) -> Self {
        Self { step: Some(step), verb: None, file: Some(file), meter: Meter::new() }
    }

    pub(super) fn verb(next: Next<'static>, underway: Underway) -> Self {
        let step = match next {
            Next::Step(step) => step,
            Next::Done(ended) => Step::Done(Err(ended.err().unwrap_or_else(|| Error::new(Code::ConfigInvalid)))),
        };
        Self { step: Some(step), verb: Some(underway), file: None, meter: Meter::new() }
    }
}
