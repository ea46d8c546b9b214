//! A file as it comes from the backend: over as many requests as it takes.

use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use bytes::Bytes;
use http::StatusCode;
use tokio::time::{Instant, sleep_until};
use tracing::{Instrument as _, Span};
use twinfetch_core::call::Call;
use twinfetch_core::download::{Answer, Download as Plan, Next};
use twinfetch_core::error::{Code, Sent};
use twinfetch_core::exchange::Retry;
use twinfetch_core::head::Head;

use crate::api::Api;
use crate::call::{over, tell};
use crate::deadline::Deadline;
use crate::driver::{self, Flight};
use crate::error::{Called, Cause, Error};
use crate::transport::{Failure, Response};

/// What a file is asked for with.
pub(crate) struct Request {
    pub(crate) api: Api,
    pub(crate) call: Call,
    pub(crate) called: Arc<Called>,
    /// How long one answer may take.
    pub(crate) timeout: Duration,
    pub(crate) retry: Retry,
    /// Whether a body may end with its connection, because its digest tells whether it is whole.
    pub(crate) any_end: bool,
}

/// A file on its way in. It goes on by itself where a connection breaks off, as the core's [`Plan`] says.
pub(crate) struct Source {
    request: Request,
    plan: Plan,
    head: Head,
    state: State,
    span: Span,
    begun: Moment,
}

enum State {
    /// More is wanted, and asked for at this moment.
    Missing(Instant),
    /// What was taken before is void: this begins the file.
    Anew(Response),
    Open(Response),
    Complete,
    Failed(Error),
}

/// What comes of a file next.
#[derive(Debug)]
pub(crate) enum Piece {
    /// What came before is void: the next bytes are the file's first.
    Anew,
    /// Bytes that follow those before.
    Bytes(Bytes),
}

impl Source {
    /// Asks for the file, or for what is missing of it, and waits for the first answer.
    pub(crate) async fn open(request: Request, plan: Plan) -> Result<Self, Error> {
        let mut source = Self::new(request, plan);
        let span = source.span.clone();
        let asking = async {
            let asked = source.ask().await;
            let status = StatusCode::from_u16(source.head.status).unwrap_or_default();
            tell(asked.as_ref().map(|()| status), source.begun);
            asked
        };
        asking.instrument(span).await?;
        Ok(source)
    }

    fn new(request: Request, plan: Plan) -> Self {
        let (span, begun) = (request.called.span(), Moment::now());
        Self { request, plan, head: Head::default(), state: State::Missing(Instant::now()), span, begun }
    }

    /// The head of the last answer.
    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    /// How far it is, of how much, and under which entity tag.
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What comes next; `None` when the file is complete, and only then. Whoever drops the future may ask again: nothing is
    /// lost or twice. After an error the same error comes again.
    pub(crate) async fn next(&mut self) -> Result<Option<Piece>, Error> {
        let span = self.span.clone();
        let next = async {
            let next = self.advance().await;
            if let (Err(error), false) = (&next, matches!(self.state, State::Failed(_))) {
                tell(Err(error), self.begun);
                self.state = State::Failed(error.clone());
            }
            next
        };
        next.instrument(span).await
    }

