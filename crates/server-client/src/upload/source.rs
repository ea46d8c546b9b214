//! Where the bytes come from that are sent.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _, TryStreamExt as _};
use tokio::task::spawn_blocking;
use twinfetch_core::error::Code;

use crate::error::BoxError;
use crate::save::storage::failed;
use crate::transport::Failure;

/// How much is held of a file at a time.
const PIECE: usize = 128 * 1024;

/// Bytes to send that are no file on this machine's disk: bytes in memory, or a [stream](Self::stream).
pub struct Content(pub(super) Origin);

/// Where bytes come from.
pub(super) enum Origin {
    Bytes(Bytes),
    File(PathBuf),
    Stream(Pieces),
}

type Pieces = BoxStream<'static, Result<Bytes, Failure>>;

impl Content {
    /// Bytes that are made as they are sent. They can be sent once only: a call with them is never repeated, also not after a
    /// renewal. Their number is unknown before, so that they are sent in chunks.
    ///
    /// An error of the stream ends the call with `aborted`.
    pub fn stream<S, E>(pieces: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let pieces = pieces.map_err(|_| Failure::new(Code::Aborted, "the stream to send broke off"));
        Self(Origin::Stream(pieces.boxed()))
    }
}

impl<B: Into<Bytes>> From<B> for Content {
    fn from(bytes: B) -> Self {
        Self(Origin::Bytes(bytes.into()))
    }
}

/// What is sent, known to be there.
pub(super) enum Source {
    Bytes(Bytes),
    File(Arc<PathBuf>, Stamp),
    /// Gone after the first time.
    Stream(Mutex<Option<Pieces>>),
}

/// What shows that a file is the one that it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Source {
    /// Looks the bytes up.
    pub(super) async fn find(origin: Origin) -> Result<Self, Failure> {
        Ok(match origin {
            Origin::Bytes(bytes) => Self::Bytes(bytes),
            Origin::Stream(pieces) => Self::Stream(Mutex::new(Some(pieces))),
            Origin::File(path) => {
                let path = Arc::new(path);
                let found = Arc::clone(&path);
                let (_, stamp) = blocking(move || open(&found)).await?;
                Self::File(path, stamp)
            }
        })
    }

    /// How many bytes there are, where that is known before.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::File(_, stamp) => Some(stamp.length),
            Self::Stream(_) => None,
        }
    }

    /// Begins with the bytes, which are those of the time before.
    pub(super) async fn pieces(&self) -> Result<Pieces, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(stream::iter(cut(bytes.clone()).map(Ok)).boxed()),
            Self::File(path, stamp) => {
                let (path, stamp) = (Arc::clone(path), *stamp);
                let (file, found) = blocking(move || open(&path)).await?;
                if found != stamp {
                    return Err(changed());
                }
                Ok(of_file(file, stamp).boxed())
            }
            Self::Stream(pieces) => {
                let pieces = pieces.lock().unwrap_or_else(PoisonError::into_inner).take();
                // Who repeats knows that it is sent once; a redirect does not.
                pieces.ok_or_else(|| Failure::new(Code::RedirectRefused, "a stream cannot be sent again"))
            }
        }
    }
}

fn cut(bytes: Bytes) -> impl Iterator<Item = Bytes> + Send {
    let pieces = bytes.len().div_ceil(PIECE);
    (0..pieces).map(move |index| bytes.slice(index * PIECE..bytes.len().min((index + 1) * PIECE)))
}

fn of_file(file: File, stamp: Stamp) -> impl Stream<Item = Result<Bytes, Failure>> + Send {
    stream::try_unfold((file, stamp.length), move |(file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        blocking(move || {
            let mut file = file;
            let wanted = left.min(PIECE as u64);
            let mut piece = Vec::with_capacity(PIECE.min(usize::try_from(left).unwrap_or(PIECE)));
            (&mut file).take(wanted).read_to_end(&mut piece).map_err(failed("file"))?;
            let left = left - piece.len() as u64;
            // Before the last piece is out the server cannot take the file for whole.
            if piece.len() as u64 != wanted
                || left == 0 && Stamp::of(&file.metadata().map_err(failed("file"))?) != stamp
            {
                return Err(changed());
            }
            Ok(Some((Bytes::from(piece), (file, left))))
        })
        .await
    })
}

/// Opens a file, and nothing that would wait or has no end.
fn open(path: &Path) -> Result<(File, Stamp), Failure> {
    let is_file = |found: &Metadata| {
        let denied = || Failure::new(Code::StorageDenied, "it is no file");
        found.is_file().then(|| Stamp::of(found)).ok_or_else(denied)
    };
    is_file(&fs::metadata(path).map_err(failed("file"))?)?;
    let file = File::open(path).map_err(failed("file"))?;
    let stamp = is_file(&file.metadata().map_err(failed("file"))?)?;
    Ok((file, stamp))
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self { length: found.len(), modified: found.modified().ok() }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let ended = spawn_blocking(work).await;
    ended.unwrap_or_else(|_| Err(Failure::new(Code::StorageFailed, "the runtime is ending")))
}

fn changed() -> Failure {
    Failure::new(Code::FileChanged, "the file to send is not what it was")
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Content(…)")
    }
}
