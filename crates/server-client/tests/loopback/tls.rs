//! A backend behind https is spoken to only if its certificate is good.

use std::env;
use std::fs;
use std::process::Command;
use std::sync::Arc;

use http::HeaderMap;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use twinfetch_server_client::{Code, Kind};

use crate::scripted::{Then, raw};
use crate::stage::{ACCESS, ADA, client, request_of};

/// Tells the process of this test, started by itself, where the backend is that it trusts.
const TRUSTED: &str = "TWINFETCH_TEST_TRUSTED_BACKEND";

/// A server behind https for this name; its certificate, which it signed itself, and what it was asked in clear.
async fn secure(name: &str) -> (String, String, JoinSet<()>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
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
            // Who does not trust the certificate goes away here.
            let Ok(mut socket) = acceptor.accept(socket).await else { continue };
            let mut asked = vec![0; 4096];
            let length = socket.read(&mut asked).await.unwrap();
            assert!(String::from_utf8_lossy(&asked[..length]).contains(&format!("Bearer {ACCESS}")));
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\n\"good\"";
            socket.write_all(answer.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        }
    });
    (url, cert.pem(), serving)
}

#[tokio::test]
async fn a_certificate_that_the_system_trusts_is_good() {
    if let Ok(url) = env::var(TRUSTED) {
        let api = client(&url).incoming(&request_of(ADA, ACCESS));
        assert_eq!(api.get::<String>("/").await.unwrap(), "good");
        return;
    }
    let (url, certificate, _serving) = secure("localhost").await;
    let file = format!("{}/trusted.pem", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&file, certificate).unwrap();
    let mut myself = Command::new(env::current_exe().unwrap());
    myself.args(["tls::a_certificate_that_the_system_trusts_is_good", "--exact"]);
    myself.env("SSL_CERT_FILE", file).env(TRUSTED, url);
    let ended = tokio::task::spawn_blocking(move || myself.output()).await.unwrap().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

#[tokio::test]
async fn any_other_certificate_is_refused_and_nothing_is_sent() {
    let (unknown, _, _serving) = secure("localhost").await;
    let (plain, _plain) = raw("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Then::Close).await;
    for url in [unknown, plain.replace("http:", "https:")] {
        let error = client(&url).incoming(&HeaderMap::new()).get::<Value>("/").await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Network, Code::TlsFailed));
        assert_eq!(error.message(), Code::TlsFailed.message());
        assert!(error.log_detail().contains("tls: "), "{error:?}");
    }
}
