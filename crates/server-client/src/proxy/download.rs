//! The body of a proxy's response.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};
use twinfetch_core::error::{Code, Error as Reason};

use crate::error::{Called, Error};
use crate::transport::{Failure, Incoming};

/// The body of a [`Proxy`](super::Proxy)'s response: the backend's, piece by piece as it is asked for, or a message.
///
/// A backend that breaks off, or falls silent for longer than the client's idle limit, breaks this body off too: what is
/// incomplete never looks complete.
pub struct ProxyBody(Content);

enum Content {
    Text(Option<Bytes>),
    Passing(Box<Passing>),
}

struct Passing {
    incoming: Incoming,
    idle: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    called: Arc<Called>,
}

impl ProxyBody {
    pub(super) fn text(text: String) -> Self {
        Self(Content::Text(Some(text.into())))
    }

    pub(super) fn passing(incoming: Incoming, idle: Duration, called: Arc<Called>) -> Self {
        Self(Content::Passing(Box::new(Passing { incoming, idle, waiting: None, called })))
    }
}

impl Passing {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Poll::Ready(piece) = self.incoming.poll_piece(context) {
            self.waiting = None;
            return Poll::Ready(piece.map(|piece| piece.map_err(|failure| self.broken(failure))));
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.idle)));
        if waiting.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let failure = Failure::new(Code::BodyStalled, "no next piece of the body in time");
        Poll::Ready(Some(Err(self.broken(failure))))
    }

    fn broken(&self, Failure { code, cause }: Failure) -> Error {
        let Called { method, route, request_id, .. } = &*self.called;
        tracing::warn!(method, route, request_id, class = cause.class, detail = cause.words, "the answer broke off");
        Error::new(Reason::new(code)).with_cause(Some(cause)).of(&self.called)
    }
}

impl Body for ProxyBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.0 {
            Content::Text(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Content::Passing(passing) => {
                passing.poll_piece(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Text(text) => text.is_none(),
            Content::Passing(passing) => passing.incoming.is_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Text(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
            Content::Passing(passing) => passing.incoming.size_hint(),
        }
    }
}

impl fmt::Debug for ProxyBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProxyBody(***)")
    }
}
