//! A client of a file server, and what comes of a file.

use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use twinfetch_canary::{canary, show_error, shown};
use twinfetch_faults::{FaultServer, File, Script};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Api, Builder, Code, Download, Error, ServerClient};

/// Larger than what sockets hold, so that a cut is met on the way and not before.
pub(crate) const SIZE: u64 = 3_000_000;

pub(crate) struct Stage {
    pub(crate) server: FaultServer,
    pub(crate) api: Api,
}

impl Stage {
    pub(crate) async fn new(script: Script) -> Self {
        Self::with(script, |builder| builder).await
    }

    /// A client with other settings than the defaults.
    pub(crate) async fn with(script: Script, set: impl FnOnce(Builder) -> Builder) -> Self {
        let server = FaultServer::start(script).await.unwrap();
        let builder = ServerClient::builder().base_url(server.url()).secrets([canary("secret")]);
        let api = set(builder).build().unwrap().background().bearer(canary("access"));
        Self { server, api }
    }

    pub(crate) async fn ask(&self) -> Result<Download, Error> {
        self.api.get("/private/file.bin").query("q", canary("query")).download().await
    }

    /// Takes a whole file.
    pub(crate) async fn take(&self) -> Taken {
        match self.ask().await {
            Ok(file) => take(file).await,
            Err(error) => Taken { bytes: Vec::new(), error: Some(error) },
        }
    }

    /// The ranges that were asked for.
    pub(crate) fn ranges(&self) -> Vec<Option<String>> {
        let record = self.server.record();
        record.requests.iter().map(|seen| seen.header("range").map(str::to_owned)).collect()
    }
}

/// What came of a file, and how it ended.
pub(crate) struct Taken {
    pub(crate) bytes: Vec<u8>,
    pub(crate) error: Option<Error>,
}

pub(crate) async fn take(mut file: Download) -> Taken {
    let mut bytes = Vec::new();
    while let Some(piece) = file.next().await {
        match piece {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(error) => return Taken { bytes, error: Some(error) },
        }
    }
    Taken { bytes, error: None }
}

impl Taken {
    /// The whole file of an edition came, and nothing else.
    pub(crate) fn is_whole(&self, file: &File) {
        assert!(self.error.is_none(), "{:?}", self.error);
        let sample = Sample::edition(file.edition, file.size);
        assert_eq!(self.bytes.len() as u64, file.size);
        assert_eq!(*Sha256::digest(&self.bytes), sample.sha256());
    }

    /// An error came, and before it nothing but the beginning of a file; it shows nothing that is not meant to be shown.
    pub(crate) fn broke_off(self, code: Code, file: &File) -> (usize, Error) {
        let error = self.error.unwrap_or_else(|| panic!("{} bytes look complete", self.bytes.len()));
        assert_eq!(error.code(), code, "{error:?}");
        let begin = Sample::edition(file.edition, file.size).part(0..self.bytes.len() as u64);
        assert!(begin.flatten().eq(self.bytes.iter().copied()), "another file's bytes");
        is_showable(&error);
        (self.bytes.len(), error)
    }
}

/// A user sees nothing internal, and a log sees where it was.
pub(crate) fn is_showable(error: &Error) {
    assert!(error.log_detail().contains("GET /private/file.bin at http"), "{error:?}");
    assert!(error.request_id().is_some());
    show_error(error);
    shown(&error.log_detail());
}
