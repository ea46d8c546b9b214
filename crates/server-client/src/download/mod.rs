//! Files that come from the backend.

mod source;

pub(crate) use source::{Piece, Request, Source};

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use twinfetch_core::download::Download as Plan;
use twinfetch_core::file_name;

use crate::call::Call;
use crate::error::Error;

/// A file as it comes from the backend: a stream of its bytes, in order and each once.
///
/// A connection that breaks off is gone on with behind the last byte (`Range` and `If-Range`), where the backend gave the file a
/// strong entity tag; the session's token is renewed on the way. The stream ends when the file is complete, or with an error:
/// never without either. Whoever drops it ends the exchange with the backend.
pub struct Download {
    name: String,
    media_type: Option<String>,
    length: Option<u64>,
    pieces: BoxStream<'static, Result<Bytes, Error>>,
}

impl Call<Download> {
    /// Asks for a file, and waits until it begins to come. The limit of the whole call counts until then; after that, each next
    /// piece has to come within the client's idle limit.
    ///
    /// ```no_run
    /// # use twinfetch_server_client::{Api, Error};
    /// use futures_util::TryStreamExt as _;
    ///
    /// # async fn size(api: Api) -> Result<usize, Error> {
    /// let file = api.get("/api/export").download().await?;
    /// println!("{} has {:?} bytes", file.name(), file.length());
    /// file.try_fold(0, async |sum, piece| Ok(sum + piece.len())).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for any call; also `unexpected_content_type` for a JSON document or a page without a `Content-Disposition`, which
    /// are messages and no files, unless the path asks for one by its extension (`.html`, `.json`), and `call_invalid` when the call
    /// is no GET. The stream ends with `body_truncated` or `body_stalled` when the rest cannot be had, `file_changed`
    /// when the backend has another file by then, and `range_mismatched` when it sends another part than the missing one.
    pub async fn download(self) -> Result<Download, Error> {
        let request = self.into_file(None)?;
        let route = request.called.route.clone();
        let source = Source::open(request, Plan::new(false)).await?;
        let head = source.head();
        Ok(Download {
            name: file_name::choose(head.content_disposition.as_deref(), None, &route),
            media_type: head.content_type.clone(),
            length: source.plan().total(),
            pieces: pieces(source),
        })
    }
}

fn pieces(source: Source) -> BoxStream<'static, Result<Bytes, Error>> {
    stream::try_unfold(source, async |mut source| {
        loop {
            match source.next().await? {
                // Said once, before the first bytes: a stream never begins anew.
                Some(Piece::Anew) => {}
                Some(Piece::Bytes(bytes)) => return Ok(Some((bytes, source))),
                None => return Ok(None),
            }
        }
    })
    .boxed()
}

impl Download {
    /// The name to save it under: the backend's, else the last part of the path; safe for every file system.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its media type, as the backend says it.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Its length in bytes, where the backend says it.
    pub const fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.poll_next_unpin(context)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Download")
            .field("name", &self.name)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
