//! A file server that goes wrong as it is told, a client of it, and an empty folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use twinfetch_canary::{canary, show_error, shown};
use twinfetch_faults::{Fault, FaultServer, File, Script};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Api, Call, Code, Error, Retry, Saved, ServerClient};

pub(crate) struct Stage {
    pub(crate) server: FaultServer,
    pub(crate) api: Api,
    pub(crate) folder: TempDir,
}

/// A file of so many bytes.
pub(crate) fn file(size: u64) -> File {
    File { size, ..File::default() }
}

pub(crate) fn sample(file: &File) -> Sample {
    Sample::edition(file.edition, file.size)
}

pub(crate) fn serves(file: &File) -> Script {
    Script::always(Fault::File(file.clone()))
}

impl Stage {
    pub(crate) async fn new(file: &File) -> Self {
        Self::with(serves(file)).await
    }

    pub(crate) async fn with(script: Script) -> Self {
        let server = FaultServer::start(script).await.unwrap();
        let api = api(&server.url());
        Self { server, api, folder: tempfile::tempdir().unwrap() }
    }

    /// A call for the file, with a query that nobody is to see.
    pub(crate) fn get(&self) -> Call<Saved> {
        self.api.get("/export").query("q", canary("query"))
    }

    /// The same call each time, which ends where its connection does.
    pub(crate) fn get_once(&self) -> Call<Saved> {
        self.api.get("/export").retry(Retry::NONE)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }

    /// What is noted of the part.
    pub(crate) fn journal(&self, name: &str) -> Option<Value> {
        journal(&self.path(name))
    }

    /// The ranges that were asked for, in order.
    pub(crate) fn ranges(&self) -> Vec<Option<String>> {
        let record = self.server.record();
        record.requests.iter().map(|seen| seen.header("range").map(str::to_owned)).collect()
    }

    /// The file is there, and nothing beside it.
    pub(crate) fn has(&self, name: &str, file: &File) {
        assert_eq!(self.names(), [name]);
        has(&self.path(name), file);
    }

    /// Leaves a part of so many bytes of a file, as a run does that broke off.
    pub(crate) async fn leaves(&self, name: &str, file: &File, bytes: u64) {
        let cut = Some(twinfetch_faults::Cut::after(bytes));
        self.server.play(serves(&File { cut, ..file.clone() }));
        let error = self.get_once().download_to(self.path(name)).await.unwrap_err();
        failed(&error, Code::BodyTruncated);
        assert_eq!(self.journal(name).unwrap()["kept"], bytes);
        self.server.play(serves(file));
    }
}

pub(crate) fn api(url: &str) -> Api {
    let client = ServerClient::builder().base_url(url).secrets([canary("secret")]).build().unwrap();
    client.background().bearer(canary("access"))
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}

/// The journal of a file, read as anybody may read it.
pub(crate) fn journal(path: &Path) -> Option<Value> {
    let mut path = path.as_os_str().to_owned();
    path.push(".part.json");
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The file is the one that was served, byte for byte.
pub(crate) fn has(path: &Path, file: &File) {
    let bytes = fs::read(path).unwrap();
    assert_eq!(bytes.len() as u64, file.size);
    assert!(Sample::sha256_of([&bytes]) == sample(file).sha256(), "other bytes");
}

/// The error has this code, and shows nothing that is secret.
pub(crate) fn failed(error: &Error, code: Code) {
    assert_eq!(error.code(), code, "{error:?}");
    show_error(error);
    shown(&error.log_detail());
}
