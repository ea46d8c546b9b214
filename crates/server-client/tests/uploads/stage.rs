//! A backend, somebody signed in there, and files.

use std::fs;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use twinfetch_backend::{Options, SEEDED_ACCOUNTS, Server, System};
use twinfetch_canary::{canary, watch};
use twinfetch_sample::Sample;
use twinfetch_server_client::{Api, Dialect, ServerClient, Sha256, Upload, UploadProgress};

pub(crate) const FILES: &str = "/api/files";

/// A backend of a system whose tokens can be renewed, and ada, who is signed in.
pub(crate) struct Stage {
    backend: Server,
    api: Api,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        for account in SEEDED_ACCOUNTS {
            watch(account.password);
        }
        let secret = canary("secret").to_owned();
        let (system, secrets) = (System::DualToken, vec![secret]);
        let options = Options { system, secrets, test_endpoints: true, issued: Some(watch), ..Options::default() };
        let backend = twinfetch_backend::serve(options).await.unwrap();
        let client = ServerClient::builder().base_url(backend.url()).dialect(Dialect::dual_token()).without_secrets();
        let ada = &SEEDED_ACCOUNTS[0];
        let credentials = json!({ "email": ada.email, "password": ada.password });
        let signed_in = client.build().unwrap().background().sign_in(&credentials).await.unwrap();
        Self { backend, api: signed_in.api() }
    }

    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Has the backend answer the next calls of a path so.
    pub(crate) async fn fault(&self, fault: Value) {
        let _: Value = self.plain().put("/test/fault").json(&fault).await.unwrap();
    }

    /// How often a path was called.
    pub(crate) async fn count(&self, path: &str) -> u64 {
        let calls: Value = self.plain().get("/test/calls").await.unwrap();
        let calls = calls["calls"].as_array().unwrap().iter().filter(|call| call["path"] == path);
        calls.map(|call| call["count"].as_u64().unwrap()).sum()
    }

    fn plain(&self) -> Api {
        client(self.backend.url())
    }
}

/// Calls without a session.
pub(crate) fn client(url: &str) -> Api {
    ServerClient::builder().base_url(url).without_secrets().build().unwrap().background()
}

/// A folder that goes with its test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file of the sample.
    pub(crate) fn file(&self, name: impl AsRef<Path>, sample: &Sample) -> PathBuf {
        let path = self.path(name);
        let mut file = fs::File::create(&path).unwrap();
        sample.pieces().for_each(|piece| file.write_all(&piece).unwrap());
        path
    }
}

pub(crate) fn hexadecimal(digest: [u8; 32]) -> String {
    Sha256::from(digest).to_string()
}

/// What an upload told, in order.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<UploadProgress>>>);

impl Told {
    pub(crate) fn of<T>(&self, upload: Upload<T>) -> Upload<T> {
        let told = Arc::clone(&self.0);
        upload.progress(move |progress| told.lock().unwrap().push(progress))
    }

    pub(crate) fn all(&self) -> Vec<UploadProgress> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn sent(&self) -> Vec<u64> {
        self.all().iter().map(|progress| progress.sent).collect()
    }
}

/// A port on which a test answers by itself.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// The same; a connection holds little of what the test has not read yet.
pub(crate) fn listen_narrowly() -> (TcpListener, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 << 10).unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// Takes a connection, and reads the head of its request: its lines, in small letters.
pub(crate) async fn accept(listener: &TcpListener) -> (BufReader<TcpStream>, Vec<String>) {
    let mut connection = BufReader::new(listener.accept().await.unwrap().0);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await.unwrap();
        match line.trim_end() {
            "" => return (connection, head),
            line => head.push(line.to_ascii_lowercase()),
        }
    }
}
