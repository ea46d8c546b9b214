//! The body of a browser's request on its way to the backend.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;
use twinfetch_core::proxy::{Spent, Upload as Turn};

use crate::error::BoxError;

/// The body of a browser's request. Clones are the same body: an attempt that could not connect leaves it to the next.
pub(super) struct Upload<B>(Arc<Shared<B>>);

struct Shared<B> {
    state: Mutex<State<B>>,
    moved: Notify,
}

struct State<B> {
    body: Pin<Box<B>>,
    spent: Spent,
    turn: Turn,
    failed: bool,
    progress: Instant,
}

impl<B> Upload<B> {
    pub(super) fn new(body: B) -> Self {
        let state = State {
            body: Box::pin(body),
            spent: Spent::Untouched,
            turn: Turn::Sent,
            failed: false,
            progress: Instant::now(),
        };
        Self(Arc::new(Shared { state: Mutex::new(state), moved: Notify::new() }))
    }

    pub(super) fn spent(&self) -> Spent {
        self.state().spent
    }

    /// Whether the browser broke its request off.
    pub(super) fn failed(&self) -> bool {
        self.state().failed
    }

    /// Who has to go on, and since when.
    pub(super) fn turn(&self) -> (Turn, Instant) {
        let state = self.state();
        (state.turn, state.progress)
    }

    /// Resolves when a piece went on.
    pub(super) async fn moved(&self) {
        self.0.moved.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Clone for Upload<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B> Body for Upload<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    /// Passes data on; trailers are the connection's own and end here.
    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut state = self.state();
        state.spent = Spent::Some;
        loop {
            state.turn = Turn::Awaited;
            let frame = ready!(state.body.as_mut().poll_frame(context));
            state.turn = Turn::Sent;
            state.progress = Instant::now();
            self.0.moved.notify_one();
            match frame {
                Some(Ok(frame)) if !frame.is_data() => {}
                Some(Err(error)) => {
                    state.failed = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
                other => return Poll::Ready(other.map(|frame| frame.map_err(Into::into))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.state().body.size_hint()
    }
}
