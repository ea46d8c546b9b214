//! The loop that performs what an exchange decides.

use std::pin::Pin;

use gloo_net::http::Response;
use twinfetch_core::call::Call;
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Exchange, Payload, Reply, Step, Wants};
use twinfetch_core::session::Presented;
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

use crate::attempt::Attempt;
use crate::client::{Client, Options};
use crate::deadline::Deadline;
use crate::document::JsDocument;
use crate::fetch::{self, Sending};

/// What a call brought.
#[derive(Debug)]
pub struct Received {
    /// The HTTP status.
    pub status: u16,
    /// The request id that the server put on its response.
    pub request_id: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
    /// The payload, out of its envelope; `undefined` when there is none.
    pub data: JsValue,
    /// The response itself, when its body was to be left unread.
    pub response: Option<web_sys::Response>,
}

impl Received {
    /// The payload as a value of a Rust type.
    ///
    /// # Errors
    /// `malformed_body` when it has another shape.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        let text = js_sys::JSON::stringify(&self.data).map_or_else(|_| "null".to_owned(), String::from);
        serde_json::from_str(&text).map_err(|_| Error::new(Code::MalformedBody))
    }
}

impl Client {
    /// The limit of a call or a verb; the client's setting without a `timeout` of its own, in milliseconds.
    pub(crate) fn deadline(&self, timeout: Option<u32>, signal: Option<&AbortSignal>) -> Result<Deadline, Error> {
        Deadline::start(timeout.unwrap_or(self.inner.timeout), signal).map_err(Error::new)
    }

    /// Drives a call to its end. Boxed: its state machine is then compiled once, not into each of its callers.
    pub(crate) fn drive_within<'a>(
        &'a self,
        call: Call,
        options: &'a Options,
        deadline: &'a Deadline,
    ) -> Pin<Box<dyn Future<Output = Result<Received, Error>> + 'a>> {
        Box::pin(async move { self.drive_as(self.present(deadline).await, call, options, deadline).await })
    }

    /// As [`Client::drive_within`], as somebody who is known.
    pub(crate) async fn drive_as(
        &self,
        presented: Result<Presented, Error>,
        call: Call,
        options: &Options,
        deadline: &Deadline,
    ) -> Result<Received, Error> {
        let sending = Sending { body: options.body.as_ref(), cache: options.cache, verb: None };
        let step = Exchange::start(&self.inner.dialect, &self.inner.sites.backend, call, presented);
        let ended = self.perform(step, &sending, deadline).await;
        if ended.as_ref().is_err_and(|error| error.code() == Code::Unauthorized) {
            self.lead_to_sign_in();
        }
        received(ended?)
    }

    /// Performs the steps of one exchange.
    pub(crate) async fn perform<'a>(
        &self,
        mut step: Step<'a>,
        sending: &Sending<'_>,
        deadline: &Deadline,
    ) -> Result<Ended<'a>, Error> {
        let url = if let Step::Send(_, request) = &step { request.url.as_str() } else { "" };
        let budget = self.inner.budgets.of(url, &self.inner.sites);
        budget.borrow_mut().deposit();
        let mut attempts = 0;
        let mut attempt: Option<Attempt<'_>> = None;
        let mut arrived: Option<Response> = None;
        let mut document = None;
        loop {
            step = match step {
                Step::Send(exchange, request) => {
                    attempts += 1;
                    let sent = match Attempt::start(deadline, self.inner.limits) {
                        Ok(started) => fetch::send(&request, sending, attempt.insert(started)).await,
                        Err(code) => Err(code),
                    };
                    exchange.settled(sent.map(|response| fetch::head(arrived.insert(response))))
                }
                Step::Read(exchange) => {
                    let response = arrived.take_if(|_| exchange.wants() == Wants::Document);
                    let body = match response.zip(attempt.as_ref()) {
                        Some((response, attempt)) => fetch::document(response, attempt).await,
                        None => Ok(None),
                    };
                    document = body.as_ref().ok().cloned().flatten();
                    exchange.received(body.as_ref().map(Option::as_ref).map_err(|code| *code))
                }
                Step::Renew(exchange, generation) => {
                    exchange.renewed(self.renew(generation, sending.verb, deadline).await)
                }
                Step::Retry(exchange) => exchange.pause(&mut budget.borrow_mut(), random(), deadline.left()),
                Step::Sleep(exchange, wait) => {
                    // What is left of the failed attempt.
                    arrived = None;
                    if let Some(failed) = attempt.take() {
                        failed.own.abort();
                    }
                    match deadline.sleep(wait).await {
                        Ok(()) => exchange.resumed(self.presented()),
                        Err(code) => Step::Done(Err(exchange.interrupted(code))),
                    }
                }
                Step::Done(reply) => {
                    return reply.map(|reply| Ended { reply, attempts, document, response: arrived });
                }
            };
        }
    }
}

/// Any number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "chance is between 0 and 1")]
pub(crate) fn random() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

/// How an exchange ended that was accepted.
pub(crate) struct Ended<'a> {
    pub(crate) reply: Reply<'a>,
    attempts: u32,
    pub(crate) document: Option<JsDocument>,
    response: Option<Response>,
}

fn received(Ended { reply, attempts, document, response }: Ended<'_>) -> Result<Received, Error> {
    let Reply { status, request_id, payload, .. } = reply;
    let (data, response) = match payload {
        Payload::At(pointer) => {
            let document = document.ok_or_else(|| Error::new(Code::MalformedBody))?;
            (document.at(pointer).map_or(JsValue::UNDEFINED, |JsDocument(data)| data), None)
        }
        Payload::Nothing => (JsValue::UNDEFINED, None),
        Payload::Raw => (JsValue::UNDEFINED, response.map(web_sys::Response::from)),
    };
    Ok(Received { status, request_id, attempts, data, response })
}
