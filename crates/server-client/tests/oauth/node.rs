//! The real provider of `tests/oidc`, started and ended by the test that asks for it.

use std::path::Path;
use std::process::Stdio;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Url, redirect};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::visit::{CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Visit};

pub(crate) struct RealProvider {
    pub(crate) issuer: String,
    _process: Child,
    // Its notices have to go somewhere: it ends when they cannot.
    _notices: Lines<BufReader<ChildStdout>>,
}

impl RealProvider {
    pub(crate) async fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oidc");
        assert!(
            folder.join("node_modules/oidc-provider").exists(),
            "the OpenID provider of the tests is not installed: run `npm ci` in tests/oidc, or `cargo xtask test native`"
        );
        let mut process = Command::new("node")
            .current_dir(folder)
            .args(["provider.mjs", CLIENT_ID, CLIENT_SECRET, REDIRECT_URI])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the OpenID provider of the tests needs Node 20 or later: `node` cannot be started");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("node provider.mjs ended: run it in tests/oidc to see why");
        let issuer = line.strip_prefix("provider ready at ").unwrap().to_owned();
        Self { issuer, _process: process, _notices: lines }
    }

    /// Follows the provider's pages as a browser with cookies does, until it is sent back to the app: the callback's query.
    pub(crate) async fn sign_in(&self, visit: &Visit, hint: Option<&str>) -> String {
        let browser =
            Client::builder().redirect(redirect::Policy::none()).no_proxy().tls_certs_only([]).build().unwrap();
        let mut cookies = Vec::<(String, String)>::new();
        let mut url = visit.location.clone();
        if let Some(hint) = hint {
            url.query_pairs_mut().append_pair("login_hint", hint);
        }
        for _ in 0..10 {
            assert!(url.as_str().starts_with(&self.issuer), "{url}");
            let sent: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let response = browser.get(url.clone()).header(COOKIE, sent.join("; ")).send().await.unwrap();
            for cookie in response.headers().get_all(SET_COOKIE) {
                let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                cookies.retain(|(known, _)| known != name);
                cookies.push((name.to_owned(), value.to_owned()));
            }
            let location = response.headers().get(LOCATION).map(|location| location.to_str().unwrap().to_owned());
            let Some(location) = location else { panic!("{url} shows {}", response.text().await.unwrap()) };
            url = url.join(&location).unwrap();
            if url.as_str().starts_with(REDIRECT_URI) {
                return query(&url);
            }
        }
        panic!("the provider redirects for ever");
    }
}

fn query(url: &Url) -> String {
    url.query().unwrap().to_owned()
}
