//! The loop that performs what the core decides.

use bytes::Bytes;
use twinfetch_core::address::BaseUrl;
use twinfetch_core::call::Call;
use twinfetch_core::dialect::{Dialect, Envelope};
use twinfetch_core::error::Code;
use twinfetch_core::exchange::{Exchange, Payload, Reading, Reply, Step, Wants};
use twinfetch_core::seal::json;
use twinfetch_core::session::Presented;

use crate::answer::{Answer, Place, Unparsed};
use crate::error::{Cause, Error};
use crate::transport::{Body, Failure, Response, Transport};

/// One call with all that it needs, and nothing of another.
pub(crate) struct Flight {
    pub(crate) call: Call,
    pub(crate) body: Option<Body>,
    pub(crate) presented: Presented,
}

/// The two hands of the loop: what goes out, and the cause that the core has no words for.
struct Hands<'a> {
    transport: &'a Transport,
    dialect: &'a Dialect,
    body: Option<Body>,
    response: Option<Response>,
    received: Option<Bytes>,
    cause: Option<Cause>,
}

/// Performs a call.
pub(crate) async fn perform(
    flight: Flight,
    (dialect, base): (&Dialect, &BaseUrl),
    transport: &Transport,
) -> Result<Answer, Error> {
    let Flight { call, body, presented } = flight;
    let mut hands = Hands { transport, dialect, body, response: None, received: None, cause: None };
    let step = Exchange::start(dialect, base, call, Ok(presented.clone()));
    hands.perform(step, &presented).await
}

impl Hands<'_> {
    async fn perform(&mut self, mut step: Step<'_>, presented: &Presented) -> Result<Answer, Error> {
        loop {
            step = match step {
                Step::Send(exchange, request) => {
                    let sent = self.transport.send(request, self.body.as_ref()).await;
                    let head = sent.map(|response| self.response.insert(response).head());
                    exchange.answered(head.map_err(|failure| self.note(failure)))
                }
                Step::Read(exchange) => self.read(exchange).await,
                // The cookie of one incoming request never changes: its session cannot become newer.
                Step::Renew(exchange, _) => exchange.renewed(Ok(presented.clone())),
                Step::Done(Ok(reply)) => return Ok(self.answer(&reply)),
                Step::Done(Err(reason)) => return Err(Error::new(reason).with_cause(self.cause.take())),
            }
        }
    }

    async fn read<'e>(&mut self, exchange: Exchange<'e, Reading>) -> Step<'e> {
        let response = self.response.take();
        let (Wants::Document, Some(response)) = (exchange.wants(), response) else {
            return exchange.received::<Place<'_>>(Ok(None));
        };
        let body = match self.transport.read(response).await {
            Ok(body) => body,
            Err(failure) => return exchange.received::<Place<'_>>(Err(self.note(failure))),
        };
        if body.is_empty() {
            return exchange.received::<Place<'_>>(Ok(None));
        }
        // A bare envelope is not looked into when the call succeeded: the body then goes straight into the caller's type.
        if !matches!(self.dialect.envelope, Envelope::Bare { .. }) && json::parse(&body).is_err() {
            return exchange.received::<Place<'_>>(Err(Code::MalformedBody));
        }
        let unparsed = Unparsed::new(body.clone());
        self.received = Some(body);
        exchange.received(Ok(Some(&Place::Whole(&unparsed))))
    }

    fn answer(&mut self, reply: &Reply<'_>) -> Answer {
        let content = match reply.payload {
            Payload::At(place) => self.received.take().map(|body| (body, place.to_owned())),
            Payload::Nothing | Payload::Raw => None,
        };
        Answer { status: reply.status, request_id: reply.request_id.clone(), content }
    }

    fn note(&mut self, failure: Failure) -> Code {
        self.cause = Some(failure.cause);
        failure.code
    }
}
