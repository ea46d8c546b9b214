//! The body of a file's response.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::download::Download;
use crate::error::Error;

/// The body of a response that passes a file on, or none: what [`Call::proxy_download`](crate::Call::proxy_download) answers with.
///
/// It takes no more from the backend than it is polled for. What is incomplete ends with an error, and so breaks off.
#[derive(Default)]
pub struct FileBody(Option<Download>);

impl FileBody {
    pub(super) const fn of(file: Download) -> Self {
        Self(Some(file))
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.0 {
            Some(file) => Pin::new(file).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl fmt::Debug for FileBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FileBody(***)")
    }
}
