//! Files that come from the backend.

#[cfg(feature = "proxy")]
mod body;
#[cfg(feature = "proxy")]
mod passed;
mod source;
#[cfg(test)]
mod tests;

#[cfg(feature = "proxy")]
pub(crate) use passed::Passed;
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
/// strong entity tag; the session's token is renewed on the way, and nobody else's is used. The stream ends when the file is
/// complete, or with an error: never without either. It takes no more from the backend than is asked for, and whoever drops it
/// ends the exchange.
#[cfg_attr(feature = "proxy", doc = "\n\nWith the feature `proxy` it is an [`http_body::Body`], too.")]
pub struct Download {
    name: String,
    media_type: Option<String>,
    length: Option<u64>,
    etag: Option<String>,
    /// How many bytes are still to come.
    left: Option<u64>,
    pieces: BoxStream<'static, Result<Bytes, Error>>,
}

impl Call<Download> {
    /// Asks for a file, and waits until it begins to come. The limit of the whole call counts until then, and anew for each
    /// request that goes on with it; between them, each next piece has to come within the client's idle limit.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # use serde_json::{Value, json};
    /// # let backend = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
    /// # let client = twinfetch_server_client::ServerClient::builder().base_url(backend.url()).secrets(["s"]).build()?;
    /// # let ada = json!({ "username": "ada", "password": "lovelace-1843" });
    /// # let login: Value = client.background().post("/api/auth/login").json(&ada).await?;
    /// # let api = client.background().bearer(login["accessToken"].as_str().unwrap_or_default());
    /// use futures_util::TryStreamExt as _;
    ///
    /// let file = api.get("/api/export").query("bytes", 5000).query("name", "报告.csv").download().await?;
    /// assert_eq!((file.name(), file.length()), ("报告.csv", Some(5000)));
    ///
    /// let size = file.try_fold(0, async |size, piece| Ok(size + piece.len())).await?;
    /// assert_eq!(size, 5000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As for any call; also
    ///
    /// | code | when |
    /// | --- | --- |
    /// | `unexpected_content_type` | a JSON document or a page without a `Content-Disposition`: these are messages and no files, unless the path asks for one by its extension (`.html`, `.json`) |
    /// | `malformed_body` | the body is packed (`Content-Encoding`), which nobody asked for |
    /// | `protocol_failed` | the body ends with the connection, so that nobody could tell its end from a break |
    /// | `call_invalid` | the call is no GET, or has a `Range` of its own |
    ///
    /// The stream ends with `body_truncated` or `body_stalled` when the rest cannot be had, `file_changed` when the backend has
    /// another file by then, and `range_mismatched` when it sends another part than the missing one.
    pub async fn download(self) -> Result<Download, Error> {
        let request = self.into_file(None)?;
        let route = request.called.route.clone();
        Ok(Download::new(Source::open(request, Plan::new(false)).await?, &route))
    }
}

impl Download {
    pub(crate) fn new(source: Source, route: &str) -> Self {
        let (head, plan) = (source.head(), source.plan());
        Self {
            name: file_name::choose(head.content_disposition.as_deref(), None, route),
            media_type: head.content_type.clone(),
            length: plan.total(),
            etag: plan.etag().map(str::to_owned),
            left: plan.room(),
            pieces: pieces(Box::new(source)),
        }
    }

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

    /// The strong entity tag of the file, with its quotes, where the backend gave one: what breaks off can be gone on with.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }
}

fn pieces(source: Box<Source>) -> BoxStream<'static, Result<Bytes, Error>> {
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

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = self.pieces.poll_next_unpin(context);
        if let (Poll::Ready(Some(Ok(piece))), Some(left)) = (&piece, &mut self.left) {
            *left = left.saturating_sub(piece.len() as u64);
        }
        piece
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
