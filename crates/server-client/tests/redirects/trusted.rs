//! A certificate which the client trusts: the machine's own list is read from a file, so that each test runs in a process of its
//! own whose environment names that file.

use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::axes::canary;
use crate::recorder::Recorder;

/// Names the folder of certificate and key to the process that is to trust them.
const FOLDER: &str = "TWINFETCH_TEST_TRUSTED_FOLDER";

/// Servers with the trusted certificate, in the process that trusts it; elsewhere starts that process with this test, and gives
/// nothing.
///
/// That process is told of a proxy, which must not be used: with a password, as such addresses have them.
pub(crate) async fn recorder(test: &str) -> Option<Recorder> {
    if let Ok(folder) = env::var(FOLDER) {
        return Some(Recorder::new(acceptor(&folder)).await);
    }
    let folder = format!("{}/{}", env!("CARGO_TARGET_TMPDIR"), canary());
    fs::create_dir(&folder).unwrap();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(format!("{folder}/certificate.pem"), cert.pem()).unwrap();
    fs::write(format!("{folder}/key.pem"), signing_key.serialize_pem()).unwrap();
    let proxy = Recorder::new(acceptor(&folder)).await;
    let address = proxy.fill(&format!("http://somebody:{}@127.0.0.1:{{own}}", canary()));
    let mut myself = Command::new(env::current_exe().unwrap());
    myself.args([test, "--exact", "--nocapture"]);
    myself.env("SSL_CERT_FILE", format!("{folder}/certificate.pem")).env(FOLDER, &folder).env_remove("NO_PROXY");
    for variable in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        myself.env(variable, &address);
    }
    let ended = tokio::task::spawn_blocking(move || myself.output()).await.unwrap().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let (told, complaint) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && told.contains("1 passed"), "{told}{complaint}");
    print!("{told}");
    let asked = proxy.take();
    assert!(asked.is_empty(), "the proxy of the environment was asked: {asked:?}");
    None
}

fn acceptor(folder: &str) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(format!("{folder}/certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{folder}/key.pem")).unwrap();
    // By name: the whole workspace compiles two providers, of which none is the default then.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap()))
}
