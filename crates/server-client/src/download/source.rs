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
use twinfetch_core::secret::Secret;

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
    /// Where the file is; its query may hold what is secret.
    pub(crate) url: Secret,
    pub(crate) called: Arc<Called>,
    /// How long one answer may take.
    pub(crate) timeout: Duration,
    pub(crate) retry: Retry,
    /// Whether a body may end with its connection, because its digest tells whether it is whole.
    pub(crate) any_end: bool,
}

/// A file on its way in. It goes on by itself where a connection breaks off, as the core's [`Plan`] says.
pub(crate) struct Source {
    pub(super) request: Request,
    pub(super) plan: Plan,
    pub(super) head: Head,
    digest: Option<String>,
    pub(super) state: State,
    pub(super) span: Span,
    pub(super) begun: Moment,
}

pub(super) enum State {
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
            let asked = Box::pin(source.ask()).await;
            let status = StatusCode::from_u16(source.head.status).unwrap_or_default();
            tell(asked.as_ref().map(|()| status), source.begun);
            asked
        };
        asking.instrument(span).await?;
        Ok(source)
    }

    pub(super) fn new(request: Request, plan: Plan) -> Self {
        let (span, begun) = (request.called.span(), Moment::now());
        Self { request, plan, head: Head::default(), digest: None, state: State::Missing(Instant::now()), span, begun }
    }

    /// The head of the last answer.
    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    /// What the backend says of the whole file's digest ([RFC 9530](https://www.rfc-editor.org/rfc/rfc9530)), as it says it.
    pub(crate) fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Lets the body go that is there, and asks by another plan.
    pub(crate) async fn restart(self, plan: Plan) -> Result<Self, Error> {
        let Self { request, state, .. } = self;
        drop(state);
        Self::open(request, plan).await
    }

    /// How the download ends for a reason on this side.
    pub(crate) fn failed(&self, failure: Failure) -> Error {
        self.failure(failure.code, Some(failure.cause))
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
                    // Boxed: what each piece passes through stays small.
                    Box::pin(self.ask()).await?;
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
            let call = self.plan.ask(&self.request.call).map_err(|reason| self.fault(reason))?;
            let answer = match self.flight(call).await? {
                Ok(flight) => driver::receive(flight, self.request.api.client()).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(driver::Received { response, attempts }) => {
                    self.head = response.head(self.request.api.client().milliseconds());
                    match self.plan.answered(response.entity(), attempts) {
                        Answer::Again => {}
                        Answer::Failed(code) => return Err(self.failure(code, None)),
                        answer => return self.begin(response, answer == Answer::Anew),
                    }
                }
                Err(error) => self.settle(error)?,
            }
        }
    }

    /// Lets a body be taken, from the file's beginning or as what follows, if it can be.
    pub(super) fn begin(&mut self, response: Response, anew: bool) -> Result<(), Error> {
        let checked = match response.check_content() {
            // Where a part ends is said by its range.
            Ok(()) if anew && !self.request.any_end => response.check_end(),
            checked => checked,
        };
        checked.map_err(|Failure { code, cause }| self.failure(code, Some(cause)))?;
        let whole = response.header("content-digest").filter(|_| anew);
        let before = self.digest.take().filter(|_| !anew);
        self.digest = response.header("repr-digest").or(whole).or(before);
        self.state = if anew { State::Anew(response) } else { State::Open(response) };
        Ok(())
    }

    /// Asks the plan whether the end of a call is that of the download.
    pub(super) fn settle(&mut self, error: Error) -> Result<(), Error> {
        error.settle(|reason| self.plan.refused(reason)).map_err(|error| error.of(&self.request.called))
    }

    /// A call as who is signed in by now. The inner error is one of which the plan has not heard.
    pub(super) async fn flight(&mut self, call: Call) -> Result<Result<Flight, Error>, Error> {
        let Request { api, timeout, .. } = &self.request;
        let deadline = Deadline::after(*timeout);
        let mut credential = match deadline.limit(api.fresh_credential()).await {
            Ok(Ok(credential)) => credential,
            Ok(Err(error)) => return Ok(Err(error)),
            Err(failure) => return Ok(Err(over(failure, Sent::Unsent))),
        };
        credential.presented = self.plan.present(Ok(credential.presented)).map_err(|reason| self.fault(reason))?;
        Ok(Ok(Flight { call, body: None, credential, deadline }))
    }

    pub(super) fn fault(&self, reason: twinfetch_core::error::Error) -> Error {
        Error::new(reason).of(&self.request.called)
    }

    pub(super) fn failure(&self, code: Code, cause: Option<Cause>) -> Error {
        let (attempts, sent) = (self.plan.attempts(), self.plan.failure(code).sent());
        let mut reason = twinfetch_core::error::Error::new(code);
        if self.head.status > 0 {
            reason = reason.with_head(&self.head);
        }
        Error::new(reason.after(attempts, sent)).with_cause(cause).of(&self.request.called)
    }
}
