//! A file of the backend, saved under its name once it is complete.
//!
//! ```text
//!  report.csv.part        the bytes so far: locked, and nobody else's
//!  report.csv.part.json   which file they are of, how many are on the device, and what they come to
//!      │ complete, its digest checked, on the device
//!      ▼
//!  report.csv             in one step, and not in the place of another file
//! ```
//!
//! A part is gone on with when the journal says that it is of the same address and user, and when its first bytes still come to the
//! checksum that the journal has of them. A note is made once a second, when nothing comes for a while, and when a download
//! fails or is dropped; each after the bytes are on the device. So what a killed process or a power cut leaves behind those
//! bytes, zeros or anything else, is not trusted: it is asked for again.

mod digest;
mod journal;
mod part;
mod place;
mod progress;
mod saving;
mod sha256;
pub(crate) mod storage;
mod sum;
mod system;
mod writer;

pub use progress::Progress;
pub use sha256::{NoSha256, Sha256};

use std::fmt;
use std::future::IntoFuture;
use std::path::{Path, PathBuf};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use twinfetch_core::error::{Code, Error as Reason};

use crate::call::Call;
use crate::error::Error;
use progress::Listener;

/// A download to a file in the making; awaiting it performs it.
#[must_use = "a file is downloaded when this is awaited"]
pub struct Save {
    call: Call<Saved>,
    path: PathBuf,
    expected: Result<Option<Sha256>, Error>,
    replaces: bool,
    is_fresh: bool,
    listener: Option<Listener>,
}

/// A file that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Where it is; absolute.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// What it comes to, where the caller or the backend said what it has to be: then it was checked.
    pub sha256: Option<Sha256>,
    /// Its media type, as the backend says it.
    pub media_type: Option<String>,
    /// How many of its bytes were there from an earlier run.
    pub kept: u64,
}

impl Call<Saved> {
    /// Saves the file under this path; when that is a folder, in it, under the backend's name for it, made safe.
    ///
    /// The file has its name only when it is complete: until then its bytes are beside it in `NAME.part`, with a journal
    /// `NAME.part.json`. A file of this name is not replaced, unless the caller [says so](Save::overwrite), and never one whose
    /// name the backend chose. The file may be read by whom the process' umask lets.
    ///
    /// A connection that breaks off is gone on with, as with [`Call::download`]. When the whole download fails, is dropped, or the
    /// process dies, part and journal stay, and the next call with the same path, address and user goes on with them, where the
    /// file has a strong entity tag. A part that nobody could go on with is removed.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let backend = twinfetch_backend::serve(twinfetch_backend::Options::default()).await?;
    /// # let client = twinfetch_server_client::ServerClient::builder().base_url(backend.url()).secrets(["s"]).build()?;
    /// # let account = twinfetch_backend::SEEDED_ACCOUNTS[0];
    /// # let who = serde_json::json!({ "username": account.username, "password": account.password });
    /// # let login: serde_json::Value = client.background().post("/api/auth/login").json(&who).await?;
    /// # let api = client.background().bearer(login["accessToken"].as_str().unwrap_or_default());
    /// # let folder = tempfile::tempdir()?;
    /// let saved = api
    ///     .get("/api/export")
    ///     .query("bytes", 1_000_000)
    ///     .download_to(folder.path().join("report.csv"))
    ///     .progress(|now| println!("{} of {:?} bytes", now.received, now.total))
    ///     .await?;
    /// assert_eq!(saved.bytes, std::fs::metadata(&saved.path)?.len());
    /// println!("{} bytes in {}", saved.bytes, saved.path.display());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Call::download`], and:
    ///
    /// | code | when |
    /// | --- | --- |
    /// | `digest_mismatched` | the file is not what the caller, or the backend's `Repr-Digest` or `Content-Digest`, says; the part is removed |
    /// | `file_busy` | another download, of any process, writes the same file |
    /// | `file_exists` | there is such a file, or its `.part` is another program's |
    /// | `file_missing` | there is no such folder |
    /// | `storage_denied` | the folder may not be written to, or the place is taken by what is no file |
    /// | `storage_failed` | the device failed |
    /// | `storage_full` | the device or its quota is full |
    pub fn download_to(self, path: impl AsRef<Path>) -> Save {
        Save {
            call: self,
            path: path.as_ref().to_owned(),
            expected: Ok(None),
            replaces: false,
            is_fresh: false,
            listener: None,
        }
    }
}

impl Save {
    /// Says what the file has to come to: 64 hexadecimal digits, or 32 bytes. Another file is refused (`digest_mismatched`).
    pub fn sha256(mut self, expected: impl TryInto<Sha256>) -> Self {
        let message = "The request cannot be sent: a SHA-256 has 64 hexadecimal digits.";
        let invalid = |_| Error::new(Reason::new(Code::CallInvalid).with_message(message.to_owned()));
        self.expected = expected.try_into().map(Some).map_err(invalid);
        self
    }

    /// Replaces a file of this name, in one step, once the new one is complete. A link is replaced itself, not what it leads to. In
    /// a folder, where the backend chooses the name, nothing is replaced.
    pub const fn overwrite(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// Begins from the first byte, whatever an earlier run has left.
    pub const fn fresh(mut self) -> Self {
        self.is_fresh = true;
        self
    }

    /// Has somebody told how far it is: at once, ten times a second at most, and at the end. It is called between two
    /// pieces of the file, and should be quick.
    pub fn progress(mut self, listener: impl FnMut(Progress) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }
}

impl IntoFuture for Save {
    type Output = Result<Saved, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        saving::save(self).boxed()
    }
}

impl fmt::Debug for Save {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Save").field("call", &self.call).field("path", &self.path).finish_non_exhaustive()
    }
}