    async fn advance(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let piece = match &mut self.state {
                State::Complete => return Ok(None),
                State::Failed(error) => return Err(error.clone()),
                State::Missing(moment) => {
                    sleep_until(*moment).await;
                    self.ask().await?;
                    continue;
                }
                anew @ State::Anew(_) => {
                    if let State::Anew(response) = std::mem::replace(anew, State::Complete) {
                        *anew = State::Open(response);
                    }
                    return Ok(Some(Piece::Anew));
                }
                State::Open(response) => self.request.api.client().transport().piece(response).await,
            };
            match piece {
                Ok(Some(bytes)) => return self.take(bytes).map(Some),
                Ok(None) => self.follow(None)?,
                Err(failure) => self.follow(Some(failure))?,
            }
        }
    }

    fn take(&mut self, bytes: Bytes) -> Result<Piece, Error> {
        let length = bytes.len() as u64;
        // A body with more than its head says is not what it says it is.
        if self.plan.room().is_some_and(|room| length > room) {
            return Err(self.failure(Code::RangeMismatched, None));
        }
        self.plan.take(length);
        Ok(Piece::Bytes(bytes))
    }

    /// Decides what follows a body that came to its end, or broke off.
    fn follow(&mut self, broken: Option<Failure>) -> Result<(), Error> {
        let (body, cause) = match broken {
            None => (Ok(()), None),
            Some(Failure { code, cause }) => (Err(code), Some(cause)),
        };
        let random = getrandom::u32().unwrap_or(u32::MAX);
        let next = self.plan.ended(body, self.request.retry, &mut self.request.api.client().budget(false), random);
        self.state = match next {
            Next::Done => {
                tracing::debug!(
                    received = self.plan.received(),
                    requests = self.plan.attempts(),
                    "the file is complete"
                );
                State::Complete
            }
            Next::Again(wait) => {
                let (received, class) = (self.plan.received(), cause.as_ref().map(|cause| cause.class));
                tracing::warn!(received, wait, class, "a download goes on");
                State::Missing(Instant::now() + Duration::from_millis(wait))
            }
            Next::Failed(code) => return Err(self.failure(code, cause)),
        };
        Ok(())
    }

    /// Asks until there is an answer to take.
    async fn ask(&mut self) -> Result<(), Error> {
        loop {
            let received = match self.send().await? {
                Ok(received) => received,
                Err(error) => {
                    let settled = error.settle(|reason| self.plan.refused(reason));
                    settled.map_err(|error| error.of(&self.request.called))?;
                    continue;
                }
            };
            let driver::Received { response, attempts } = received;
            self.head = response.head(self.request.api.client().milliseconds());
            match self.plan.answered(response.entity(), attempts) {
                Answer::Again => {}
                Answer::Failed(code) => return Err(self.failure(code, None)),
                answer => {
                    self.check(&response, answer).map_err(|Failure { code, cause }| self.failure(code, Some(cause)))?;
                    self.state = if answer == Answer::Anew { State::Anew(response) } else { State::Open(response) };
                    return Ok(());
                }
            }
        }
    }

    fn check(&self, response: &Response, answer: Answer) -> Result<(), Failure> {
        response.check_content()?;
        // Where a part ends is said by its range.
        if answer == Answer::Anew && !self.request.any_end { response.check_end() } else { Ok(()) }
    }

    /// Sends one call to its answer's head; the inner error is the call's own, of which the plan has not heard.
    async fn send(&mut self) -> Result<Result<driver::Received, Error>, Error> {
        let Request { api, call, timeout, called, .. } = &self.request;
        let deadline = Deadline::after(*timeout);
        let mut credential = match deadline.limit(api.fresh_credential()).await {
            Ok(Ok(credential)) => credential,
            Ok(Err(error)) => return Ok(Err(error)),
            Err(failure) => return Ok(Err(over(failure, Sent::Unsent))),
        };
        let presented = self.plan.present(Ok(credential.presented));
        credential.presented = presented.map_err(|reason| Error::new(reason).of(called))?;
        let call = self.plan.ask(call).map_err(|reason| Error::new(reason).of(called))?;
        let flight = Flight { call, body: None, credential, deadline };
        Ok(driver::receive(flight, api.client()).await)
    }

    fn failure(&self, code: Code, cause: Option<Cause>) -> Error {
        let (attempts, sent) = (self.plan.attempts(), self.plan.failure(code).sent());
        let mut reason = twinfetch_core::error::Error::new(code);
        if self.head.status > 0 {
            reason = reason.with_head(&self.head);
        }
        Error::new(reason.after(attempts, sent)).with_cause(cause).of(&self.request.called)
    }
}
