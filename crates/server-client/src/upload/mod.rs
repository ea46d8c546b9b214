//! Files that go to the backend.

mod form;
mod parcel;
mod passage;
mod source;

pub(crate) use parcel::Parcel;
pub use source::Content;

use std::fmt;
use std::future::IntoFuture;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::HeaderValue;
use serde::de::DeserializeOwned;
use twinfetch_core::error::Code;

use crate::answer::Reply;
use crate::call::Call;
use crate::error::Error;
use crate::transport::Failure;
use form::{Form, Framing};
use parcel::Tell;
use source::{Origin, Source};

/// A file on its way to the backend; awaiting it sends the file and reads the answer as JSON into a `T`.
///
/// It is sent as the part `file` of a `multipart/form-data` form, or [bare](Self::raw), piece by piece from the disk and with its
/// length. Each attempt, as after a renewal of the session's token, sends the whole file again. A file that became another on the
/// way, by its length or its time, ends the call with `file_changed`: the request is broken off before its end.
///
/// The limit for a response's head counts from the last piece that went out, and the time in which pieces go out does not
/// count for the whole call: what moves takes its time.
#[must_use = "a file is sent when it is awaited"]
pub struct Upload<T> {
    call: Call<T>,
    plan: Plan,
}

/// How much of a file is out. Each attempt begins anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UploadProgress {
    /// The bytes of the file that were handed to the connection.
    pub sent: u64,
    /// The bytes of the file; unknown of a stream until its end.
    pub total: Option<u64>,
    /// Bytes a second, of late; unknown during the first half second.
    pub rate: Option<f64>,
    /// How long it will take from now on; unknown without a total and a rate.
    pub remaining: Option<Duration>,
}

/// What is to be sent, not looked up yet.
pub(crate) struct Plan {
    origin: Origin,
    field: String,
    file_name: String,
    media_type: String,
    texts: Vec<(String, String)>,
    is_raw: bool,
    tell: Option<Tell>,
}

impl<T> Call<T> {
    /// Sends a file from the disk, under the last component of its path as name.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # use serde_json::{Value, json};
    /// # use twinfetch_backend::{Options, serve};
    /// # let backend = serve(Options::default()).await?;
    /// # let client = twinfetch_server_client::ServerClient::builder().base_url(backend.url()).without_secrets().build()?;
    /// # let login = json!({ "username": "ada", "password": "lovelace-1843" });
    /// # let login: Value = client.background().post("/api/auth/login").json(&login).await?;
    /// # let api = client.background().bearer(login["accessToken"].as_str().unwrap_or_default());
    /// # let path = std::env::temp_dir().join(format!("{}.csv", std::process::id()));
    /// # std::fs::write(&path, "a,b\r\n")?;
    /// let reply: Value = api
    ///     .post("/api/files")
    ///     .upload_from(&path)
    ///     .media_type("text/csv")
    ///     .text("folder", "报告")
    ///     .progress(|progress| println!("{} of {:?}", progress.sent, progress.total))
    ///     .await?;
    /// assert_eq!(reply["size"], 5);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Awaited, as for any call; also `file_missing`, `storage_denied` (also of a folder) and `storage_failed` when the file cannot
    /// be read, before anything is sent; `file_changed` when it became another on the way; `call_invalid` when the call is no
    /// `POST`, `PUT` or `PATCH`, or has another body or a `Content-Type` of its own.
    pub fn upload_from(self, path: impl AsRef<Path>) -> Upload<T> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Upload { call: self, plan: Plan::new(Origin::File(path.to_owned()), name) }
    }

    /// Sends bytes, or a [stream](Content::stream) of them, as a file of this name; otherwise as [`Self::upload_from`].
    ///
    /// ```no_run
    /// # use twinfetch_server_client::{Api, Content, Error};
    /// # async fn uploads(api: Api) -> Result<(), Error> {
    /// # let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"a,b\r\n"))]);
    /// let () = api.post("/api/files").upload("a.txt", "a few bytes").await?;
    /// let () = api.post("/api/files").upload("b.csv", Content::stream(pieces)).await?;
    /// # Ok(()) }
    /// ```
    pub fn upload(self, name: impl Into<String>, content: impl Into<Content>) -> Upload<T> {
        let Content(origin) = content.into();
        Upload { call: self, plan: Plan::new(origin, name.into()) }
    }
}

impl<T> Upload<T> {
    /// Names the form's field with the file; `file` unless this is called.
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.plan.field = name.into();
        self
    }

    /// Names the file. What is no Unicode in a path's own name is replaced by U+FFFD.
    pub fn filename(mut self, name: impl Into<String>) -> Self {
        self.plan.file_name = name.into();
        self
    }

    /// Says what the file is; `application/octet-stream` unless this is called.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.plan.media_type = media_type.into();
        self
    }

    /// Adds a text to the form, before the file.
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.plan.texts.push((name.into(), value.into()));
        self
    }

    /// Sends the bare bytes as this media type, without a form: names are not sent, and texts refused.
    pub fn raw(mut self, media_type: impl Into<String>) -> Self {
        (self.plan.is_raw, self.plan.media_type) = (true, media_type.into());
        self
    }

    /// Tells how much is out: at once, ten times a second at most, and at the end. It is called by the future that is awaited.
    pub fn progress(mut self, tell: impl FnMut(UploadProgress) + Send + 'static) -> Self {
        self.plan.tell = Some(Box::new(tell));
        self
    }
}

impl<T: DeserializeOwned> Upload<T> {
    /// Sends the file; the reply has status and request id beside the payload.
    ///
    /// # Errors
    /// As for [`Call::upload_from`].
    pub async fn reply(self) -> Result<Reply<T>, Error> {
        self.call.carrying(self.plan).reply().await
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Upload<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { Ok(self.reply().await?.data) }.boxed()
    }
}

impl Plan {
    fn new(origin: Origin, file_name: String) -> Self {
        let (field, media_type) = ("file".to_owned(), "application/octet-stream".to_owned());
        Self { origin, field, file_name, media_type, texts: Vec::new(), is_raw: false, tell: None }
    }

    /// What is wrong with it, whatever the file is.
    pub(crate) fn mistake(&self) -> Option<&'static str> {
        let is_media_type = self.media_type.contains('/') && HeaderValue::try_from(&self.media_type).is_ok();
        match () {
            () if !is_media_type => Some("its media type is none"),
            () if self.is_raw && !self.texts.is_empty() => Some("a raw body has no texts beside it"),
            () => None,
        }
    }

    /// Looks up what is sent.
    pub(crate) async fn pack(self) -> Result<Parcel, Failure> {
        let framing = self.framing()?;
        let source = Source::find(self.origin).await?;
        Ok(Parcel { framing, source, tell: Mutex::new(self.tell) })
    }

    fn framing(&self) -> Result<Framing, Failure> {
        let Self { field, file_name, media_type, texts, is_raw, .. } = self;
        if *is_raw {
            return Ok(Framing { content_type: media_type.clone(), before: Bytes::new(), after: Bytes::new() });
        }
        let mut boundary = [0; 16];
        getrandom::fill(&mut boundary).map_err(|_| Failure::new(Code::StorageFailed, "the system has no chance"))?;
        let boundary = u128::from_ne_bytes(boundary);
        Ok(Form { boundary, texts, field, file_name, media_type }.framing())
    }
}

impl<T> fmt::Debug for Upload<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Upload").field("call", &self.call).finish_non_exhaustive()
    }
}
