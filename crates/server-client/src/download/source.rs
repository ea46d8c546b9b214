//! A file as it comes from the backend: over as many requests as it takes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;
use twinfetch_core::call::Call;
use twinfetch_core::download::{Answer, Download as Plan, Entity, Next};
use twinfetch_core::error::{Code, Sent};
use twinfetch_core::exchange::Retry;
use twinfetch_core::head::Head;

use crate::api::Api;
use crate::call::over;
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
}

/// A file on its way in. It goes on by itself where a connection breaks off, as the core's [`Plan`] says.
pub(crate) struct Source {
    request: Request,
    plan: Plan,
    head: Head,
    body: Body,
}

enum Body {
    /// What was taken before is void: this begins the file.
    Anew(Response),
    Open(Response),
    Ended,
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
        let mut source = Self { request, plan, head: Head::default(), body: Body::Ended };
        source.ask().await?;
        Ok(source)
    }

    /// The head of the last answer.
    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    /// How far it is, of how much, and under which entity tag.
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What comes next; `None` when the file is complete. Whoever drops the future may ask again.
    pub(crate) async fn next(&mut self) -> Result<Option<Piece>, Error> {
        loop {
            let response = match &mut self.body {
                Body::Ended => return Ok(None),
                Body::Open(response) => response,
                anew @ Body::Anew(_) => {
                    if let Body::Anew(response) = std::mem::replace(anew, Body::Ended) {
                        *anew = Body::Open(response);
                    }
                    return Ok(Some(Piece::Anew));
                }
            };
            let ended = match self.request.api.client().transport().piece(response).await {
                Ok(Some(bytes)) => {
                    self.plan.take(bytes.len() as u64);
                    return Ok(Some(Piece::Bytes(bytes)));
                }
                Ok(None) => Ok(()),
                Err(failure) => Err(failure),
            };
            self.body = Body::Ended;
            if !self.follow(ended).await? {
                return Ok(None);
            }
        }
    }

    /// Goes on behind a body; `false` when the file is complete.
    async fn follow(&mut self, ended: Result<(), Failure>) -> Result<bool, Error> {
        let (body, cause) = match ended {
            Ok(()) => (Ok(()), None),
            Err(Failure { code, cause }) => (Err(code), Some(cause)),
        };
        let random = getrandom::u32().unwrap_or(u32::MAX);
        let next = self.plan.ended(body, self.request.retry, &mut self.request.api.client().budget(false), random);
        match next {
            Next::Done => Ok(false),
            Next::Again(wait) => {
                let Called { method, route, request_id, .. } = &*self.request.called;
                let (received, class) = (self.plan.received(), cause.as_ref().map(|cause| cause.class));
                tracing::warn!(method, route, request_id, received, wait, class, "a download goes on");
                sleep(Duration::from_millis(wait)).await;
                self.ask().await.map(|()| true)
            }
            Next::Failed(code) => Err(self.failure(code, cause)),
        }
    }

    async fn ask(&mut self) -> Result<(), Error> {
        loop {
            let answer = match self.send().await {
                Ok((response, entity, attempts)) => match self.plan.answered(entity, attempts) {
                    Answer::Anew => {
                        self.body = Body::Anew(response);
                        return Ok(());
                    }
                    Answer::On => {
                        self.body = Body::Open(response);
                        return Ok(());
                    }
                    Answer::Again => continue,
                    Answer::Failed(code) => Err(self.failure(code, None)),
                },
                Err(error) => {
                    error.settle(|reason| self.plan.refused(reason)).map_err(|error| error.of(&self.request.called))
                }
            };
            answer?;
        }
    }

    /// Sends one call to its answer's head.
    async fn send(&mut self) -> Result<(Response, Entity, u32), Error> {
        let Request { api, call, timeout, .. } = &self.request;
        let deadline = Deadline::after(*timeout);
        let credential = deadline.limit(api.fresh_credential()).await;
        let mut credential = credential.map_err(|failure| over(failure, Sent::Unsent))??;
        credential.presented = self.plan.present(Ok(credential.presented)).map_err(Error::new)?;
        let call = self.plan.ask(call).map_err(Error::new)?;
        let flight = Flight { call, body: None, credential, deadline };
        let received = driver::receive(flight, api.client()).await?;
        let entity = received.response.entity();
        self.head = received.response.head(api.client().milliseconds());
        received.response.check_content().map_err(|Failure { code, cause }| self.failure(code, Some(cause)))?;
        Ok((received.response, entity, received.attempts))
    }

    fn failure(&self, code: Code, cause: Option<Cause>) -> Error {
        Error::new(self.plan.failure(code)).with_cause(cause).of(&self.request.called)
    }
}
