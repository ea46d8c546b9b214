//! The loop that performs what the core decides.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use tokio::time::sleep;
use twinfetch_core::call::{Call, Content, Method, Request};
use twinfetch_core::dialect::Envelope;
use twinfetch_core::error::{Code, Error as Reason};
use twinfetch_core::exchange::{Exchange, Payload, Reading, Reply, Step, Wants};
use twinfetch_core::head::Head;
use twinfetch_core::seal::json;
use twinfetch_core::session::Presented;

use crate::answer::{Answer, Place, Unparsed};
use crate::client::ServerClient;
use crate::deadline::Deadline;
use crate::error::{Cause, Error};
use crate::jar::Jar;
use crate::keeper::Keeper;
use crate::transport::{Body, Failure, Response};
use crate::upload::Parcel;

/// One call with all that it needs, and nothing of another.
#[derive(Clone)]
pub(crate) struct Flight {
    pub(crate) call: Call,
    pub(crate) body: Option<Given>,
    pub(crate) credential: Credential,
    pub(crate) deadline: Deadline,
}

/// What the caller gave to send.
#[derive(Clone)]
pub(crate) enum Given {
    Held(Body),
    Parcel(Arc<Parcel>),
}

/// What a call shows, and who has a newer one when it is refused.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) presented: Presented,
    pub(crate) keeper: Option<Arc<Keeper>>,
}

impl Credential {
    /// Shows nothing.
    pub(crate) fn none() -> Self {
        Self { presented: Presented::default(), keeper: None }
    }
}

/// The two hands of the loop: what goes out, and what came back that the core has no words for.
pub(crate) struct Hands<'a> {
    client: &'a ServerClient,
    body: Option<Given>,
    credential: Credential,
    deadline: Deadline,
    /// What every request says beside what the core has it say.
    pub(crate) headers: Vec<(String, String)>,
    /// The cookies of the app's own site, where that is asked.
    pub(crate) jar: Option<Jar>,
    response: Option<Response>,
    /// The last answer, where it is one to conditions.
    verdict: Option<http::Response<()>>,
    pub(crate) received: Option<Bytes>,
    pub(crate) set_cookies: Vec<HeaderValue>,
    pub(crate) cause: Option<Cause>,
    /// What was sent last, and where.
    pub(crate) sent: Option<(Method, String)>,
    attempts: u32,
}

/// A response whose body is for the caller.
pub(crate) struct Received {
    pub(crate) response: Response,
    /// How many requests it took.
    pub(crate) attempts: u32,
}

/// Performs a call.
pub(crate) async fn perform(flight: Flight, client: &ServerClient) -> Result<Answer, Error> {
    let Flight { call, body, credential, deadline } = flight;
    let step = Exchange::start(client.dialect(), client.base(), call, Ok(credential.presented.clone()));
    let mut hands = Hands::new(client, body, credential, deadline);
    let reply = hands.perform(step).await?;
    Ok(hands.answer(&reply))
}

/// Performs a call whose body is for the caller.
pub(crate) async fn receive(flight: Flight, client: &ServerClient) -> Result<Received, Error> {
    judged(flight, client).await.map_err(|(error, _)| error)
}

/// As [`receive`]; with a refusal comes the verdict on the call's own conditions, where it is one.
pub(crate) async fn judged(
    flight: Flight,
    client: &ServerClient,
) -> Result<Received, (Error, Option<http::Response<()>>)> {
    let Flight { call, body, credential, deadline } = flight;
    let step = Exchange::start(client.dialect(), client.base(), call, Ok(credential.presented.clone()));
    let mut hands = Hands::new(client, body, credential, deadline);
    let attempts = match hands.perform(step).await {
        Ok(reply) => reply.attempts,
        Err(error) => return Err((error, hands.verdict.take())),
    };
    let Some(response) = hands.response.take() else {
        return Err((Error::new(Reason::new(Code::UnexpectedContentType)), None));
    };
    Ok(Received { response, attempts })
}

impl<'a> Hands<'a> {
    pub(crate) const fn new(
        client: &'a ServerClient,
        body: Option<Given>,
        credential: Credential,
        deadline: Deadline,
    ) -> Self {
        Self {
            client,
            body,
            credential,
            deadline,
            headers: Vec::new(),
            jar: None,
            response: None,
            verdict: None,
            received: None,
            set_cookies: Vec::new(),
            cause: None,
            sent: None,
            attempts: 0,
        }
    }

