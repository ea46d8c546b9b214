//! Requests and responses whose bodies pass through piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use http_body::{Body, SizeHint};

use super::{Failure, Transport, framing};
use crate::error::BoxError;

/// A request with a body that is not held.
pub(crate) struct Outgoing<B> {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<B>,
}

/// The body of a response, which comes as fast as it is polled.
pub(crate) struct Incoming(reqwest::Body);

impl Transport {
    /// Sends a request and hands the response over once its head is there. Whoever drops the future, or later the body, ends
    /// the exchange with the backend.
    pub(crate) async fn forward<B>(&self, outgoing: Outgoing<B>) -> Result<Response<Incoming>, Failure>
    where
        B: Body<Data = Bytes, Error = BoxError> + Send + Sync + 'static,
    {
        let Outgoing { method, url, headers, body } = outgoing;
        let mut request = self.client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(reqwest::Body::wrap(body));
        }
        let response = request.send().await.map_err(Failure::of)?;
        framing::check(response.headers())?;
        Ok(Response::from(response).map(Incoming))
    }
}

impl Incoming {
    /// The next piece. Trailers are the connection's own and end here.
    pub(crate) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        loop {
            let Some(frame) = ready!(Pin::new(&mut self.0).poll_frame(context)) else { return Poll::Ready(None) };
            match frame.map_err(Failure::of).map(http_body::Frame::into_data) {
                Ok(Ok(piece)) => return Poll::Ready(Some(Ok(piece))),
                Ok(Err(_)) => {}
                Err(failure) => return Poll::Ready(Some(Err(failure))),
            }
        }
    }

    pub(crate) fn is_end(&self) -> bool {
        self.0.is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
