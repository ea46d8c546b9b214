//! Uploads to a backend behind https, and to none.

use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use twinfetch_server_client::{Code, Sent};

use crate::answered_early::REFUSAL;
use crate::stage::{Folder, client};

/// Tells the process of this test, started by itself, where the backend is that it trusts.
const TRUSTED: &str = "TWINFETCH_TEST_TRUSTED_UPLOADS";

const MYSELF: &str = "secure::an_upload_goes_to_a_trusted_backend_and_hears_its_early_answer";

/// A server behind https which refuses every file after its first bytes, and closes; its certificate.
async fn refusing() -> (String, String, JoinSet<()>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    // By name: the whole workspace compiles two providers, of which none is the default then.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            // What is held back when it closes is never sent.
            socket.set_nodelay(true).unwrap();
            // Who does not trust the certificate goes away here.
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            socket.read_exact(&mut [0; 4096]).await.unwrap();
            socket.write_all(REFUSAL).await.unwrap();
            socket.flush().await.unwrap();
        }
    });
    (url, cert.pem(), serving)
}

#[tokio::test]
async fn an_upload_goes_to_a_trusted_backend_and_hears_its_early_answer() {
    let folder = Folder::new();
    if let Ok(url) = env::var(TRUSTED) {
        let path = folder.path("file");
        fs::File::create(&path).unwrap().set_len(64 << 20).unwrap();
        for _ in 0..10 {
            let error = client(&url).post::<Value>("/files").upload_from(&path).await.unwrap_err();
            assert_eq!((error.code(), error.message()), (Code::Rejected, "too large"), "{error:?}");
        }
        return;
    }
    let (url, certificate, _serving) = refusing().await;
    let error = client(&url).post::<Value>("/files").upload("a", "bytes").await.unwrap_err();
    assert_eq!((error.code(), error.sent()), (Code::TlsFailed, Sent::Unsent));
    assert!(error.log_detail().contains("tls: "), "{error:?}");
    let file = folder.path("trusted.pem");
    fs::write(&file, certificate).unwrap();
    let mut myself = Command::new(env::current_exe().unwrap());
    myself.args([MYSELF, "--exact"]).env("SSL_CERT_FILE", file).env(TRUSTED, url);
    let ended = tokio::task::spawn_blocking(move || myself.output()).await.unwrap().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

#[tokio::test]
async fn a_backend_without_an_address_or_without_tls_is_named_as_for_any_call() {
    let nowhere = client("http://nowhere.invalid").post::<Value>("/files").upload("a", "bytes").await.unwrap_err();
    assert_eq!((nowhere.code(), nowhere.sent()), (Code::DnsFailed, Sent::Unsent));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        socket
    };
    let upload = client(&url).post::<Value>("/files").upload("a", "bytes").into_future();
    let (ended, _socket) = tokio::join!(upload, serve);
    assert_eq!(ended.unwrap_err().code(), Code::TlsFailed);
}