    /// Performs the steps of one exchange.
    pub(crate) async fn perform<'d>(&mut self, mut step: Step<'d>) -> Result<Reply<'d>, Error> {
        if let Step::Send(_, request) = &step {
            self.client.budget(self.client.is_of_app(&request.url)).deposit();
        }
        self.attempts = 0;
        loop {
            step = match step {
                Step::Send(exchange, request) => exchange.answered(self.send(request).await),
                Step::Read(exchange) => self.read(exchange).await,
                Step::Renew(exchange, generation) => match self.deadline.limit(self.renewed(generation)).await {
                    Ok(presented) => exchange.renewed(presented),
                    Err(failure) => Step::Done(Err(exchange.interrupted(self.note(failure)))),
                },
                Step::Retry(exchange) => {
                    let is_of_app = self.sent.as_ref().is_some_and(|(_, url)| self.client.is_of_app(url));
                    let random = getrandom::u32().unwrap_or(u32::MAX);
                    exchange.pause(&mut self.client.budget(is_of_app), random, self.deadline.left())
                }
                Step::Sleep(exchange, wait) => {
                    let status = self.response.take().map(|response| response.status());
                    let class = self.cause.as_ref().map(|cause| cause.class);
                    tracing::warn!(attempt = self.attempts, wait, status, class, "an attempt failed");
                    sleep(Duration::from_millis(wait)).await;
                    exchange.resumed(self.presented())
                }
                Step::Done(Ok(reply)) => return Ok(reply),
                Step::Done(Err(reason)) => return Err(self.failed(reason)),
            }
        }
    }

    /// Sends a request, and waits for the head of its response.
    async fn send(&mut self, request: Request) -> Result<Head, Code> {
        let request = self.complete(request);
        let is_of_app = self.client.is_of_app(&request.url);
        self.attempts += 1;
        // Of an earlier attempt.
        (self.response, self.cause) = (None, None);
        match self.launch(request).await {
            Ok(response) => {
                self.keep(response.set_cookies(), is_of_app);
                self.verdict = response.verdict();
                Ok(self.response.insert(response).head(self.client.milliseconds()))
            }
            Err(failure) => Err(self.note(failure)),
        }
    }

    async fn launch(&mut self, request: Request) -> Result<Response, Failure> {
        let transport = self.client.transport();
        let body = match (&self.body, &request.content) {
            (Some(Given::Parcel(parcel)), Content::Caller) => {
                return Box::pin(parcel.send(request, transport, &mut self.deadline)).await;
            }
            (Some(Given::Held(body)), _) => Some(body),
            _ => None,
        };
        self.deadline.limit(transport.send(request, body)).await.flatten()
    }

    async fn renewed(&self, generation: u64) -> Result<Presented, Reason> {
        match &self.credential.keeper {
            Some(keeper) => keeper.renewed(self.client, generation).await,
            // What one incoming request brings never changes: its session cannot become newer.
            None => Ok(self.credential.presented.clone()),
        }
    }

    /// What is shown by now.
    fn presented(&self) -> Result<Presented, Reason> {
        match &self.credential.keeper {
            Some(keeper) => keeper.present(self.client),
            None => Ok(self.credential.presented.clone()),
        }
    }

    fn failed(&mut self, reason: Reason) -> Error {
        let document = reason.problem().and(self.received.as_ref()).and_then(|body| json::parse(body).ok());
        Error::new(reason).with_cause(self.cause.take()).with_document(document)
    }

    fn complete(&mut self, mut request: Request) -> Request {
        for (name, value) in &self.headers {
            if request.headers.iter().all(|(given, _)| given != name) {
                request.headers.push((name.clone(), value.clone()));
            }
        }
        if let Some(jar) = self.jar.as_ref().filter(|_| self.client.is_of_app(&request.url)) {
            request.cookie = request.cookie.or_else(|| jar.header());
        }
        self.sent = Some((request.method, request.url.clone()));
        request
    }

    fn keep(&mut self, lines: impl Iterator<Item = HeaderValue>, is_of_app: bool) {
        for line in lines {
            if let Some(jar) = self.jar.as_mut().filter(|_| is_of_app) {
                jar.keep(&line);
            }
            self.set_cookies.push(line);
        }
    }

    async fn read<'e>(&mut self, exchange: Exchange<'e, Reading>) -> Step<'e> {
        let response = self.response.take_if(|_| exchange.wants() == Wants::Document);
        let (Wants::Document, Some(response)) = (exchange.wants(), response) else {
            return exchange.received::<Place<'_>>(Ok(None));
        };
        let body = match self.deadline.limit(self.client.transport().read(response)).await.flatten() {
            Ok(body) => body,
            Err(failure) => return exchange.received::<Place<'_>>(Err(self.note(failure))),
        };
        if body.is_empty() {
            return exchange.received::<Place<'_>>(Ok(None));
        }
        // A bare envelope is not looked into when the call succeeded: the body then goes straight into the caller's type.
        if !matches!(self.client.dialect().envelope, Envelope::Bare { .. }) && json::parse(&body).is_err() {
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
        Answer { status: reply.status, request_id: reply.request_id.clone(), attempts: self.attempts, content }
    }

    fn note(&mut self, failure: Failure) -> Code {
        self.cause = Some(failure.cause);
        failure.code
    }
}
