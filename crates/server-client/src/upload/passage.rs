//! The body of one request on its way out, watched from the call that sends it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::BoxError;
use crate::transport::Failure;

/// What a body says while it goes out.
pub(super) struct Passage(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    moved: Notify,
}

struct State {
    /// The bytes of the source that are out.
    sent: u64,
    at: Instant,
    is_over: bool,
    failure: Option<Failure>,
}

/// A piece of a body, and how many of its bytes are the source's.
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    pub(super) counted: u64,
}

/// The body of one request.
pub(super) struct Outgoing {
    pieces: Mutex<BoxStream<'static, Result<Piece, Failure>>>,
    length: SizeHint,
    is_empty: bool,
    shared: Arc<Shared>,
}

impl Outgoing {
    /// A body that holds so many bytes, if that is known.
    pub(super) fn new(pieces: BoxStream<'static, Result<Piece, Failure>>, length: Option<u64>) -> (Self, Passage) {
        let state = State { sent: 0, at: Instant::now(), is_over: false, failure: None };
        let shared = Arc::new(Shared { state: Mutex::new(state), moved: Notify::new() });
        let passage = Passage(Arc::clone(&shared));
        let is_empty = length == Some(0);
        let length = length.map_or_else(SizeHint::default, SizeHint::with_exact);
        (Self { pieces: Mutex::new(pieces), length, is_empty, shared }, passage)
    }
}

impl Passage {
    /// How many bytes of the source are out.
    pub(super) fn sent(&self) -> u64 {
        self.0.state().sent
    }

    /// Whether a body of unknown length has come to its end.
    pub(super) fn is_over(&self) -> bool {
        self.0.state().is_over
    }

    /// When a piece went out last.
    pub(super) fn at(&self) -> Instant {
        self.0.state().at
    }

    /// Why the source could not be read to its end.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.0.state().failure.take()
    }

    /// Resolves when a piece has gone out.
    pub(super) async fn moved(&self) {
        self.0.moved.notified().await;
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Self { pieces, shared, .. } = self.get_mut();
        let pieces = pieces.get_mut().unwrap_or_else(PoisonError::into_inner);
        let piece = ready!(pieces.poll_next_unpin(context));
        let mut state = shared.state();
        state.at = Instant::now();
        shared.moved.notify_one();
        Poll::Ready(match piece {
            Some(Ok(Piece { bytes, counted })) => {
                state.sent += counted;
                Some(Ok(Frame::data(bytes)))
            }
            Some(Err(failure)) => {
                let class = failure.cause.class;
                state.failure = Some(failure);
                Some(Err(class.into()))
            }
            None => {
                state.is_over = true;
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty
    }

    fn size_hint(&self) -> SizeHint {
        self.length
    }
}
