//! The loop that performs what an exchange decides.

use std::pin::Pin;

use gloo_net::http::Response;
use twinfetch_core::call::Call;
use twinfetch_core::document::Document;
use twinfetch_core::error::{Code, Error};
use twinfetch_core::exchange::{Budget, Exchange, Payload, Reply, Step, Wants};
use twinfetch_core::session::Presented;
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

use crate::body::Body;
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
        Box::pin(self.run(call, options, deadline))
    }

    async fn run(&self, call: Call, options: &Options, deadline: &Deadline) -> Result<Received, Error> {
        let sending = Sending { body: options.body.as_ref(), cache: options.cache, verb: None };
        let presented = self.present(deadline).await;
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
        let mut arrived: Option<Response> = None;
        let mut document = None;
        loop {
            step = match step {
                Step::Send(exchange, request) => match fetch::send(&request, sending, deadline).await {
                    Ok(response) => {
                        let head = fetch::head(&response);
                        arrived = Some(response);
                        exchange.settled(Ok(head))
                    }
                    Err(code) => exchange.settled(Err(code)),
                },
                Step::Read(exchange) => {
                    let body = match arrived.take_if(|_| exchange.wants() == Wants::Document) {
                        Some(response) => fetch::document(response, deadline).await,
                        None => Ok(None),
                    };
                    document = body.as_ref().ok().cloned().flatten();
                    exchange.received(body.as_ref().map(Option::as_ref).map_err(|code| *code))
                }
                Step::Renew(exchange, generation) => {
                    let presented = self.renew(generation, sending.verb, deadline).await;
                    // A stream is used up: there is nothing to repeat the call with.
                    let used_up = sending.body.is_some_and(Body::is_stream);
                    exchange.renewed(if used_up { Ok(Presented::default()) } else { presented })
                }
                Step::Retry(exchange) => exchange.pause(&mut Budget::new(), 0, 0),
                Step::Sleep(exchange, _) => exchange.resumed(self.presented()),
                Step::Done(reply) => return reply.map(|reply| Ended { reply, document, response: arrived }),
            };
        }
    }
}

/// How an exchange ended that was accepted.
pub(crate) struct Ended<'a> {
    pub(crate) reply: Reply<'a>,
    pub(crate) document: Option<JsDocument>,
    response: Option<Response>,
}

fn received(Ended { reply, document, response }: Ended<'_>) -> Result<Received, Error> {
    let Reply { status, request_id, payload } = reply;
    let (data, response) = match payload {
        Payload::At(pointer) => {
            let document = document.ok_or_else(|| Error::new(Code::MalformedBody))?;
            (document.at(pointer).map_or(JsValue::UNDEFINED, |JsDocument(data)| data), None)
        }
        Payload::Nothing => (JsValue::UNDEFINED, None),
        Payload::Raw => (JsValue::UNDEFINED, response.map(web_sys::Response::from)),
    };
    Ok(Received { status, request_id, data, response })
}
