//! Secure connections that cannot be made.
//!
//! The client trusts what the system trusts, and a process reads that once: the calls are made in a process of their own,
//! whose system trusts the authority of this test.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
    date_time_ymd,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use twinfetch_faults::{Fault, FaultServer, Script};
use twinfetch_server_client::{Code, Kind, Sent};

use crate::stage::{is_showable, signed_in, travelled};

/// Tells the process of this test, started by itself, which addresses to call and what to expect.
const CALLS: &str = "TWINFETCH_TEST_TLS_CALLS";

const MYSELF: &str = "tls::f_05_a_connection_that_is_not_secure_is_none_and_nothing_is_sent";

/// An authority, and servers with certificates that it signed or did not.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
    requests: Arc<AtomicU64>,
    serving: JoinSet<()>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        let certificate = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        Self { certificate, issuer, requests: Arc::default(), serving: JoinSet::new() }
    }

    /// A server whose certificate is as this changes it; it answers every request with JSON.
    async fn serve(&mut self, is_signed: bool, change: impl FnOnce(&mut CertificateParams)) -> String {
        self.speak(is_signed, change, &[]).await
    }

    async fn speak(
        &mut self,
        is_signed: bool,
        change: impl FnOnce(&mut CertificateParams),
        protocols: &[&[u8]],
    ) -> String {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        change(&mut params);
        let certificate = if is_signed { params.signed_by(&key, &self.issuer) } else { params.self_signed(&key) };
        // By name: the whole workspace compiles two providers, of which none is the default then.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let chain = vec![certificate.unwrap().der().clone()];
        let mut config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let (acceptor, requests) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&self.requests));
        self.listen(move |socket| {
            let (acceptor, requests) = (acceptor.clone(), Arc::clone(&requests));
            async move {
                // Who does not trust the certificate goes away here.
                let Ok(mut socket) = acceptor.accept(socket).await else { return };
                if socket.read(&mut [0; 4096]).await.is_ok_and(|length| length > 0) {
                    requests.fetch_add(1, Ordering::SeqCst);
                }
                let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\n\"good\"";
                let _ = socket.write_all(answer.as_bytes()).await;
                let _ = socket.shutdown().await;
            }
        })
        .await
    }

    async fn listen<F>(&mut self, serve: impl Fn(TcpStream) -> F + Send + 'static) -> String
    where
        F: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        self.serving.spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                serve(socket).await;
            }
        });
        url
    }
}

/// In the process of its own: each address, the code with which a call of it ends, and a word of the log.
async fn call_all(calls: &Value) {
    for call in calls.as_array().unwrap() {
        let [url, code, word] = [0, 1, 2].map(|index| call[index].as_str().unwrap());
        let api = signed_in(url, |builder| builder);
        let outcome = api.post::<String>("/private-route").await;
        if code == "good" {
            assert_eq!(outcome.unwrap(), "good");
            continue;
        }
        let error = outcome.unwrap_err();
        assert_eq!((error.code().name(), error.kind()), (code, Kind::Network), "{error:?}");
        let is_tls = error.code() == Code::TlsFailed;
        assert_eq!((error.retryable(), travelled(&error)), (!is_tls, (Sent::Unsent, if is_tls { 1 } else { 3 })));
        assert!(error.log_detail().contains(word), "{error:?}, not {word}");
        is_showable(&error);
        assert!(api.session().await.unwrap().is_authenticated());
    }
}

#[tokio::test]
async fn f_05_a_connection_that_is_not_secure_is_none_and_nothing_is_sent() {
    if let Ok(calls) = env::var(CALLS) {
        return call_all(&serde_json::from_str(&calls).unwrap()).await;
    }
    let mut authority = Authority::new();
    let mut calls = vec![(authority.serve(true, |_| ()).await, "good", "")];
    let requests = Arc::clone(&authority.requests);

    let expired = authority.serve(true, |params| params.not_after = date_time_ymd(2020, 1, 1)).await;
    calls.push((expired, "tls_failed", "xpired"));
    // As every certificate is to a machine whose clock is years behind.
    let early = authority.serve(true, |params| params.not_before = date_time_ymd(2090, 1, 1)).await;
    calls.push((early, "tls_failed", "not valid yet"));
    let other = CertificateParams::new(["other.test".to_owned()]).unwrap().subject_alt_names;
    calls.push((authority.serve(true, |params| params.subject_alt_names = other).await, "tls_failed", "not valid for"));
    calls.push((authority.serve(false, |_| ()).await, "tls_failed", "UnknownIssuer"));
    // A server of the last century: an alert, in TLS 1.0, that the protocol's version is not supported.
    let old = authority.listen(async |mut socket: TcpStream| {
        let _ = socket.read(&mut [0; 4096]).await;
        let _ = socket.write_all(&[21, 3, 1, 0, 2, 2, 70]).await;
        let _ = socket.shutdown().await;
    });
    calls.push((old.await, "tls_failed", "ProtocolVersion"));
    let plain = FaultServer::start(Script::always(Fault::HtmlPage)).await.unwrap();
    calls.push((format!("https://localhost:{}", plain.port()), "connect_failed", "connect"));
    let breaking = authority.listen(async |mut socket: TcpStream| {
        let _ = socket.read(&mut [0; 4096]).await;
        let _ = socket.set_zero_linger();
    });
    calls.push((breaking.await, "connect_failed", "connect"));
    calls.push((authority.speak(true, |_| (), &[b"h2"]).await, "tls_failed", "NoApplicationProtocol"));

    let file = format!("{}/f_05.pem", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&file, authority.certificate.pem()).unwrap();
    let mut myself = Command::new(env::current_exe().unwrap());
    myself.args([MYSELF, "--exact"]).env("SSL_CERT_FILE", file).env(CALLS, serde_json::to_string(&calls).unwrap());
    let ended = tokio::task::spawn_blocking(move || myself.output()).await.unwrap().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    assert_eq!(requests.load(Ordering::SeqCst), 1, "only the good server is asked anything");
    // And nobody tries again without TLS.
    assert_eq!(plain.record().total, 0);
}
