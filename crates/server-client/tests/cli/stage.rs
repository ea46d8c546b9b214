//! A backend with files, a program that downloads them, and a folder to save them in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinSet;
use twinfetch_backend::{Options, SEEDED_ACCOUNTS, Server};
use twinfetch_canary::{canary, watch};
use twinfetch_sample::Sample;
use twinfetch_server_client::{ServerClient, Sha256};

/// The variable in which the tests keep the token.
pub(crate) const TOKEN: &str = "TWINFETCH_TEST_TOKEN";

pub(crate) struct Stage {
    backend: Server,
    pub(crate) token: String,
    folder: TempDir,
}

/// How the program ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        for account in SEEDED_ACCOUNTS {
            watch(account.password);
        }
        let secrets = vec![canary("secret").to_owned()];
        let backend = twinfetch_backend::serve(Options { secrets, issued: Some(watch), ..Options::default() });
        let backend = backend.await.unwrap();
        let client = ServerClient::builder().base_url(backend.url()).without_secrets().build().unwrap();
        let ada = &SEEDED_ACCOUNTS[0];
        let login = json!({ "username": ada.username, "password": ada.password });
        let login: Value = client.background().post("/api/auth/login").json(&login).await.unwrap();
        let token = login["accessToken"].as_str().unwrap().to_owned();
        Self { backend, token, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.backend.url())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        // As the system names it: the folder may be behind a link.
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// Downloads as ada, in the folder.
    pub(crate) async fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        let mut program = program(self.folder());
        let output = program.args(arguments).args(["--token-env", TOKEN]).env(TOKEN, &self.token).output();
        let ended = Ended::of(&output.await.unwrap());
        assert!(!format!("{ended:?}").contains(&self.token), "a token is never printed");
        ended
    }

    /// Downloads as nobody.
    pub(crate) async fn run_bare(&self, arguments: &[&str]) -> Ended {
        Ended::of(&program(self.folder()).args(arguments).output().await.unwrap())
    }

    /// What is in the folder, but for locks that an older system keeps.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The program, in a folder, and without settings of the environment.
pub(crate) fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_twinfetch"));
    program.arg("download").current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    program
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// The ending of a program that has done what it should: it says only this.
    pub(crate) fn done(stdout: impl Into<String>) -> Self {
        Self { code: Some(0), stdout: stdout.into(), stderr: String::new() }
    }
}

pub(crate) fn hexadecimal(digest: [u8; 32]) -> String {
    Sha256::from(digest).to_string()
}

pub(crate) fn bytes_of(sample: &Sample) -> Vec<u8> {
    sample.pieces().flatten().collect()
}

/// A server that answers as a test says, and remembers the ranges that it was asked for.
pub(crate) struct Scripted {
    pub(crate) url: String,
    ranges: Arc<Mutex<Vec<Option<String>>>>,
    _serving: JoinSet<()>,
}

impl Scripted {
    /// `answer` gets the number of the request, from 0 on, and the range that it wants.
    pub(crate) async fn new(
        answer: impl Fn(usize, Option<&str>) -> Response<Body> + Clone + Send + Sync + 'static,
    ) -> Self {
        let ranges = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&ranges);
        let app = Router::new().fallback(move |request: Request| {
            let range = request.headers().get("range").map(|range| range.to_str().unwrap().to_owned());
            let mut seen = seen.lock().unwrap();
            seen.push(range.clone());
            let response = answer(seen.len() - 1, range.as_deref());
            async { response }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, ranges, _serving: serving }
    }

    pub(crate) fn ranges(&self) -> Vec<Option<String>> {
        self.ranges.lock().unwrap().clone()
    }
}
